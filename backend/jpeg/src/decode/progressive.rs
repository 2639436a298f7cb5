//! Progressive scans: coefficients arrive in bands and bits (T.81, annex G).
//!
//! Of every block only the coefficients that the scale needs are kept, and of the others no more than whether they
//! are zero, which later scans of the same band ask for.

use super::bits::{Bits, Cursor, Read as _};
use super::frame::{Component, Frame};
use super::huffman::Table;
use super::inverse::{Inverse, Waiting, steps};
use super::plane::Plane;
use super::scan::{Data, Reader};
use super::{Options, Units};
use crate::DecodeError;
use crate::standard::ZIGZAG;

/// The coefficients of all components.
pub(super) struct Coefficients {
    planes: Vec<Stored>,
    /// Whether a scan ended before its last block.
    is_cut: bool,
}

const KEPT_NOT: u8 = u8::MAX;

struct Stored {
    /// Place of each coefficient among the kept ones of a block; `KEPT_NOT` for the others.
    slots: [u8; 64],
    /// Kept ones of a block.
    kept: usize,
    blocks_wide: usize,
    values: Vec<i16>,
    /// One bit for each coefficient of a block: whether it is other than zero.
    nonzero: Vec<u64>,
    /// As at the component's first scan (T.81, B.2.4.1 lets later tables differ for later components).
    steps: Option<[f32; 64]>,
    arrived: usize,
}

/// Bytes that a block takes while its scans arrive.
pub(super) fn bytes_of_block(inverse: &Inverse) -> usize {
    let kept = ZIGZAG.iter().filter(|place| inverse.needs(**place)).count();
    kept * size_of::<i16>() + size_of::<u64>()
}

impl Coefficients {
    pub(super) fn new(frame: &Frame) -> Self {
        Self {
            planes: frame.components.iter().map(Stored::new).collect(),
            is_cut: false,
        }
    }
}

impl Stored {
    fn new(component: &Component) -> Self {
        let mut kept = 0;
        let slots = std::array::from_fn(|k| {
            if !component.inverse.needs(ZIGZAG[k]) {
                return KEPT_NOT;
            }
            kept += 1;
            kept - 1
        });
        let (kept, blocks) = (usize::from(kept), component.blocks_wide * component.blocks_high);
        Self {
            slots,
            kept,
            blocks_wide: component.blocks_wide,
            values: vec![0; blocks * kept],
            nonzero: vec![0; blocks],
            steps: None,
            arrived: 0,
        }
    }
}

/// One block of a component while a scan reads it.
struct Place<'a> {
    values: &'a mut [i16],
    nonzero: &'a mut u64,
    slots: &'a [u8; 64],
}

impl Place<'_> {
    fn is_zero(&self, k: usize) -> bool {
        *self.nonzero >> k & 1 == 0
    }

    fn set(&mut self, k: usize, value: i32) {
        *self.nonzero |= 1 << k;
        if let Some(kept) = self.values.get_mut(usize::from(self.slots[k])) {
            *kept = value as i16;
        }
    }

    /// Adds a bit to a coefficient, away from zero.
    fn refine(&mut self, k: usize, bit: i16) {
        if let Some(kept) = self.values.get_mut(usize::from(self.slots[k]))
            && *kept & bit == 0
        {
            *kept = kept.wrapping_add(if *kept >= 0 { bit } else { -bit });
        }
    }
}

impl Coefficients {
    #[inline(always)]
    fn place(&mut self, component: usize, (x, y): (usize, usize)) -> Place<'_> {
        let stored = &mut self.planes[component];
        let block = y * stored.blocks_wide + x;
        Place {
            values: &mut stored.values[block * stored.kept..(block + 1) * stored.kept],
            nonzero: &mut stored.nonzero[block],
            slots: &stored.slots,
        }
    }
}

/// Decodes a scan; gives back where the bytes go on.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
pub(super) fn scan(data: &Data<'_>, frame: &Frame, all: &mut Coefficients) -> Result<usize, DecodeError> {
    for part in &data.scan.parts {
        let component = &frame.components[part.component];
        let stored = &mut all.planes[part.component];
        if stored.steps.is_none() {
            stored.steps = Some(steps(data.tables.steps(component)?));
        }
    }
    let mcus = data.mcus(frame);
    let (arrived, after) = match (data.scan.band.0, data.scan.high) {
        (0, 0) => {
            let tables = data.scan.parts.iter().map(|part| data.tables.dc(part.dc));
            let tables = tables.collect::<Result<_, _>>()?;
            data.walk(
                mcus,
                &mut Means {
                    data,
                    frame,
                    all,
                    tables,
                    last: [0; 4],
                },
            )?
        }
        (0, _) => data.walk(mcus, &mut FinerMeans { data, frame, all })?,
        (_, 0) => data.walk(mcus, &mut FirstBand(Band::new(data, all)?))?,
        _ => data.walk(mcus, &mut FinerBand(Band::new(data, all)?))?,
    };
    all.is_cut |= arrived < mcus.0 * mcus.1;
    if data.scan.band.0 == 0 && data.scan.high == 0 {
        for part in &data.scan.parts {
            let stored = &mut all.planes[part.component];
            stored.arrived = stored.nonzero.len() * arrived / (mcus.0 * mcus.1).max(1);
        }
    }
    Ok(after)
}

/// The blocks of an MCU: component and place.
fn blocks(
    data: &Data<'_>,
    frame: &Frame,
    (x, y): (usize, usize),
    mut each: impl FnMut(usize, usize, (usize, usize)),
) {
    if let [part] = &data.scan.parts[..] {
        return each(0, part.component, (x, y));
    }
    for (index, part) in data.scan.parts.iter().enumerate() {
        let component = &frame.components[part.component];
        for down in 0..component.vertical {
            for across in 0..component.horizontal {
                each(
                    index,
                    part.component,
                    (x * component.horizontal + across, y * component.vertical + down),
                );
            }
        }
    }
}

/// The first bits of the means (T.81, G.1.2.1).
struct Means<'a> {
    data: &'a Data<'a>,
    frame: &'a Frame,
    all: &'a mut Coefficients,
    tables: Vec<&'a Table>,
    last: [i32; 4],
}

impl Reader for Means<'_> {
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        let mut result = Ok(());
        blocks(self.data, self.frame, at, |index, component, place| {
            if result.is_err() {
                return;
            }
            let mut cursor = bits.begin();
            result = self.tables[index].mean(&mut cursor, &mut self.last[index]);
            let after = cursor.place();
            bits.end(after);
            self.all
                .place(component, place)
                .set(0, self.last[index] << self.data.scan.low);
        });
        result
    }

    fn restart(&mut self) {
        self.last = [0; 4];
    }

    fn missing(&mut self, at: (usize, usize)) {
        blocks(self.data, self.frame, at, |index, component, place| {
            self.all
                .place(component, place)
                .set(0, self.last[index] << self.data.scan.low);
        });
    }
}

/// One more bit of every mean.
struct FinerMeans<'a> {
    data: &'a Data<'a>,
    frame: &'a Frame,
    all: &'a mut Coefficients,
}

impl Reader for FinerMeans<'_> {
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        let bit = 1i16 << self.data.scan.low;
        blocks(self.data, self.frame, at, |_, component, place| {
            let mut cursor = bits.begin();
            cursor.refill();
            if cursor.bit() {
                self.all.place(component, place).values[0] |= bit;
            }
            let after = cursor.place();
            bits.end(after);
        });
        Ok(())
    }

    fn restart(&mut self) {}
}

/// A scan of a band of one component.
struct Band<'a> {
    all: &'a mut Coefficients,
    component: usize,
    table: &'a Table,
    first: usize,
    last: usize,
    low: u32,
    /// Blocks still to come that have nothing new (T.81, G.1.2.2).
    empty: u32,
}

impl<'a> Band<'a> {
    fn new(data: &Data<'a>, all: &'a mut Coefficients) -> Result<Self, DecodeError> {
        let part = &data.scan.parts[0];
        Ok(Self {
            all,
            component: part.component,
            table: data.tables.ac(part.ac)?,
            first: data.scan.band.0,
            last: data.scan.band.1,
            low: data.scan.low,
            empty: 0,
        })
    }
}

/// The length of a run of empty blocks, this one included.
fn empty_run(bits: &mut Cursor<'_>, size: u32) -> u32 {
    if size == 0 {
        return 1;
    }
    let more = bits.peek(size) as u32;
    bits.take(size);
    (1 << size) + more
}

/// The first bits of a band (T.81, G.1.2.2).
struct FirstBand<'a>(Band<'a>);

impl Reader for FirstBand<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        if self.0.empty > 0 {
            self.0.empty -= 1;
            return Ok(());
        }
        let mut cursor = bits.begin();
        let result = read_block(&mut self.0, &mut cursor, at);
        let after = cursor.place();
        bits.end(after);
        result
    }

    fn restart(&mut self) {
        self.0.empty = 0;
    }
}

/// One more bit of a band's coefficients, and those that begin with it (T.81, G.1.2.3).
struct FinerBand<'a>(Band<'a>);

impl Reader for FinerBand<'_> {
    #[inline(always)]
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
        let mut cursor = bits.begin();
        let result = refine_block(&mut self.0, &mut cursor, at);
        let after = cursor.place();
        bits.end(after);
        result
    }

    fn restart(&mut self) {
        self.0.empty = 0;
    }
}

#[inline(always)]
fn read_block(band: &mut Band<'_>, bits: &mut Cursor<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
    let mut place = band.all.place(band.component, at);
    let mut k = band.first;
    while k <= band.last {
        bits.refill();
        let (run, size, value) = band.table.coefficient(bits)?;
        if size == 0 {
            if run < 15 {
                band.empty = empty_run(bits, run as u32) - 1;
                return Ok(());
            }
            k += 16;
            continue;
        }
        k += run;
        if k > 63 {
            return Err(DecodeError::Corrupt("a block with too many coefficients"));
        }
        place.set(k, value << band.low);
        k += 1;
    }
    Ok(())
}

#[inline(always)]
fn refine_block(band: &mut Band<'_>, bits: &mut Cursor<'_>, at: (usize, usize)) -> Result<(), DecodeError> {
    let bit = 1i16 << band.low;
    let mut place = band.all.place(band.component, at);
    let mut k = band.first;
    if band.empty == 0 {
        while k <= band.last {
            bits.refill();
            let symbol = band.table.symbol(bits)?;
            let (zeros, size) = (usize::from(symbol >> 4), symbol & 15);
            if size == 0 && zeros < 15 {
                band.empty = empty_run(bits, zeros as u32);
                break;
            }
            let value = match (size, size > 0 && bits.bit()) {
                (0, _) => 0,
                (_, true) => i32::from(bit),
                (_, false) => -i32::from(bit),
            };
            k = refine_until(&mut place, bits, bit, (k, band.last), zeros);
            if value != 0 && k < 64 {
                place.set(k, value);
            }
            k += 1;
        }
    }
    if band.empty > 0 {
        refine_until(&mut place, bits, bit, (k, band.last), usize::MAX);
        band.empty -= 1;
    }
    Ok(())
}

/// Refines the coefficients that are there until `zeros` others are passed; gives back the place after them.
#[inline(always)]
fn refine_until(
    place: &mut Place<'_>,
    bits: &mut Cursor<'_>,
    bit: i16,
    (mut k, last): (usize, usize),
    mut zeros: usize,
) -> usize {
    while k <= last {
        if place.is_zero(k) {
            if zeros == 0 {
                break;
            }
            zeros -= 1;
        } else {
            bits.refill();
            if bits.bit() {
                place.refine(k, bit);
            }
        }
        k += 1;
    }
    k
}

/// Draws all planes; gives back blocks that came and blocks there should be.
///
/// A file that was cut off after its means counts as nearly whole: it is all there, only coarse.
pub(super) fn finish(
    all: Coefficients,
    frame: &Frame,
    ended: bool,
    options: &Options<'_>,
) -> Result<(Vec<Plane>, u64, u64), DecodeError> {
    let mut planes = Vec::with_capacity(all.planes.len());
    let (mut arrived, mut whole) = (0, 0);
    for (stored, component) in all.planes.into_iter().zip(&frame.components) {
        let mut plane = Plane::new(component, frame);
        arrived += stored.arrived as u64;
        whole += stored.nonzero.len() as u64;
        match &stored.steps {
            Some(steps) => {
                let wanted = options.region.units(component.blocks(), frame.most);
                draw(
                    &stored,
                    steps,
                    &component.inverse,
                    &wanted,
                    &mut plane,
                    options.keep_going,
                )?;
            }
            None => plane.samples.fill(128),
        }
        planes.push(plane);
    }
    if arrived == whole && (all.is_cut || !ended) {
        arrived -= whole.div_ceil(100);
    }
    Ok((planes, arrived, whole))
}

#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
fn draw(
    stored: &Stored,
    steps: &[f32; 64],
    inverse: &Inverse,
    wanted: &Units,
    plane: &mut Plane,
    keep_going: &dyn Fn() -> bool,
) -> Result<(), DecodeError> {
    let needed: Vec<usize> = (0..64).filter(|&k| stored.slots[k] != KEPT_NOT).collect();
    let mut waiting = Waiting::default();
    let rows = stored
        .values
        .chunks_exact((stored.blocks_wide * stored.kept).max(1));
    for (y, row) in rows.enumerate().take(wanted.down.end).skip(wanted.down.start) {
        if !keep_going() {
            return Err(DecodeError::Stopped);
        }
        let blocks = row.chunks_exact(stored.kept).enumerate();
        for (x, values) in blocks.take(wanted.across.end).skip(wanted.across.start) {
            let mut block = waiting.begin((x, y), inverse, steps, plane);
            for (value, k) in values.iter().zip(&needed) {
                block.set(*k, (*value).into());
            }
        }
    }
    waiting.draw(inverse, steps, plane);
    Ok(())
}
