//! Sequential scans: every block goes straight to its pixels (T.81, F.2).

use super::bits::{Bits, Cursor};
use super::frame::Frame;
use super::huffman::{QUICK, Table};
use super::inverse::{Block, Inverse, steps};
use super::plane::Plane;
use super::scan::{Data, Reader};
use crate::DecodeError;

/// A plane that scans fill.
pub(super) struct Filling {
    plane: Plane,
    /// Blocks that came, and blocks there should be.
    arrived: usize,
    whole: usize,
}

impl Filling {
    pub(super) fn of(frame: &Frame) -> Vec<Self> {
        let plane = |component| Plane::new(component, frame);
        let filling = |plane, whole| Self {
            plane,
            arrived: 0,
            whole,
        };
        frame
            .components
            .iter()
            .map(|c| filling(plane(c), c.blocks_wide * c.blocks_high))
            .collect()
    }
}

/// Reads a scan's blocks and draws them.
struct Painter<'a> {
    planes: &'a mut [Filling],
    parts: Vec<Part<'a>>,
    block: Block,
}

/// What one component of a scan is read with.
struct Part<'a> {
    component: usize,
    inverse: &'a Inverse,
    /// Blocks of an MCU, across and down.
    blocks: (usize, usize),
    dc: &'a Table,
    ac: &'a Table,
    steps: [f32; 64],
    /// The DC of the last block, undivided.
    last: i32,
}

/// Decodes a scan into its planes; gives back where the bytes go on.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
pub(super) fn scan(data: &Data<'_>, frame: &Frame, planes: &mut [Filling]) -> Result<usize, DecodeError> {
    let parts = parts(data, frame)?;
    let mcus = data.mcus(frame);
    let mut painter = Painter {
        planes,
        parts,
        block: Block::default(),
    };
    let (arrived, after) = data.walk(mcus, &mut painter)?;
    for part in &data.scan.parts {
        let filling = &mut planes[part.component];
        // Where the component stands alone its padding is not in the file.
        filling.arrived = filling.whole * arrived / (mcus.0 * mcus.1).max(1);
    }
    Ok(after)
}

fn parts<'a>(data: &Data<'a>, frame: &'a Frame) -> Result<Vec<Part<'a>>, DecodeError> {
    let alone = data.scan.parts.len() == 1;
    let parts = data.scan.parts.iter().map(|part| {
        let component = &frame.components[part.component];
        Ok(Part {
            component: part.component,
            inverse: &component.inverse,
            blocks: if alone {
                (1, 1)
            } else {
                (component.horizontal, component.vertical)
            },
            dc: data.tables.dc(part.dc)?,
            ac: data.tables.ac(part.ac)?,
            steps: steps(data.tables.steps(component)?),
            last: 0,
        })
    });
    parts.collect()
}

impl Reader for Painter<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, (x, y): (usize, usize)) -> Result<(), DecodeError> {
        for part in &mut self.parts {
            let plane = &mut self.planes[part.component].plane;
            let before = part.last;
            for down in 0..part.blocks.1 {
                for across in 0..part.blocks.0 {
                    let mut cursor = bits.begin();
                    let flat = read_block(part, &mut cursor, part.inverse.last(), &mut self.block)?;
                    let place = cursor.place();
                    bits.end(place);
                    if bits.overrun() {
                        part.last = before;
                        return Ok(());
                    }
                    let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                    part.inverse.draw(&self.block, flat, plane, at);
                }
            }
        }
        Ok(())
    }

    fn restart(&mut self) {
        self.parts.iter_mut().for_each(|part| part.last = 0);
    }

    /// Paints its blocks in the last colour before it.
    #[cold]
    #[inline(never)]
    fn missing(&mut self, (x, y): (usize, usize)) {
        for part in &mut self.parts {
            self.block.set(0, part.last as f32 * part.steps[0]);
            for down in 0..part.blocks.1 {
                for across in 0..part.blocks.0 {
                    let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                    part.inverse
                        .draw(&self.block, true, &mut self.planes[part.component].plane, at);
                }
            }
        }
    }
}

/// Reads one block; `true` where nothing but its mean is wanted or there.
#[inline(always)]
fn read_block(
    part: &mut Part<'_>,
    bits: &mut Cursor<'_>,
    last: usize,
    block: &mut Block,
) -> Result<bool, DecodeError> {
    part.dc.mean(bits, &mut part.last)?;
    block.clear();
    block.set(0, part.last as f32 * part.steps[0]);
    let mut flat = true;
    let mut k = 1;
    'block: while k <= last {
        bits.refill();
        for _ in 0..QUICK {
            let entry = part.ac.quick(bits);
            if !entry.has_value() {
                break;
            }
            bits.take(entry.length());
            k += entry.run();
            if k > 63 {
                return Err(TOO_MANY);
            }
            block.set(k, entry.value() as f32 * part.steps[k]);
            flat = false;
            k += 1;
            if k > last {
                break 'block;
            }
        }
        bits.refill();
        let (run, size, value) = part.ac.coefficient(bits)?;
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
        block.set(k, value as f32 * part.steps[k]);
        flat = false;
        k += 1;
    }
    step_over(part.ac, bits, k)?;
    Ok(flat)
}

const TOO_MANY: DecodeError = DecodeError::Corrupt("a block with too many coefficients");

/// Steps over the coefficients from `k` to the block's end.
#[inline(always)]
fn step_over(ac: &Table, bits: &mut Cursor<'_>, mut k: usize) -> Result<(), DecodeError> {
    while k < 64 {
        bits.refill();
        // A stride past the block's end has begun to read the next one.
        let stride = ac.stride(bits);
        if stride.bits() == 0 || k + stride.passed() > 63 {
            let (run, size, _) = ac.coefficient(bits)?;
            match (run, size) {
                (15, 0) => k += 16,
                (_, 0) => return Ok(()),
                _ => k += run + 1,
            }
            if size > 0 && k > 64 {
                return Err(TOO_MANY);
            }
            continue;
        }
        bits.take(stride.bits());
        if stride.ends() {
            return Ok(());
        }
        k += stride.passed();
        // Two strides take no more than a refill brings.
        let stride = ac.stride(bits);
        if k + stride.passed() <= 63 {
            bits.take(stride.bits());
            if stride.ends() {
                return Ok(());
            }
            k += stride.passed();
        }
    }
    Ok(())
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
