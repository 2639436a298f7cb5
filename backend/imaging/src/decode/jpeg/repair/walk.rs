//! Walks Huffman-coded MCUs without keeping their values (ITU-T T.81, annex F), to find where data ends.

use super::bits::{BitReader, BitWriter};
use super::huffman::Huffman;
use crate::probe::{JpegComponent, JpegHeader};

/// The tables in force at a scan.
#[derive(Clone, Default)]
pub(super) struct Tables {
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// MCUs between two restart markers; 0 for none.
    restart_interval: u64,
}

impl Tables {
    /// Takes in a DHT segment (B.2.4.2); what is malformed is left for the decoder to refuse.
    pub(super) fn define(&mut self, mut body: &[u8]) {
        while let Some((&id, rest)) = body.split_first() {
            let Some((counts, rest)) = rest.split_first_chunk::<16>() else {
                return;
            };
            let length = counts.iter().map(|count| usize::from(*count)).sum();
            let Some((values, next)) = rest.split_at_checked(length) else {
                return;
            };
            let of_class = if id >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            of_class[usize::from(id & 3)] = Some(Huffman::new(counts, values));
            body = next;
        }
    }

    /// Takes in a DRI segment (B.2.4.4).
    pub(super) fn set_restart_interval(&mut self, body: &[u8]) {
        if let [high, low] = *body {
            self.restart_interval = u16::from_be_bytes([high, low]).into();
        }
    }

    fn needs_restart(&self, mcu: u64) -> bool {
        self.restart_interval > 0 && mcu > 0 && mcu.is_multiple_of(self.restart_interval)
    }
}

/// A scan header (B.2.3) with what its frame says of its components.
pub(super) struct Scan {
    /// For each block of an MCU the index of its DC and of its AC table.
    blocks: Vec<(usize, usize)>,
    mcus: u64,
    /// A progressive file's first scan, which holds no AC coefficients.
    dc_only: bool,
}

impl Scan {
    pub(super) fn read(body: &[u8], header: &JpegHeader) -> Option<Self> {
        let (count, rest) = body.split_first()?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(*count))?;
        let [_spectral_start, spectral_end, _approximation] = *rest else {
            return None;
        };
        let interleaved = selectors.len() > 2;
        let (mut blocks, mut mcus) = (Vec::new(), interleaved_mcus(header));
        for selector in selectors.chunks_exact(2) {
            let tables = (usize::from(selector[1] >> 4 & 3), usize::from(selector[1] & 3));
            let component = *header.components.iter().find(|c| c.id == selector[0])?;
            if interleaved {
                let count = component.horizontal * component.vertical;
                blocks.extend(std::iter::repeat_n(tables, count.into()));
            } else {
                blocks.push(tables);
                mcus = blocks_of(header, component);
            }
        }
        Some(Self {
            blocks,
            mcus,
            dc_only: spectral_end == 0,
        })
    }
}

fn largest_factors(header: &JpegHeader) -> (u64, u64) {
    let most = |of: fn(&JpegComponent) -> u8| header.components.iter().map(of).max().unwrap_or(1);
    (most(|c| c.horizontal).into(), most(|c| c.vertical).into())
}

fn interleaved_mcus(header: &JpegHeader) -> u64 {
    let (h_max, v_max) = largest_factors(header);
    u64::from(header.width).div_ceil(8 * h_max) * u64::from(header.height).div_ceil(8 * v_max)
}

/// Blocks of a component that has a scan for itself: no padding to whole MCUs (A.2.2).
fn blocks_of(header: &JpegHeader, component: JpegComponent) -> u64 {
    let (h_max, v_max) = largest_factors(header);
    let columns = (u64::from(header.width) * u64::from(component.horizontal)).div_ceil(h_max);
    let rows = (u64::from(header.height) * u64::from(component.vertical)).div_ceil(v_max);
    columns.div_ceil(8) * rows.div_ceil(8)
}

/// Entropy-coded data that holds every MCU.
pub(super) struct Completed {
    pub(super) data: Vec<u8>,
    /// How many MCUs are real.
    pub(super) arrived: u64,
    /// How many there are.
    pub(super) mcus: u64,
}

/// Keeps the whole MCUs of `data` and fills the scan up; `None` where not one is whole.
pub(super) fn complete(data: &[u8], scan: &Scan, tables: &Tables) -> Option<Completed> {
    let mut bits = BitReader::new(data);
    let mut arrived = 0;
    while arrived < scan.mcus {
        let mut ahead = bits.clone();
        let restarted = !tables.needs_restart(arrived) || ahead.restart().is_some();
        if !restarted || walk_mcu(&mut ahead, scan, tables).is_none() {
            break;
        }
        bits = ahead;
        arrived += 1;
    }
    if arrived == 0 {
        return None;
    }
    let mut writer = bits.write_on();
    for mcu in arrived..scan.mcus {
        if tables.needs_restart(mcu) {
            let restarts = mcu / tables.restart_interval - 1;
            writer.put_marker(0xD0 + (restarts % 8) as u8);
        }
        put_flat_mcu(&mut writer, scan, tables)?;
    }
    Some(Completed {
        data: writer.finish(),
        arrived,
        mcus: scan.mcus,
    })
}

fn walk_mcu(bits: &mut BitReader<'_>, scan: &Scan, tables: &Tables) -> Option<()> {
    for (dc, ac) in &scan.blocks {
        let size = tables.dc[*dc].as_ref()?.decode(bits)?;
        bits.skip(size.min(16))?;
        if !scan.dc_only {
            walk_ac(bits, tables.ac[*ac].as_ref()?)?;
        }
    }
    Some(())
}

/// F.2.2.2: runs of zeros and the sizes of what follows them, until the end of the block.
fn walk_ac(bits: &mut BitReader<'_>, table: &Huffman) -> Option<()> {
    const SIXTEEN_ZEROS: u8 = 0xF0;
    let mut index = 1;
    while index < 64 {
        let symbol = table.decode(bits)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        if size == 0 && symbol != SIXTEEN_ZEROS {
            return Some(());
        }
        bits.skip(size)?;
        index += run + 1;
    }
    Some(())
}

/// An MCU whose blocks have the colour of those before and no detail.
fn put_flat_mcu(writer: &mut BitWriter, scan: &Scan, tables: &Tables) -> Option<()> {
    const NO_DIFFERENCE: u8 = 0;
    const END_OF_BLOCK: u8 = 0;
    for (dc, ac) in &scan.blocks {
        let (code, length) = tables.dc[*dc].as_ref()?.code_of(NO_DIFFERENCE)?;
        writer.put(code, length);
        if !scan.dc_only {
            let (code, length) = tables.ac[*ac].as_ref()?.code_of(END_OF_BLOCK)?;
            writer.put(code, length);
        }
    }
    Some(())
}

/// A scan of its own for a component that none holds: all blocks neutral, by tables of one code each.
pub(super) fn grey_scan(header: &JpegHeader, component: usize) -> Vec<u8> {
    let component = header.components[component];
    let mut scan = vec![0xFF, 0xDD, 0, 4, 0, 0];
    for class_and_id in [0x00, 0x10] {
        scan.extend([0xFF, 0xC4, 0, 20, class_and_id, 1]);
        scan.extend([0; 16]);
    }
    scan.extend([0xFF, 0xDA, 0, 8, 1, component.id, 0x00, 0, 63, 0]);
    let mut writer = BitWriter::new();
    for _ in 0..blocks_of(header, component) {
        writer.put(0b00, 2);
    }
    scan.extend(writer.finish());
    scan
}
