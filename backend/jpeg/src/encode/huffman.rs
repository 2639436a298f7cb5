//! Blocks as Huffman codes of the standard's tables (T.81, F.1.2).

use super::bits::BitWriter;
use super::forward::Quantised;
use crate::standard::{self, Spec};

/// The codes of one kind of component.
pub(super) struct Codes {
    dc: [Code; 16],
    ac: Box<[Code; 256]>,
}

#[derive(Clone, Copy, Default)]
struct Code {
    bits: u32,
    length: u32,
}

impl Codes {
    pub(super) fn luma() -> Self {
        Self::of(standard::LUMA_DC, standard::LUMA_AC)
    }

    pub(super) fn chroma() -> Self {
        Self::of(standard::CHROMA_DC, standard::CHROMA_AC)
    }

    fn of(dc: Spec, ac: Spec) -> Self {
        let (mut means, mut rest) = ([Code::default(); 16], Box::new([Code::default(); 256]));
        assign(dc, &mut means);
        assign(ac, &mut rest[..]);
        Self { dc: means, ac: rest }
    }

    /// Writes a block; `last` is the mean of the block before it and becomes that of this one.
    #[inline(always)]
    pub(super) fn write(&self, block: &Quantised, last: &mut i32, bits: &mut BitWriter) {
        const ZERO_RUN: usize = 0xF0;
        const END: usize = 0x00;
        let mean = i32::from(block.values[0]);
        let (size, number) = number(mean - *last);
        *last = mean;
        let code = self.dc[size as usize & 15];
        bits.put(code.bits << size | number, code.length + size);
        let mut left = block.nonzero & !1;
        let mut before = 0;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - before - 1;
            before = k;
            while run > 15 {
                let code = self.ac[ZERO_RUN];
                bits.put(code.bits, code.length);
                run -= 16;
            }
            let (size, number) = number_of(block.values[k as usize & 63]);
            let code = self.ac[(run << 4 | size) as usize & 255];
            bits.put(code.bits << size | number, code.length + size);
        }
        if before != 63 {
            let code = self.ac[END];
            bits.put(code.bits, code.length);
        }
    }
}

/// Codes in order of their length (T.81, annex C).
fn assign(spec: Spec, codes: &mut [Code]) {
    let mut symbols = spec.symbols.iter();
    let mut bits = 0;
    for (length, count) in (1..).zip(spec.counts) {
        for symbol in symbols.by_ref().take((*count).into()) {
            codes[usize::from(*symbol)] = Code { bits, length };
            bits += 1;
        }
        bits <<= 1;
    }
}

#[inline(always)]
fn number_of(value: i16) -> (u32, u32) {
    number(value.into())
}

/// The size of a number and its bits: negative ones are stored less one (T.81, table F.1 and F.1.2.1.1).
#[inline(always)]
fn number(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let stored = (value + (value >> 31)) as u32;
    (size, stored & ((1 << size) - 1))
}
