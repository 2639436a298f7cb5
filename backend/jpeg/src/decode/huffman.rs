//! Huffman tables for reading (T.81, annexes C and F.2.2.3), widened to whole symbols with the bits behind them.

use super::bits::{Cursor, extend};
use crate::DecodeError;

/// Bits that one look-up resolves.
const LOOK: u32 = 11;
/// Bits that one look-up steps over.
const STEP: u32 = 12;

/// Symbols with their numbers that one refill of the bits is enough for.
pub(super) const QUICK: u32 = 56 / LOOK;

/// A code with the number behind it, as a look-up shows them whole.
///
/// From the low end: bits of both (8), coefficients passed before the number's own (8), the number (16). All of it is
/// zero where they reach beyond the look-up.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry(u32);

/// Passed by the code that ends a block: more than a block has.
pub(super) const END: usize = 128;

impl Entry {
    fn new(symbol: u8, bits: u32, value: i32) -> Self {
        let passed = match (symbol >> 4, symbol & 15) {
            (15, 0) => 15,
            (_, 0) => END as u32,
            (run, _) => u32::from(run),
        };
        Self(bits | passed << 8 | (value as u32) << 16)
    }

    /// Bits to be taken; 0 where the look-up does not know.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    /// Coefficients that are zero before this one; [`END`] where all that are left are zero.
    #[inline(always)]
    pub(super) fn passed(self) -> usize {
        (self.0 >> 8 & 0xFF) as usize
    }

    #[inline(always)]
    pub(super) fn value(self) -> i32 {
        self.0 as i32 >> 16
    }
}

/// A code alone: its symbol, and its length, which is 0 where the look-up does not know.
#[derive(Clone, Copy, Default)]
struct Code {
    symbol: u8,
    length: u8,
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
    codes: Box<[Code; 1 << LOOK]>,
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
        let mut codes = Box::new([Code::default(); 1 << LOOK]);
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
                    let (free, length) = (LOOK as usize - length, length as u8);
                    let places = (code as usize) << free..(code as usize + 1) << free;
                    codes[places].fill(Code { symbol, length });
                }
                code += 1;
            }
            index += count;
            ends[length] = code << (16 - length);
            code <<= 1;
        }
        let strides = strides(&codes);
        let entries = entries(&codes);
        Ok(Self {
            codes,
            entries,
            strides,
            ends,
            offsets,
            symbols: symbols[..index].to_vec(),
        })
    }

    /// The symbol at the front of the bits, which are taken except for the number behind it.
    #[inline(always)]
    pub(super) fn symbol(&self, bits: &mut Cursor<'_>) -> Result<u8, DecodeError> {
        let mut code = self.codes[bits.peek(LOOK)];
        if code.length == 0 {
            code = self.long_code(bits.peek(16))?;
        }
        bits.take(code.length.into());
        Ok(code.symbol)
    }

    /// What the look-up shows; an entry with bits may be taken whole.
    #[inline(always)]
    pub(super) fn quick(&self, bits: &Cursor<'_>) -> Entry {
        self.entries[bits.peek(LOOK)]
    }

    /// A coefficient: the run of zeros before it, the size of its number (0 for the codes without one), the number.
    #[inline(always)]
    pub(super) fn coefficient(&self, bits: &mut Cursor<'_>) -> Result<(usize, u32, i32), DecodeError> {
        let symbol = self.symbol(bits)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let value = if size > 0 { bits.signed(size) } else { 0 };
        Ok((run, size, value))
    }

    /// Adds the difference at the front of the bits to the mean of the block before (T.81, F.2.2.1).
    #[inline(always)]
    pub(super) fn mean(&self, bits: &mut Cursor<'_>, last: &mut i32) -> Result<(), DecodeError> {
        bits.refill();
        let entry = self.quick(bits);
        if entry.bits() > 0 && entry.passed() & !END == 0 {
            bits.take(entry.bits());
            *last = last.wrapping_add(entry.value());
            return Ok(());
        }
        let size = u32::from(self.symbol(bits)?);
        if size > 11 {
            return Err(DecodeError::Corrupt("a mean out of range"));
        }
        if size > 0 {
            *last = last.wrapping_add(bits.signed(size));
        }
        Ok(())
    }

    /// As many whole symbols as one look-up shows; nothing where the first is too long for it.
    #[inline(always)]
    pub(super) fn stride(&self, bits: &Cursor<'_>) -> Stride {
        self.strides[bits.peek(STEP)]
    }

    /// The code at the front of 16 bits.
    #[cold]
    #[inline(never)]
    fn long_code(&self, next: usize) -> Result<Code, DecodeError> {
        for length in LOOK as usize + 1..=16 {
            if (next as u32) < self.ends[length] {
                let code = (next >> (16 - length)) as i32;
                let index = usize::try_from(code + self.offsets[length]).map_err(|_| CODE)?;
                let symbol = *self.symbols.get(index).ok_or(CODE)?;
                let length = length as u8;
                return Ok(Code { symbol, length });
            }
        }
        Err(CODE)
    }
}

const TABLE: DecodeError = DecodeError::Corrupt("a Huffman table that contradicts itself");
const CODE: DecodeError = DecodeError::Corrupt("a code that is in no table");

/// Joins codes with the numbers behind them.
fn entries(codes: &[Code; 1 << LOOK]) -> Box<[Entry; 1 << LOOK]> {
    let mut entries = Box::new([Entry::default(); 1 << LOOK]);
    for (prefix, (entry, code)) in entries.iter_mut().zip(codes).enumerate() {
        let (length, size) = (u32::from(code.length), u32::from(code.symbol & 15));
        if length == 0 || length + size > LOOK {
            continue;
        }
        let value = if size == 0 {
            0
        } else {
            let behind = prefix as u32 >> (LOOK - length - size);
            extend(behind & ((1 << size) - 1), size)
        };
        *entry = Entry::new(code.symbol, length + size, value);
    }
    entries
}

/// Adds up symbols while their codes lie within [`STEP`] bits; the bits behind the last may lie beyond.
fn strides(codes: &[Code; 1 << LOOK]) -> Box<[Stride; 1 << STEP]> {
    let mut strides = Box::new([Stride::default(); 1 << STEP]);
    for (prefix, stride) in strides.iter_mut().enumerate() {
        let (mut used, mut passed, mut ends) = (0, 0, false);
        while used < STEP && !ends {
            let aligned = (prefix << used) & ((1 << STEP) - 1);
            let Code { symbol, length } = codes[aligned >> (STEP - LOOK)];
            let length = u32::from(length);
            if length == 0 || length > STEP - used {
                break;
            }
            match (symbol >> 4, symbol & 15) {
                (15, 0) => passed += 16,
                (_, 0) => ends = true,
                (run, _) => passed += usize::from(run) + 1,
            }
            used += length + u32::from(symbol & 15);
        }
        let flag = if ends { Stride::ENDS } else { 0 };
        *stride = Stride(used as u16 | (passed.min(127) as u16) << 8 | flag);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::super::bits::Bits;
    use super::*;
    use crate::standard;

    #[test]
    fn every_code_of_the_standard_tables_reads_as_its_symbol() {
        for spec in [
            standard::LUMA_DC,
            standard::LUMA_AC,
            standard::CHROMA_DC,
            standard::CHROMA_AC,
        ] {
            let table = Table::new(spec.counts, spec.symbols).unwrap();
            let mut code = 0u32;
            let mut symbols = spec.symbols.iter();
            for length in 1..=16u32 {
                for _ in 0..spec.counts[length as usize - 1] {
                    let bytes = (code << (16 - length)).to_be_bytes();
                    let source = [bytes[2], bytes[3], 0];
                    let mut bits = Bits::new(&source, 0);
                    // A 0xFF in the code would be a marker here; such codes are met in whole files.
                    if !bytes.contains(&0xFF) {
                        let mut cursor = bits.begin();
                        cursor.refill();
                        assert_eq!(table.symbol(&mut cursor).unwrap(), *symbols.next().unwrap());
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
