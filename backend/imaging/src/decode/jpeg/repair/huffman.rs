//! Huffman tables as far as walking and filling need them (ITU-T T.81, annex C and F.2.2.3).

use super::bits::BitReader;

/// One table: for each code length 1 to 16 what codes it has.
#[derive(Clone)]
pub(super) struct Huffman {
    lengths: [Codes; 16],
    values: Vec<u8>,
}

/// The codes of one length.
#[derive(Clone, Copy)]
struct Codes {
    smallest: u32,
    count: u32,
    /// Index of the first one's value.
    first: usize,
}

impl Huffman {
    /// From the BITS and HUFFVAL lists of a DHT segment.
    pub(super) fn new(counts: &[u8; 16], values: &[u8]) -> Self {
        let (mut smallest, mut first) = (0, 0);
        let lengths = counts.map(|count| {
            let codes = Codes {
                smallest,
                count: count.into(),
                first,
            };
            smallest = (smallest + codes.count) << 1;
            first += usize::from(count);
            codes
        });
        Self {
            lengths,
            values: values.to_vec(),
        }
    }

    /// The next value; `None` at the end of the data and for a code that is none.
    pub(super) fn decode(&self, bits: &mut BitReader<'_>) -> Option<u8> {
        let mut code = 0;
        for codes in self.lengths {
            code = code << 1 | bits.next_bit()?;
            if code >= codes.smallest && code - codes.smallest < codes.count {
                let index = codes.first + (code - codes.smallest) as usize;
                return self.values.get(index).copied();
            }
        }
        None
    }

    /// Code and length of a value; `None` where the table has no code for it.
    pub(super) fn code_of(&self, value: u8) -> Option<(u32, u8)> {
        let index = self.values.iter().position(|v| *v == value)?;
        (1..=16).zip(self.lengths).find_map(|(length, codes)| {
            let offset = u32::try_from(index.checked_sub(codes.first)?).ok()?;
            (offset < codes.count).then_some((codes.smallest + offset, length))
        })
    }
}
