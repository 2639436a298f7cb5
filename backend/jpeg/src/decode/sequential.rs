//! Sequential scans: every block goes straight to its pixels (T.81, F.2).

use super::bits::Bits;
use super::frame::Frame;
use super::huffman::Table;
use super::inverse::{Block, Inverse};
use super::plane::Plane;
use super::scan::Data;
use crate::DecodeError;

/// A plane that scans fill.
pub(super) struct Filling {
    plane: Plane,
    /// Blocks that came, and blocks there should be.
    arrived: usize,
    whole: usize,
}

impl Filling {
    pub(super) fn of(frame: &Frame, inverse: &Inverse) -> Vec<Self> {
        let plane = |component| Plane::new(component, frame, inverse.scale());
        let filling = |plane, whole| Self { plane, arrived: 0, whole };
        frame.components.iter().map(|c| filling(plane(c), c.blocks_wide * c.blocks_high)).collect()
    }
}

/// What one component of a scan is read with.
struct Reader<'a> {
    component: usize,
    /// Blocks of an MCU, across and down.
    blocks: (usize, usize),
    dc: &'a Table,
    ac: &'a Table,
    steps: [f32; 64],
    /// The DC of the last block, undivided.
    last: i32,
}

/// Decodes a scan into its planes; gives back where the bytes go on.
pub(super) fn scan(
    data: &Data<'_>,
    frame: &Frame,
    inverse: &Inverse,
    planes: &mut [Filling],
) -> Result<usize, DecodeError> {
    let mut readers = readers(data, frame, inverse)?;
    let mcus = data.mcus(frame);
    let mut state = (&mut readers[..], planes);
    let (arrived, after) = data.walk(
        mcus,
        &mut state,
        |(readers, planes), bits, at| read_mcu(readers, planes, bits, at, inverse),
        |(readers, _)| readers.iter_mut().for_each(|reader| reader.last = 0),
        |(readers, planes), at| fill_mcu(readers, planes, at, inverse),
    )?;
    let (readers, planes) = state;
    for reader in readers {
        let filling = &mut planes[reader.component];
        // Where the component stands alone its padding is not in the file.
        filling.arrived = filling.whole * arrived / (mcus.0 * mcus.1).max(1);
    }
    Ok(after)
}

fn readers<'a>(data: &Data<'a>, frame: &Frame, inverse: &Inverse) -> Result<Vec<Reader<'a>>, DecodeError> {
    let alone = data.scan.parts.len() == 1;
    let parts = data.scan.parts.iter().map(|part| {
        let component = &frame.components[part.component];
        Ok(Reader {
            component: part.component,
            blocks: if alone { (1, 1) } else { (component.horizontal, component.vertical) },
            dc: data.tables.dc(part.dc)?,
            ac: data.tables.ac(part.ac)?,
            steps: inverse.steps(data.tables.steps(component)?),
            last: 0,
        })
    });
    parts.collect()
}

#[inline(always)]
fn read_mcu(
    readers: &mut [Reader<'_>],
    planes: &mut [Filling],
    bits: &mut Bits<'_>,
    (x, y): (usize, usize),
    inverse: &Inverse,
) -> Result<(), DecodeError> {
    let mut block = Block::default();
    for reader in readers {
        let plane = &mut planes[reader.component].plane;
        let before = reader.last;
        for down in 0..reader.blocks.1 {
            for across in 0..reader.blocks.0 {
                bits.ready();
                let flat = read_block(reader, bits, inverse.last(), &mut block)?;
                if bits.overrun() {
                    reader.last = before;
                    return Ok(());
                }
                let at = (x * reader.blocks.0 + across, y * reader.blocks.1 + down);
                inverse.draw(&block, flat, plane, at);
            }
        }
    }
    Ok(())
}

/// Reads one block; `true` where nothing but its mean is wanted or there.
#[inline(always)]
fn read_block(
    reader: &mut Reader<'_>,
    bits: &mut Bits<'_>,
    last: usize,
    block: &mut Block,
) -> Result<bool, DecodeError> {
    bits.refill();
    let size = u32::from(reader.dc.symbol(bits)?);
    if size > 11 {
        return Err(DecodeError::Corrupt("a mean out of range"));
    }
    if size > 0 {
        reader.last = reader.last.wrapping_add(bits.signed(size));
    }
    block.clear();
    block.set(0, reader.last as f32 * reader.steps[0]);
    let mut flat = true;
    let mut k = 1;
    while k <= last {
        bits.refill();
        let (run, size, value) = reader.ac.coefficient(bits)?;
        if size == 0 {
            if run < 15 {
                return Ok(flat);
            }
            k += 16;
            continue;
        }
        k += run;
        if k > 63 {
            return Err(TOO_MANY);
        }
        block.set(k, value as f32 * reader.steps[k]);
        flat = false;
        k += 1;
    }
    step_over(reader.ac, bits, k)?;
    Ok(flat)
}

const TOO_MANY: DecodeError = DecodeError::Corrupt("a block with too many coefficients");

/// Steps over the coefficients from `k` to the block's end.
#[inline(always)]
fn step_over(ac: &Table, bits: &mut Bits<'_>, mut k: usize) -> Result<(), DecodeError> {
    while k < 64 {
        bits.refill();
        let stride = ac.stride(bits);
        let beyond = k + stride.passed();
        // A stride past the block's end has begun to read the next one.
        if stride.bits() > 0 && (beyond < 64 || beyond == 64 && !stride.ends()) {
            bits.take(stride.bits());
            if stride.ends() {
                return Ok(());
            }
            k = beyond;
            continue;
        }
        let (run, size, _) = ac.coefficient(bits)?;
        if size == 0 {
            if run < 15 {
                return Ok(());
            }
            k += 16;
            continue;
        }
        k += run + 1;
        if k > 64 {
            return Err(TOO_MANY);
        }
    }
    Ok(())
}

/// Paints the blocks of an MCU that never came in the last colour before it.
#[cold]
fn fill_mcu(readers: &mut [Reader<'_>], planes: &mut [Filling], (x, y): (usize, usize), inverse: &Inverse) {
    let mut block = Block::default();
    for reader in readers {
        block.set(0, reader.last as f32 * reader.steps[0]);
        for down in 0..reader.blocks.1 {
            for across in 0..reader.blocks.0 {
                let at = (x * reader.blocks.0 + across, y * reader.blocks.1 + down);
                inverse.draw(&block, true, &mut planes[reader.component].plane, at);
            }
        }
    }
}

/// The planes, blocks that came and blocks there should be; a component that no scan held is grey.
pub(super) fn finish(fillings: Vec<Filling>) -> (Vec<Plane>, u64, u64) {
    let arrived: usize = fillings.iter().map(|filling| filling.arrived).sum();
    let whole: usize = fillings.iter().map(|filling| filling.whole).sum();
    let planes = fillings.into_iter().map(|mut filling| {
        if filling.arrived == 0 {
            filling.plane.samples.fill(128);
        }
        filling.plane
    });
    (planes.collect(), arrived as u64, whole as u64)
}
