//! Huffman tables for reading (T.81, annexes C and F.2.2.3), widened to whole symbols with the bits behind them.

use super::bits::Bits;
use crate::DecodeError;

/// Bits that one look-up resolves.
const LOOK: u32 = 10;
/// Bits that one look-up steps over.
const STEP: u32 = 11;

/// A symbol of the look-up: what it says and how long it is.
///
/// From the low end: length of the code (4 bits, 0 where it is longer than [`LOOK`]), size of the number behind it
/// (4), run of zeros before it (4), whether the number is in the entry (1); the number itself in the upper half.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry(u32);

impl Entry {
    const HAS_VALUE: u32 = 1 << 12;

    fn new(symbol: u8, length: u32) -> Self {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        Self(length | size << 4 | run << 8)
    }

    fn with_value(self, value: i32) -> Self {
        Self(self.0 | Self::HAS_VALUE | ((value as u32) & 0xFFFF) << 16)
    }

    #[inline(always)]
    pub(super) fn length(self) -> u32 {
        self.0 & 15
    }

    #[inline(always)]
    pub(super) fn size(self) -> u32 {
        self.0 >> 4 & 15
    }

    #[inline(always)]
    pub(super) fn run(self) -> usize {
        (self.0 >> 8 & 15) as usize
    }

    /// The number, where code and number together fit the look-up.
    #[inline(always)]
    fn value(self) -> Option<i32> {
        (self.0 & Self::HAS_VALUE != 0).then_some(self.0 as i32 >> 16)
    }
}

/// Symbols to be stepped over: bits (6), coefficients passed (7 bits from bit 8), whether the block ends (bit 15).
#[derive(Clone, Copy, Default)]
pub(super) struct Stride(u16);

impl Stride {
    const ENDS: u16 = 1 << 15;

    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        u32::from(self.0 & 63)
    }

    #[inline(always)]
    pub(super) fn passed(self) -> usize {
        usize::from(self.0 >> 8 & 127)
    }

    #[inline(always)]
    pub(super) fn ends(self) -> bool {
        self.0 & Self::ENDS != 0
    }
}

/// A table of a file, ready to read with.
#[derive(Clone)]
pub(super) struct Table {
    entries: Box<[Entry; 1 << LOOK]>,
    strides: Box<[Stride; 1 << STEP]>,
    /// Of each length of code 1 to 16: the first code that is longer, aligned to 16 bits.
    ends: [u32; 17],
    /// Of each length: index of its first symbol, less its first code.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// From the numbers of codes of each length and the symbols in order (T.81, C.2).
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, DecodeError> {
        let mut entries = Box::new([Entry::default(); 1 << LOOK]);
        let (mut ends, mut offsets) = ([0; 17], [0; 17]);
        let (mut code, mut index) = (0u32, 0usize);
        for length in 1..=16 {
            let count = usize::from(counts[length - 1]);
            offsets[length] = index as i32 - code as i32;
            for &symbol in symbols.get(index..index + count).ok_or(TABLE)? {
                // All ones is kept free (C.2), but files that use it are read by everybody.
                if code >= 1 << length {
                    return Err(TABLE);
                }
                if length as u32 <= LOOK {
                    enter(&mut entries[..], code, length as u32, symbol);
                }
                code += 1;
            }
            index += count;
            ends[length] = code << (16 - length);
            code <<= 1;
        }
        let strides = strides(&entries);
        Ok(Self { entries, strides, ends, offsets, symbols: symbols[..index].to_vec() })
    }

    /// The symbol at the front of the bits, which are taken except for the number behind it.
    #[inline(always)]
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8, DecodeError> {
        let entry = self.entries[bits.peek(LOOK)];
        if entry.length() != 0 {
            bits.take(entry.length());
            return Ok((entry.run() << 4) as u8 | entry.size() as u8);
        }
        self.long_symbol(bits)
    }

    /// A coefficient: the run of zeros before it, the size of its number (0 for the codes without one), the number.
    #[inline(always)]
    pub(super) fn coefficient(&self, bits: &mut Bits<'_>) -> Result<(usize, u32, i32), DecodeError> {
        let entry = self.entries[bits.peek(LOOK)];
        if let Some(value) = entry.value() {
            bits.take(entry.length() + entry.size());
            return Ok((entry.run(), entry.size(), value));
        }
        let (run, size) = if entry.length() != 0 {
            bits.take(entry.length());
            (entry.run(), entry.size())
        } else {
            let symbol = self.long_symbol(bits)?;
            (usize::from(symbol >> 4), u32::from(symbol & 15))
        };
        let value = if size > 0 { bits.signed(size) } else { 0 };
        Ok((run, size, value))
    }

    /// As many whole symbols as one look-up shows; nothing where the first is too long for it.
    #[inline(always)]
    pub(super) fn stride(&self, bits: &Bits<'_>) -> Stride {
        self.strides[bits.peek(STEP)]
    }

    #[cold]
    fn long_symbol(&self, bits: &mut Bits<'_>) -> Result<u8, DecodeError> {
        let next = bits.peek(16) as u32;
        for length in LOOK as usize + 1..=16 {
            if next < self.ends[length] {
                let code = (next >> (16 - length)) as i32;
                let index = usize::try_from(code + self.offsets[length]).map_err(|_| CODE)?;
                bits.take(length as u32);
                return self.symbols.get(index).copied().ok_or(CODE);
            }
        }
        Err(CODE)
    }
}

const TABLE: DecodeError = DecodeError::Corrupt("a Huffman table that contradicts itself");
const CODE: DecodeError = DecodeError::Corrupt("a code that is in no table");

/// Writes a code into every place of the look-up that begins with it.
fn enter(entries: &mut [Entry], code: u32, length: u32, symbol: u8) {
    let entry = Entry::new(symbol, length);
    let free = LOOK - length;
    let size = entry.size();
    for tail in 0..1u32 << free {
        let place = &mut entries[(code << free | tail) as usize];
        *place = entry;
        if (1..=free).contains(&size) {
            let raw = (tail >> (free - size)) as i32;
            let value = if raw >> (size - 1) == 0 { raw - (1 << size) + 1 } else { raw };
            *place = entry.with_value(value);
        }
    }
}

/// Adds up symbols while their codes lie within [`STEP`] bits; the bits behind the last may lie beyond.
fn strides(entries: &[Entry; 1 << LOOK]) -> Box<[Stride; 1 << STEP]> {
    let mut strides = Box::new([Stride::default(); 1 << STEP]);
    for (prefix, stride) in strides.iter_mut().enumerate() {
        let (mut used, mut passed, mut ends) = (0, 0, false);
        while used < STEP && !ends {
            let aligned = (prefix << used) & ((1 << STEP) - 1);
            let entry = entries[aligned >> (STEP - LOOK)];
            if entry.length() == 0 || entry.length() > STEP - used {
                break;
            }
            match (entry.size(), entry.run()) {
                (0, 15) => passed += 16,
                (0, _) => ends = true,
                (_, run) => passed += run + 1,
            }
            used += entry.length() + entry.size();
        }
        let flag = if ends { Stride::ENDS } else { 0 };
        *stride = Stride(used as u16 | (passed.min(127) as u16) << 8 | flag);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard;

    #[test]
    fn every_code_of_the_standard_tables_reads_as_its_symbol() {
        for spec in [standard::LUMA_DC, standard::LUMA_AC, standard::CHROMA_DC, standard::CHROMA_AC] {
            let table = Table::new(spec.counts, spec.symbols).unwrap();
            let mut code = 0u32;
            let mut symbols = spec.symbols.iter();
            for length in 1..=16u32 {
                for _ in 0..spec.counts[length as usize - 1] {
                    let bytes = (code << (16 - length)).to_be_bytes();
                    let source = [bytes[2], bytes[3], 0];
                    let mut bits = Bits::new(&source, 0);
                    bits.refill();
                    // A 0xFF in the code would be a marker here; such codes are met in whole files.
                    if !bytes.contains(&0xFF) {
                        assert_eq!(table.symbol(&mut bits).unwrap(), *symbols.next().unwrap());
                    } else {
                        symbols.next();
                    }
                    code += 1;
                }
                code <<= 1;
            }
        }
    }

    #[test]
    fn a_table_with_too_many_codes_is_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Table::new(&counts, &[1, 2, 3]).is_err());
        counts[0] = 2;
        assert!(Table::new(&counts, &[1]).is_err());
    }
}
