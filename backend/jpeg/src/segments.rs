//! The markers of a file and the segments behind them (T.81, annex B).

use memchr::memchr;

/// Marker codes (T.81, table B.1).
#[expect(missing_docs, reason = "the names are those of the table")]
pub mod marker {
    pub const DHT: u8 = 0xC4;
    pub const SOI: u8 = 0xD8;
    pub const EOI: u8 = 0xD9;
    pub const SOS: u8 = 0xDA;
    pub const DQT: u8 = 0xDB;
    pub const DRI: u8 = 0xDD;
    pub const APP0: u8 = 0xE0;
    pub const APP1: u8 = 0xE1;
    pub const APP2: u8 = 0xE2;
    pub const APP14: u8 = 0xEE;
    pub const TEM: u8 = 0x01;
}

/// The segments of a file in order: a marker code and the segment's bytes without their length.
///
/// Entropy-coded data and stray bytes between two of them are stepped over.
pub struct Segments<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Segments<'a> {
    /// From the first byte on.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Just after the last segment.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Looks for the next marker from here on.
    pub(crate) fn go_on(&mut self, position: usize) {
        self.position = position;
    }

    /// The next marker code, past fill bytes, stuffed zeros and restart markers.
    fn marker(&mut self) -> Option<u8> {
        loop {
            self.position += memchr(0xFF, self.bytes.get(self.position..)?)?;
            while *self.bytes.get(self.position)? == 0xFF {
                self.position += 1;
            }
            let code = self.bytes[self.position];
            self.position += 1;
            if !matches!(code, 0x00 | 0xD0..=0xD7) {
                return Some(code);
            }
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.marker()?;
        if matches!(code, marker::SOI | marker::EOI | marker::TEM) {
            return Some((code, &[]));
        }
        let length = self.bytes.get(self.position..)?.first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let body = self.bytes.get(self.position + 2..self.position + length)?;
        self.position += length;
        Some((code, body))
    }
}
