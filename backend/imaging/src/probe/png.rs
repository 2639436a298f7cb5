//! Walks the chunks of a PNG (W3C PNG, third edition, section 5) without inflating any.

use super::exif::{self, Exif};
use super::{Coding, Format, Probe};
use crate::error::PhotoError;

const SIGNATURE_LENGTH: usize = 8;
/// Length, name, thirteen bytes and checksum.
const IHDR_LENGTH: usize = 25;
const INDEXED: u8 = 3;
/// A crafted file may hold millions of empty chunks; what matters comes early.
const MAX_CHUNKS: usize = 4096;

/// Reads IHDR, then looks for transparency and EXIF in the other chunks.
pub(super) fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let mut chunks = Chunks {
        bytes,
        position: SIGNATURE_LENGTH,
    };
    if bytes.len() < SIGNATURE_LENGTH + IHDR_LENGTH {
        return Err(PhotoError::Truncated);
    }
    let header = chunks.next().ok_or(PhotoError::Truncated)?;
    if &header.kind != b"IHDR" {
        return Err(PhotoError::corrupt("the first chunk is not IHDR"));
    }
    let [w3, w2, w1, w0, h3, h2, h1, h0, _depth, colour, _, _, interlace] = *header.body else {
        return Err(PhotoError::corrupt("IHDR of wrong length"));
    };
    let (mut transparent, mut exif, mut has_data) = (false, Exif::default(), false);
    for chunk in chunks.take(MAX_CHUNKS) {
        match &chunk.kind {
            b"tRNS" => transparent = true,
            b"eXIf" => exif = exif.or(exif::read(chunk.body)),
            b"IDAT" => has_data |= !chunk.body.is_empty(),
            b"IEND" => break,
            _ => {}
        }
    }
    let (width, height) = (
        u32::from_be_bytes([w3, w2, w1, w0]),
        u32::from_be_bytes([h3, h2, h1, h0]),
    );
    if !has_data && width > 0 && height > 0 {
        return Err(PhotoError::Truncated);
    }
    let has_alpha = transparent || matches!(colour, 4 | 6);
    let is_colour = matches!(colour, 2 | INDEXED | 6);
    Ok(Probe {
        format: Format::Png,
        width,
        height,
        orientation: exif.upright(),
        taken_at: exif.taken_at,
        has_alpha,
        coding: Coding::Png {
            channels: if is_colour { 3 } else { 1 } + u8::from(has_alpha),
            interlaced: interlace != 0,
        },
    })
}

struct Chunk<'a> {
    kind: [u8; 4],
    /// Shorter than declared where the file ends within it.
    body: &'a [u8],
}

struct Chunks<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let head = self.bytes.get(self.position..self.position + 8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let start = self.position + 8;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        self.position = end.checked_add(4)?;
        Some(Chunk {
            kind: [head[4], head[5], head[6], head[7]],
            body: &self.bytes[start..end.min(self.bytes.len())],
        })
    }
}
