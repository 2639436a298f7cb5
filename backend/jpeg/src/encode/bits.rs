//! Entropy-coded bits with their stuffing (T.81, F.1.2.3).

/// Collects bits, most significant first, behind the headers of a file.
pub(super) struct BitWriter {
    file: Vec<u8>,
    /// Bits not written yet, at the low end.
    acc: u64,
    count: u32,
}

impl BitWriter {
    pub(super) fn new(file: Vec<u8>) -> Self {
        Self {
            file,
            acc: 0,
            count: 0,
        }
    }

    /// Appends the `length` low bits of `bits`, at most 32.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, length: u32) {
        self.acc = self.acc << length | u64::from(bits);
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            self.write((self.acc >> self.count) as u32);
        }
    }

    #[inline(always)]
    fn write(&mut self, word: u32) {
        // A byte is 0xFF where its complement is 0: the usual search for a zero byte.
        let complement = !word;
        let has_marker = complement.wrapping_sub(0x0101_0101) & !complement & 0x8080_8080 != 0;
        if has_marker {
            return word.to_be_bytes().into_iter().for_each(|byte| self.stuff(byte));
        }
        self.file.extend_from_slice(&word.to_be_bytes());
    }

    fn stuff(&mut self, byte: u8) {
        self.file.push(byte);
        if byte == 0xFF {
            self.file.push(0);
        }
    }

    /// The file, its last byte filled with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let open = self.count.div_ceil(8) * 8 - self.count;
        self.acc = self.acc << open | ((1 << open) - 1);
        self.count += open;
        while self.count > 0 {
            self.count -= 8;
            self.stuff((self.acc >> self.count) as u8);
        }
        self.file
    }
}
