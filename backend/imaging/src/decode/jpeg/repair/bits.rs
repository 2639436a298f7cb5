//! Bits of entropy-coded data, stuffed zeros removed and put back (ITU-T T.81, F.1.2.3 and F.2.2.5).

/// Reads bits up to the next marker or the end.
#[derive(Clone)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Byte that the next bit comes from.
    byte: usize,
    /// Bits of that byte already read, 0 to 7.
    bit: u8,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            byte: 0,
            bit: 0,
        }
    }

    /// The next bit; `None` at a marker and at the end.
    pub(super) fn next_bit(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.byte)?;
        // A stuffed zero makes 0xFF data; whether it is there is only known once that byte arrived.
        if byte == 0xFF && *self.bytes.get(self.byte + 1)? != 0 {
            return None;
        }
        let bit = byte >> (7 - self.bit) & 1;
        self.bit += 1;
        if self.bit == 8 {
            self.bit = 0;
            self.byte += if byte == 0xFF { 2 } else { 1 };
        }
        Some(bit.into())
    }

    pub(super) fn skip(&mut self, count: u8) -> Option<()> {
        (0..count).try_for_each(|_| self.next_bit().map(|_| ()))
    }

    /// Steps over the rest of the byte and the restart marker that must follow it.
    pub(super) fn restart(&mut self) -> Option<()> {
        if self.bit > 0 {
            let stuffed = self.bytes[self.byte] == 0xFF;
            self.byte += if stuffed { 2 } else { 1 };
            self.bit = 0;
        }
        match self.bytes.get(self.byte..self.byte + 2)? {
            [0xFF, 0xD0..=0xD7] => self.byte += 2,
            _ => return None,
        }
        Some(())
    }

    /// A writer that goes on where this reader stands, as if it had written everything read so far.
    pub(super) fn write_on(&self) -> BitWriter {
        let mut writer = BitWriter::new();
        writer.bytes.extend_from_slice(&self.bytes[..self.byte]);
        if self.bit > 0 {
            let read = self.bytes[self.byte] >> (8 - self.bit);
            writer.put(read.into(), self.bit);
        }
        writer
    }
}

/// Writes bits, stuffing zeros.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    pending: u8,
    count: u8,
}

impl BitWriter {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            pending: 0,
            count: 0,
        }
    }

    /// Writes the lowest `length` bits of `code`, highest first.
    pub(super) fn put(&mut self, code: u32, length: u8) {
        for at in (0..length).rev() {
            self.pending = self.pending << 1 | u8::from(code >> at & 1 == 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.pending);
                if self.pending == 0xFF {
                    self.bytes.push(0);
                }
                self.count = 0;
            }
        }
    }

    /// Ends the present byte and writes a marker.
    pub(super) fn put_marker(&mut self, code: u8) {
        self.align();
        self.bytes.extend([0xFF, code]);
    }

    /// Everything written, the last byte filled up.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }

    /// Fills the byte with ones, as the standard asks before a marker.
    fn align(&mut self) {
        if self.count > 0 {
            self.put(0xFF, 8 - self.count);
        }
    }
}
