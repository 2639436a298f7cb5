//! Scan headers, and the tables that scans are read with (T.81, B.2.3 and B.2.4).

use super::bits::Bits;
use super::frame::{Component, Frame};
use super::huffman::Table;
use super::{Region, Units};
use crate::{DecodeError, standard};

/// What a scan header says.
pub(super) struct Scan {
    pub(super) parts: Vec<Part>,
    /// The first and last coefficient, in the order of the file.
    pub(super) band: (usize, usize),
    /// Bits that earlier scans have left open, and bits that this one leaves open.
    pub(super) high: u32,
    pub(super) low: u32,
}

/// One component of a scan and its tables.
pub(super) struct Part {
    pub(super) component: usize,
    pub(super) dc: usize,
    pub(super) ac: usize,
}

impl Scan {
    /// Reads the segment of a SOS marker.
    pub(super) fn read(body: &[u8], frame: &Frame) -> Result<Self, DecodeError> {
        const WRONG: DecodeError = DecodeError::Corrupt("a scan header that contradicts itself");
        let (&count, rest) = body.split_first().ok_or(WRONG)?;
        let count = usize::from(count);
        if !(1..=4).contains(&count) || rest.len() != 2 * count + 3 {
            return Err(WRONG);
        }
        let mut parts: Vec<Part> = Vec::with_capacity(count);
        for selector in rest[..2 * count].chunks_exact(2) {
            let named = frame.components.iter().position(|c| c.id == selector[0]);
            let component = named
                .filter(|c| parts.iter().all(|p| p.component != *c))
                .ok_or(WRONG)?;
            let (dc, ac) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            if dc > 3 || ac > 3 {
                return Err(WRONG);
            }
            parts.push(Part { component, dc, ac });
        }
        let [start, end, bits] = rest[2 * count..] else {
            return Err(WRONG);
        };
        let scan = Self {
            parts,
            band: (start.into(), end.into()),
            high: u32::from(bits >> 4),
            low: u32::from(bits & 15),
        };
        if frame.is_progressive && !scan.is_sound() {
            return Err(WRONG);
        }
        Ok(scan)
    }

    /// The rules of progressive scans (T.81, G.1.1.1.1).
    fn is_sound(&self) -> bool {
        let (start, end) = self.band;
        let band = if start == 0 {
            end == 0
        } else {
            start <= end && end < 64 && self.parts.len() == 1
        };
        band && self.low <= 13 && (self.high == 0 || self.high == self.low + 1)
    }
}

/// Quantisation and Huffman tables as they stand.
#[derive(Default)]
pub(super) struct Tables {
    /// In the order of the file; `None` until defined.
    pub(super) quantisation: [Option<[u16; 64]>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    /// MCUs between two restart markers; 0 for none.
    pub(super) restarts: usize,
}

impl Tables {
    pub(super) fn define_quantisation(&mut self, mut body: &[u8]) -> Result<(), DecodeError> {
        const WRONG: DecodeError = DecodeError::Corrupt("a quantisation table that contradicts itself");
        while let Some((&head, rest)) = body.split_first() {
            let wide = match head >> 4 {
                0 => 1,
                1 => 2,
                _ => return Err(WRONG),
            };
            let steps = rest.get(..64 * wide).ok_or(WRONG)?;
            let step = |bytes: &[u8]| bytes.iter().fold(0, |step, byte| step << 8 | u16::from(*byte));
            let table = self.quantisation.get_mut(usize::from(head & 15)).ok_or(WRONG)?;
            *table = Some(std::array::from_fn(|i| step(&steps[i * wide..(i + 1) * wide])));
            body = &rest[64 * wide..];
        }
        Ok(())
    }

    pub(super) fn define_huffman(&mut self, mut body: &[u8]) -> Result<(), DecodeError> {
        const WRONG: DecodeError = DecodeError::Corrupt("a Huffman table that contradicts itself");
        while let Some((&head, rest)) = body.split_first() {
            let (counts, symbols) = rest.split_first_chunk::<16>().ok_or(WRONG)?;
            let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let table = Table::new(counts, symbols.get(..total).ok_or(WRONG)?)?;
            let kind = if head >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            *kind.get_mut(usize::from(head & 15)).ok_or(WRONG)? = Some(table);
            body = &symbols[total..];
        }
        Ok(())
    }

    pub(super) fn define_restarts(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        let interval = body
            .first_chunk()
            .ok_or(DecodeError::Corrupt("a restart interval that is too short"))?;
        self.restarts = u16::from_be_bytes(*interval).into();
        Ok(())
    }

    /// Fills in the typical tables that a scan wants and the file leaves out, as frames of webcams do.
    pub(super) fn complete(&mut self, scan: &Scan) {
        const DC: [standard::Spec; 2] = [standard::LUMA_DC, standard::CHROMA_DC];
        const AC: [standard::Spec; 2] = [standard::LUMA_AC, standard::CHROMA_AC];
        for part in &scan.parts {
            complete(&mut self.dc, part.dc, &DC);
            complete(&mut self.ac, part.ac, &AC);
        }
    }

    pub(super) fn dc(&self, number: usize) -> Result<&Table, DecodeError> {
        self.dc[number]
            .as_ref()
            .ok_or(DecodeError::Corrupt("a scan without its Huffman table"))
    }

    pub(super) fn ac(&self, number: usize) -> Result<&Table, DecodeError> {
        self.ac[number]
            .as_ref()
            .ok_or(DecodeError::Corrupt("a scan without its Huffman table"))
    }

    pub(super) fn steps(&self, component: &Component) -> Result<&[u16; 64], DecodeError> {
        let table = self.quantisation[component.quantisation].as_ref();
        table.ok_or(DecodeError::Corrupt("a scan without its quantisation table"))
    }
}

fn complete(tables: &mut [Option<Table>; 4], number: usize, typical: &[standard::Spec; 2]) {
    if let (None, Some(spec)) = (&tables[number], typical.get(number)) {
        let table = Table::new(spec.counts, spec.symbols);
        tables[number] = Some(table.expect("the tables of the standard are sound"));
    }
}

/// All that one scan is read from.
pub(super) struct Data<'a> {
    pub(super) bytes: &'a [u8],
    /// Where its entropy-coded bytes begin.
    pub(super) at: usize,
    pub(super) scan: &'a Scan,
    pub(super) tables: &'a Tables,
    pub(super) region: &'a Region,
    pub(super) keep_going: &'a dyn Fn() -> bool,
}

impl Data<'_> {
    /// MCUs across and down.
    pub(super) fn mcus(&self, frame: &Frame) -> (usize, usize) {
        match &self.scan.parts[..] {
            [part] => frame.components[part.component].own_blocks(),
            _ => frame.mcus,
        }
    }

    /// Blocks of an MCU.
    pub(super) fn blocks(&self, frame: &Frame) -> usize {
        let of = |part: &Part| frame.components[part.component].blocks();
        match &self.scan.parts[..] {
            [_] => 1,
            parts => parts.iter().map(of).map(|(across, down)| across * down).sum(),
        }
    }

    /// The MCUs that will be looked at.
    pub(super) fn wanted(&self, frame: &Frame) -> Units {
        let of = match &self.scan.parts[..] {
            [part] => frame.components[part.component].blocks(),
            _ => (1, 1),
        };
        self.region.units(of, frame.most)
    }

    /// Walks the MCUs in order; gives back how many came, and where the bytes go on.
    #[inline(always)]
    pub(super) fn walk(
        &self,
        mcus: (usize, usize),
        reader: &mut impl Reader,
    ) -> Result<(usize, usize), DecodeError> {
        let mut bits = Bits::new(self.bytes, self.at);
        let (mut arrived, mut until_restart) = (0, self.tables.restarts);
        // Whether the data of this interval is used up.
        let mut gap = false;
        for y in 0..mcus.1 {
            if !(self.keep_going)() {
                return Err(DecodeError::Stopped);
            }
            for x in 0..mcus.0 {
                if self.tables.restarts > 0 {
                    if until_restart == 0 {
                        gap = !bits.restart();
                        reader.restart();
                        until_restart = self.tables.restarts;
                    }
                    until_restart -= 1;
                }
                if !gap {
                    let result = reader.read(&mut bits, (x, y));
                    if !bits.overrun() {
                        result?;
                        arrived += 1;
                        continue;
                    }
                    gap = true;
                }
                reader.missing((x, y));
            }
        }
        Ok((arrived, bits.position()))
    }
}

/// What one kind of scan does with its MCUs.
pub(super) trait Reader {
    /// Reads the MCU at `(x, y)`; it counts only where its bits were all there.
    fn read(&mut self, bits: &mut Bits<'_>, at: (usize, usize)) -> Result<(), DecodeError>;

    /// Begins anew after a restart marker (T.81, F.2.1.3.1).
    fn restart(&mut self);

    /// Makes up for an MCU that never came.
    fn missing(&mut self, _at: (usize, usize)) {}
}
