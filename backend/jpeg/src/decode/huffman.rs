//! Huffman tables for reading (T.81, annexes C and F.2.2.3), widened to whole symbols with the bits behind them.

use super::bits::{Read, extend};
use crate::DecodeError;

/// Bits that one look-up resolves.
const LOOK: u32 = 11;
/// Bits that one look-up steps over.
const STEP: u32 = 12;
/// Bits that it steps over at most, with the numbers.
const MOST: u32 = 19;

/// Strides that one refill of the bits is enough for.
pub(super) const STRIDES: u32 = 57 / MOST;
/// Symbols with their numbers that one refill of the bits is enough for.
pub(super) const QUICK: u32 = 56 / LOOK;

/// A code with the number behind it, as a look-up shows them whole.
///
/// From the low end: bits of both (8), coefficients passed with the number's own (8), the number (16). No bits, and
/// [`STUCK`] passed where they reach beyond the look-up.
#[derive(Clone, Copy)]
pub(super) struct Entry(u32);

/// Passed by the code that ends a block, from anywhere in it: more than a block has.
pub(super) const END: usize = 128;

/// Passed where a look-up does not know: more than a block and its end.
pub(super) const STUCK: usize = END + 64;

/// Passed by what a look-up of strides does not know: more than any block allows, without the [`END`]s in it too.
pub(super) const UNKNOWN: usize = 4 * END + 64;

/// Coefficients that a symbol passes, the one behind the run of zeros included.
#[inline(always)]
pub(super) fn passed(run: usize, size: u32) -> usize {
    if size == 0 && run < 15 { END } else { run + 1 }
}

impl Entry {
    const UNKNOWN: Self = Self((STUCK as u32) << 8);

    fn new(symbol: u8, bits: u32, value: i32) -> Self {
        let passed = passed(usize::from(symbol >> 4), u32::from(symbol & 15)) as u32;
        Self(bits | passed << 8 | (value as u32) << 16)
    }

    /// A sum of entries: so many coefficients, and no bits.
    #[inline(always)]
    pub(super) fn begun(passed: usize) -> u32 {
        (passed as u32) << 8
    }

    /// A sum of entries with this one added: as many as one refill is enough for.
    #[inline(always)]
    pub(super) fn after(self, sum: u32) -> u32 {
        sum.wrapping_add(self.0 & 0xFFFF)
    }

    /// Coefficients passed by a sum of entries.
    #[inline(always)]
    pub(super) fn passed_in(sum: u32) -> usize {
        (sum >> 8) as usize
    }

    /// Bits of a sum of entries.
    #[inline(always)]
    pub(super) fn bits_in(sum: u32) -> usize {
        (sum & 0xFF) as usize
    }

    /// Bits to be taken; 0 where the look-up does not know.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    /// Coefficients up to this one and with it; [`END`] where all that are left are zero.
    #[inline(always)]
    pub(super) fn passed(self) -> usize {
        (self.0 >> 8 & 0xFF) as usize
    }

    /// Whether its symbol is the size of a number and nothing else.
    #[inline(always)]
    fn is_mean(self) -> bool {
        matches!(self.passed(), 1 | END)
    }

    #[inline(always)]
    pub(super) fn value(self) -> i32 {
        self.0 as i32 >> 16
    }
}

/// The entries of all that a look-up can meet.
#[derive(Clone)]
pub(super) struct Entries([Entry; 1 << LOOK]);

impl Entries {
    #[inline(always)]
    pub(super) fn look(&self, bits: &impl Read) -> Entry {
        self.0[bits.peek(LOOK)]
    }
}

/// A code alone: its symbol, and its length, which is 0 where the look-up does not know.
#[derive(Clone, Copy, Default)]
struct Code {
    symbol: u8,
    length: u8,
}

/// Symbols to be stepped over: bits (16, of which 5 are used), coefficients passed (16).
///
/// Strides can be summed up, as many as a block can hold.
#[derive(Clone, Copy)]
pub(super) struct Stride(u32);

impl Stride {
    /// No bits, but [`UNKNOWN`] coefficients passed: the first code is too long, or they pass more than a block has.
    const UNKNOWN: Self = Self::new(UNKNOWN, 0);

    /// So many coefficients passed and bits taken.
    #[inline(always)]
    pub(super) const fn new(passed: usize, bits: u32) -> Self {
        Self(bits | (passed as u32) << 16)
    }

    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        self.0 & 0xFFFF
    }

    /// Coefficients passed, and [`END`] more where the block ends.
    #[inline(always)]
    pub(super) fn passed(self) -> usize {
        (self.0 >> 16) as usize
    }

    /// Both of them, one after the other.
    #[inline(always)]
    pub(super) fn and(self, next: Self) -> Self {
        Self(self.0.wrapping_add(next.0))
    }

    /// Whether there are coefficients left.
    #[inline(always)]
    pub(super) fn is_within(self) -> bool {
        self.0 < Self::new(64, 0).0
    }
}

/// A table of a file, ready to read with.
#[derive(Clone)]
pub(super) struct Table {
    codes: Box<[Code; 1 << LOOK]>,
    entries: Box<Entries>,
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
    pub(super) fn symbol(&self, bits: &mut impl Read) -> Result<u8, DecodeError> {
        let mut code = self.codes[bits.peek(LOOK)];
        if code.length == 0 {
            code = self.long_code(bits.peek(16))?;
        }
        bits.take(code.length.into());
        Ok(code.symbol)
    }

    /// What the look-up shows; an entry with bits may be taken whole.
    #[inline(always)]
    pub(super) fn quick(&self, bits: &impl Read) -> Entry {
        self.entries.look(bits)
    }

    /// What [`Table::quick`] looks at.
    #[inline(always)]
    pub(super) fn entries(&self) -> &Entries {
        &self.entries
    }

    /// A coefficient: the run of zeros before it, the size of its number (0 for the codes without one), the number.
    #[inline(always)]
    pub(super) fn coefficient(&self, bits: &mut impl Read) -> Result<(usize, u32, i32), DecodeError> {
        let symbol = self.symbol(bits)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        let value = if size > 0 { bits.signed(size) } else { 0 };
        Ok((run, size, value))
    }

    /// Adds the difference at the front of the bits to the mean of the block before (T.81, F.2.2.1).
    #[inline(always)]
    pub(super) fn mean(&self, bits: &mut impl Read, last: &mut i32) -> Result<(), DecodeError> {
        bits.refill();
        let entry = self.quick(bits);
        if entry.bits() > 0 && entry.is_mean() {
            bits.take(entry.bits());
            *last = last.wrapping_add(entry.value());
            return Ok(());
        }
        let (run, size, value) = self.coefficient(bits)?;
        // Without a size it is no difference, whatever else its symbol says: the look-up cannot tell.
        if size > 11 || size > 0 && run > 0 {
            return Err(DecodeError::Corrupt("a mean out of range"));
        }
        *last = last.wrapping_add(value);
        Ok(())
    }

    /// As many whole symbols as one look-up shows.
    #[inline(always)]
    pub(super) fn stride(&self, bits: &impl Read) -> Stride {
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
fn entries(codes: &[Code; 1 << LOOK]) -> Box<Entries> {
    let mut entries = Box::new(Entries([Entry::UNKNOWN; 1 << LOOK]));
    for (prefix, (entry, code)) in entries.0.iter_mut().zip(codes).enumerate() {
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
    let mut strides = Box::new([Stride::UNKNOWN; 1 << STEP]);
    for (prefix, stride) in strides.iter_mut().enumerate() {
        let (mut used, mut total) = (0, 0);
        while used < STEP && total < 64 {
            let aligned = (prefix << used) & ((1 << STEP) - 1);
            let Code { symbol, length } = codes[aligned >> (STEP - LOOK)];
            let length = u32::from(length);
            let size = u32::from(symbol & 15);
            if length == 0 || length > STEP - used || used + length + size > MOST {
                break;
            }
            total += passed(usize::from(symbol >> 4), size);
            used += length + size;
        }
        if used > 0 && matches!(total, 0..64 | END..192) {
            *stride = Stride::new(total, used);
        }
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

    /// The difference that the only code of this length leads to: all zeros, and ones behind it.
    fn difference(symbol: u8, length: usize) -> Result<i32, DecodeError> {
        let mut counts = [0; 16];
        counts[length - 1] = 1;
        let table = Table::new(&counts, &[symbol]).unwrap();
        let ones = (u32::MAX >> length).to_be_bytes();
        let source = [ones[0], ones[1], 0xFE, 0xFE, 0xFE];
        let mut bits = Bits::new(&source, 0);
        let (mut cursor, mut last) = (bits.begin(), 0);
        table.mean(&mut cursor, &mut last).map(|()| last)
    }

    #[test]
    fn a_mean_is_the_same_by_look_up_and_by_its_long_code() {
        for length in [3, 14] {
            assert_eq!(difference(0, length).unwrap(), 0);
            assert_eq!(difference(2, length).unwrap(), 3);
            assert_eq!(difference(0x20, length).unwrap(), 0);
            assert!(difference(0x22, length).is_err());
            assert!(difference(12, length).is_err());
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
