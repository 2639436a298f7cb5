//! Sequential scans: every block goes straight to its pixels (T.81, F.2).

use super::Units;
use super::bits::{Bits, Cursor};
use super::frame::Frame;
use super::huffman::{END, QUICK, Table};
use super::inverse::{Inverse, Lane, Strip, steps};
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
    /// The MCUs that are drawn.
    wanted: Units,
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
    /// Blocks that wait to be drawn, of each row of an MCU.
    strips: Vec<Strip>,
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
        wanted: data.wanted(frame),
    };
    let (arrived, after) = data.walk(mcus, &mut painter)?;
    painter.draw_all();
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
        let blocks = if alone { (1, 1) } else { component.blocks() };
        Ok(Part {
            component: part.component,
            inverse: &component.inverse,
            blocks,
            strips: (0..blocks.1).map(|_| Strip::default()).collect(),
            dc: data.tables.dc(part.dc)?,
            ac: data.tables.ac(part.ac)?,
            steps: steps(data.tables.steps(component)?),
            last: 0,
        })
    });
    parts.collect()
}

impl Painter<'_> {
    /// Draws all that waits.
    fn draw_all(&mut self) {
        for part in &mut self.parts {
            let plane = &mut self.planes[part.component].plane;
            for strip in &mut part.strips {
                part.inverse.draw(strip, &part.steps, plane);
            }
        }
    }

    /// Reads an MCU, which is drawn or stepped over.
    #[inline(always)]
    fn mcu<const DRAWN: bool>(
        &mut self,
        bits: &mut Bits<'_>,
        (x, y): (usize, usize),
    ) -> Result<(), DecodeError> {
        for part in &mut self.parts {
            let before = part.last;
            for down in 0..part.blocks.1 {
                for across in 0..part.blocks.0 {
                    let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                    let strip = &mut part.strips[down];
                    if DRAWN && strip.is_full_for(at) {
                        let plane = &mut self.planes[part.component].plane;
                        part.inverse.draw(strip, &part.steps, plane);
                    }
                    let mut cursor = bits.begin();
                    part.dc.mean(&mut cursor, &mut part.last)?;
                    if DRAWN {
                        let mut block = strip.begin(at);
                        block.set(0, part.last);
                        read_block(part.ac, &mut cursor, part.inverse.last(), &mut block)?;
                    } else {
                        step_over(part.ac, &mut cursor, 1)?;
                    }
                    let place = cursor.place();
                    bits.end(place);
                    if bits.overrun() {
                        part.last = before;
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

impl Reader for Painter<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        if self.wanted.holds(at) {
            self.mcu::<true>(bits, at)
        } else {
            self.mcu::<false>(bits, at)
        }
    }

    fn restart(&mut self) {
        self.parts.iter_mut().for_each(|part| part.last = 0);
    }

    /// Paints its blocks in the last colour before it.
    #[cold]
    #[inline(never)]
    fn missing(&mut self, (x, y): (usize, usize)) {
        if !self.wanted.holds((x, y)) {
            return;
        }
        // A block that broke off is among those that wait; it is painted over.
        self.draw_all();
        for part in &mut self.parts {
            let plane = &mut self.planes[part.component].plane;
            for down in 0..part.blocks.1 {
                for across in 0..part.blocks.0 {
                    let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                    let strip = &mut part.strips[down];
                    strip.begin(at).set(0, part.last);
                    part.inverse.draw(strip, &part.steps, plane);
                }
            }
        }
    }
}

/// Reads the coefficients of one block behind its mean; those after `last` are stepped over.
#[inline(always)]
fn read_block(
    ac: &Table,
    bits: &mut Cursor<'_>,
    last: usize,
    block: &mut Lane<'_>,
) -> Result<(), DecodeError> {
    if last == 0 {
        return step_over(ac, bits, 1);
    }
    let mut k = 1;
    // Only codes without a number have the value 0: 16 zeros, and the end of the block, which passes them all.
    let value = 'block: loop {
        bits.refill();
        for _ in 0..QUICK {
            let entry = ac.quick(bits);
            let value = if entry.bits() > 0 {
                bits.take(entry.bits());
                k += entry.passed();
                entry.value()
            } else {
                bits.refill();
                let (run, size, value) = ac.coefficient(bits)?;
                bits.refill();
                k += if size == 0 && run < 15 { END } else { run };
                value
            };
            if k > last {
                break 'block value;
            }
            block.set(k, value);
            k += 1;
            if k > 63 {
                return Ok(());
            }
        }
    };
    match (k, value) {
        (64.., 0) => Ok(()),
        (64.., _) => Err(TOO_MANY),
        _ => step_over(ac, bits, k + 1),
    }
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
