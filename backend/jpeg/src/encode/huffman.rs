//! Blocks as symbols, and symbols as Huffman codes (T.81, F.1.2).

use super::bits::BitWriter;
use super::forward::Quantised;
use super::optimise::{self, Table};

/// Where the symbols of a scan go; `kind` is 0 for luma and 1 for chroma.
pub(super) trait Sink {
    /// The size of a difference of means and its bits.
    fn mean(&mut self, kind: usize, size: u32, number: u32);

    /// A run of zeros with the size of the number behind it, and the number's bits.
    fn coefficient(&mut self, kind: usize, symbol: usize, size: u32, number: u32);
}

/// Hands out a block's symbols; `last` is the mean of the block before it and becomes that of this one.
#[inline(always)]
pub(super) fn symbols(block: &Quantised, kind: usize, last: &mut i32, sink: &mut impl Sink) {
    const ZERO_RUN: usize = 0xF0;
    const END: usize = 0x00;
    let mean = block.value(0);
    let (size, bits) = number(mean - *last);
    *last = mean;
    sink.mean(kind, size, bits);
    let mut left = block.nonzero & !1;
    let mut before = 0;
    while left != 0 {
        let k = left.trailing_zeros();
        left &= left - 1;
        let mut run = k - before - 1;
        before = k;
        while run > 15 {
            sink.coefficient(kind, ZERO_RUN, 0, 0);
            run -= 16;
        }
        let (size, bits) = number(block.value(k as usize));
        sink.coefficient(kind, (run << 4 | size) as usize, size, bits);
    }
    if before != 63 {
        sink.coefficient(kind, END, 0, 0);
    }
}

/// How often each symbol is used.
pub(super) struct Histogram {
    means: [[u32; 256]; 2],
    rest: [[u32; 256]; 2],
}

impl Histogram {
    /// Nothing yet; of a sample every symbol that could come counts once, so that it gets a code.
    pub(super) fn new(of_sample: bool) -> Self {
        let (mut means, mut rest) = ([0; 256], [0; 256]);
        if of_sample {
            means[..12].fill(1);
            (0..16).for_each(|run| rest[run << 4 | 1..=run << 4 | 10].fill(1));
            (rest[0x00], rest[0xF0]) = (1, 1);
        }
        Self {
            means: [means; 2],
            rest: [rest; 2],
        }
    }

    /// The tables of luma and chroma: of means, and of the rest.
    pub(super) fn tables(&self) -> [[Table; 2]; 2] {
        [0, 1].map(|kind| {
            [
                optimise::table(&self.means[kind]),
                optimise::table(&self.rest[kind]),
            ]
        })
    }
}

impl Sink for Histogram {
    #[inline(always)]
    fn mean(&mut self, kind: usize, size: u32, _: u32) {
        self.means[kind & 1][size as usize & 255] += 1;
    }

    #[inline(always)]
    fn coefficient(&mut self, kind: usize, symbol: usize, _: u32, _: u32) {
        self.rest[kind & 1][symbol & 255] += 1;
    }
}

/// Writes symbols as the codes of their tables.
pub(super) struct Coder {
    codes: [Codes; 2],
    bits: BitWriter,
}

struct Codes {
    means: Box<[Code; 256]>,
    rest: Box<[Code; 256]>,
}

#[derive(Clone, Copy, Default)]
struct Code {
    bits: u32,
    length: u32,
}

impl Coder {
    /// Writes behind the headers in `file`.
    pub(super) fn new(tables: &[[Table; 2]; 2], file: Vec<u8>) -> Self {
        let codes = |[means, rest]: &[Table; 2]| Codes {
            means: assign(means),
            rest: assign(rest),
        };
        Self {
            codes: [codes(&tables[0]), codes(&tables[1])],
            bits: BitWriter::new(file),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bits.finish()
    }
}

impl Sink for Coder {
    #[inline(always)]
    fn mean(&mut self, kind: usize, size: u32, number: u32) {
        let code = self.codes[kind & 1].means[size as usize & 255];
        self.bits.put(code.bits << size | number, code.length + size);
    }

    #[inline(always)]
    fn coefficient(&mut self, kind: usize, symbol: usize, size: u32, number: u32) {
        let code = self.codes[kind & 1].rest[symbol & 255];
        self.bits.put(code.bits << size | number, code.length + size);
    }
}

/// Codes in order of their length (T.81, annex C).
fn assign(table: &Table) -> Box<[Code; 256]> {
    let mut codes = Box::new([Code::default(); 256]);
    let mut symbols = table.symbols.iter();
    let mut bits = 0;
    for (length, count) in (1..).zip(table.counts) {
        for symbol in symbols.by_ref().take(count.into()) {
            codes[usize::from(*symbol)] = Code { bits, length };
            bits += 1;
        }
        bits <<= 1;
    }
    codes
}

/// The size of a number and its bits: negative ones are stored less one (T.81, table F.1 and F.1.2.1.1).
#[inline(always)]
fn number(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let stored = (value + (value >> 31)) as u32;
    (size, stored & ((1 << size) - 1))
}
