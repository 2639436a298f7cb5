//! Sequential scans: every block goes straight to its pixels (T.81, F.2).

use std::ops::Range;

use super::Units;
use super::ahead::{self, Ahead, MOST, Meeting};
use super::bits::{Bits, MOST_BLOCKS};
use super::block::{self, Half};
use super::frame::Frame;
use super::huffman::Table;
use super::inverse::{BLOCKS, Inverse, Run, Strip, Waiting, steps};
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
    /// MCUs across and down.
    mcus: (usize, usize),
    /// Not between restart markers, where all begins anew too often, nor in little data, nor in larger MCUs than the
    /// standard admits, of which the window is not sure to hold one.
    ahead: Option<Ahead>,
    /// For blocks that are not drawn.
    nowhere: [Strip; 2],
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
    waiting: Vec<Waiting>,
    /// Blocks that were read ahead, of each row of an MCU.
    ahead: Vec<Vec<Strip>>,
    /// The DC of the last block, undivided.
    last: i32,
}

/// Decodes a scan into its planes; gives back where the bytes go on.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
pub(super) fn scan(data: &Data<'_>, frame: &Frame, planes: &mut [Filling]) -> Result<usize, DecodeError> {
    let mcus = data.mcus(frame);
    let bytes = data.bytes.len().saturating_sub(data.at);
    let looks_ahead = data.tables.restarts == 0 && bytes >= ahead::LEAST && data.blocks(frame) <= MOST_BLOCKS;
    let ahead = looks_ahead.then(|| Ahead::new(bytes, mcus.0 * mcus.1));
    let mut painter = Painter {
        planes,
        parts: parts(data, frame, looks_ahead)?,
        wanted: data.wanted(frame),
        mcus,
        ahead,
        nowhere: <[Strip; 2]>::default(),
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

fn parts<'a>(data: &Data<'a>, frame: &'a Frame, looks_ahead: bool) -> Result<Vec<Part<'a>>, DecodeError> {
    let alone = data.scan.parts.len() == 1;
    let parts = data.scan.parts.iter().map(|part| {
        let component = &frame.components[part.component];
        let blocks = if alone { (1, 1) } else { component.blocks() };
        let strips = if looks_ahead {
            (MOST * blocks.0).div_ceil(BLOCKS)
        } else {
            0
        };
        let row = || (0..strips).map(|_| Strip::default()).collect();
        Ok(Part {
            component: part.component,
            inverse: &component.inverse,
            blocks,
            waiting: (0..blocks.1).map(|_| Waiting::default()).collect(),
            ahead: (0..blocks.1).map(|_| row()).collect(),
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
            for waiting in &mut part.waiting {
                waiting.draw(part.inverse, &part.steps, plane);
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
                    let mut cursor = bits.begin();
                    part.dc.mean(&mut cursor, &mut part.last)?;
                    if DRAWN {
                        let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                        let plane = &mut self.planes[part.component].plane;
                        let mut block = part.waiting[down].begin(at, part.inverse, &part.steps, plane);
                        block.set(0, part.last);
                        block::read(part.ac, &mut cursor, part.inverse.last(), &mut block)?;
                    } else {
                        block::step_over(part.ac, &mut cursor, 1)?;
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

    /// Where the second reader can read an MCU while the first reads this one.
    #[inline(always)]
    fn far(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Option<usize> {
        let ahead = self.ahead.as_mut()?;
        if !ahead.has_begun() {
            let (is_wanted, run) = self.wanted.run(at, self.mcus.0);
            ahead.begin(bits, run, is_wanted);
        }
        ahead.place(bits)
    }

    /// Reads an MCU here and one at the second reader's place.
    #[inline(always)]
    fn two_mcus(
        &mut self,
        bits: &mut Bits<'_>,
        far: usize,
        (x, y): (usize, usize),
    ) -> Result<(), DecodeError> {
        let Some(ahead) = &mut self.ahead else {
            return Ok(());
        };
        let is_drawn = self.wanted.holds((x, y));
        let number = ahead.note(far);
        let [nowhere_near, nowhere_far] = &mut self.nowhere;
        let (mut near, mut far) = (bits.finger(bits.here()), bits.finger(far));
        let mut is_sound = true;
        for (part, mean) in self.parts.iter_mut().zip(&mut ahead.means) {
            for down in 0..part.blocks.1 {
                for across in 0..part.blocks.0 {
                    part.dc.mean(&mut near, &mut part.last)?;
                    let (last, block) = if is_drawn {
                        let at = (x * part.blocks.0 + across, y * part.blocks.1 + down);
                        let plane = &mut self.planes[part.component].plane;
                        let mut block = part.waiting[down].begin(at, part.inverse, &part.steps, plane);
                        block.set(0, part.last);
                        (part.inverse.last(), block)
                    } else {
                        (0, nowhere_near.lane(0))
                    };
                    let near_half = Half::new(last, block);

                    is_sound &= part.dc.mean(&mut far, mean).is_ok();
                    let (last, block) = if ahead.keeps {
                        let number = number * part.blocks.0 + across;
                        let mut block = part.ahead[down][number / BLOCKS].lane(number % BLOCKS);
                        block.set(0, *mean);
                        (part.inverse.last(), block)
                    } else {
                        (0, nowhere_far.lane(0))
                    };
                    let far_half = Half::new(last, block);

                    let (one, two);
                    (near, far, one, two) = block::read_two(part.ac, (near, far), near_half, far_half);
                    one?;
                    is_sound &= two.is_ok();
                }
            }
        }
        let (near, far) = (near.at(), far.at());
        ahead.end(far);
        bits.go_on(near);
        if !is_sound {
            self.forget(false);
        }
        Ok(())
    }

    /// Takes over what the second reader has read, if the MCU at `(x, y)` ended where one of its own begins.
    #[inline(always)]
    fn meet(&mut self, bits: &mut Bits<'_>, (x, y): (usize, usize)) {
        match self.ahead.as_mut().map(|ahead| ahead.meet(bits)) {
            Some(Meeting::At(from)) => {
                self.take_over(bits, from, y * self.mcus.0 + x + 1);
            }
            Some(Meeting::Missed) => self.forget(true),
            Some(Meeting::NotYet) | None => {}
        }
    }

    /// Makes the second reader's MCUs from number `from` on the first one's, which comes to MCU `next` of the scan.
    #[inline(never)]
    fn take_over(&mut self, bits: &mut Bits<'_>, from: usize, next: usize) {
        let Some(ahead) = &mut self.ahead else { return };
        let mut count = (ahead.begun.len() - from).min(self.mcus.0 * self.mcus.1 - next);
        let place = (next % self.mcus.0, next / self.mcus.0);
        if !ahead.keeps {
            let (is_wanted, run) = self.wanted.run(place, self.mcus.0);
            count = if is_wanted { 0 } else { count.min(run) };
        }
        if count == 0 {
            return self.forget(true);
        }
        let begun = ahead.begun[from].means;
        let (end, means) = ahead.hand_over(from..from + count);
        bits.go_on(end);
        for ((part, begun), mean) in self.parts.iter_mut().zip(begun).zip(means) {
            let lift = part.last.wrapping_sub(begun);
            part.last = mean.wrapping_add(lift);
            let plane = &mut self.planes[part.component].plane;
            part.draw_ahead(from..from + count, place, self.mcus.0, &self.wanted, lift, plane);
        }
        self.forget(true);
    }

    /// Forgets what the second reader has read; it ends, or begins once more where it stands.
    #[cold]
    fn forget(&mut self, ends: bool) {
        let Some(ahead) = &mut self.ahead else { return };
        for part in &mut self.parts {
            let used = (ahead.begun.len() * part.blocks.0).div_ceil(BLOCKS);
            let strips = part.ahead.iter_mut().flat_map(|strips| &mut strips[..used]);
            strips.for_each(Strip::clear);
        }
        ahead.forget(ends);
    }
}

impl Part<'_> {
    /// Draws MCUs that were read ahead, the first of them at `(x, y)`; `lift` is what their means lack.
    fn draw_ahead(
        &mut self,
        mcus: Range<usize>,
        (x, y): (usize, usize),
        width: usize,
        wanted: &Units,
        lift: i32,
        plane: &mut Plane,
    ) {
        let (wide, high) = self.blocks;
        let (block, end) = (mcus.start * wide, mcus.end * wide);
        let mut runs: Vec<Run> = Vec::with_capacity(BLOCKS);
        for (down, strips) in self.ahead.iter_mut().enumerate() {
            let (mut block, mut x, mut y, mut across) = (block, x, y, 0);
            while block < end {
                let strip = &mut strips[block / BLOCKS];
                runs.clear();
                for lane in block % BLOCKS..BLOCKS.min(block % BLOCKS + end - block) {
                    if wanted.holds((x, y)) {
                        let at = (x * wide + across, y * high + down);
                        match runs.last_mut() {
                            Some(run) if run.goes_on(lane, at) => run.lanes.end += 1,
                            _ => runs.push(Run {
                                lanes: lane..lane + 1,
                                at,
                            }),
                        }
                    }
                    block += 1;
                    across += 1;
                    if across == wide {
                        (across, x) = (0, x + 1);
                    }
                    if x == width {
                        (x, y) = (0, y + 1);
                    }
                }
                if !runs.is_empty() {
                    strip.lift(lift);
                    self.inverse.draw(strip, &runs, &self.steps, plane);
                }
            }
        }
    }
}

impl Reader for Painter<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        if let Some(ahead) = &mut self.ahead
            && ahead.ready > 0
        {
            ahead.ready -= 1;
            return Ok(());
        }
        if let Some(far) = self.far(bits, at) {
            self.two_mcus(bits, far, at)?;
        } else if self.wanted.holds(at) {
            self.mcu::<true>(bits, at)?;
        } else {
            self.mcu::<false>(bits, at)?;
        }
        self.meet(bits, at);
        Ok(())
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
                    let waiting = &mut part.waiting[down];
                    let mut block = waiting.begin(at, part.inverse, &part.steps, plane);
                    block.set(0, part.last);
                    waiting.draw(part.inverse, &part.steps, plane);
                }
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
