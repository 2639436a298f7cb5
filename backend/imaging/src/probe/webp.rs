//! Walks the RIFF chunks of a WebP (RFC 9649) without decoding.

use super::exif::{self, Exif};
use super::{Coding, Format, Probe};
use crate::error::PhotoError;

const RIFF_HEADER: usize = 12;
const MAX_CHUNKS: usize = 4096;

/// What the first picture chunk says.
struct Frame {
    width: u32,
    height: u32,
    has_alpha: bool,
    lossless: bool,
}

/// Reads the canvas, the first frame and the EXIF chunk.
pub(super) fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let mut canvas = None;
    let mut frame = None;
    let mut exif = Exif::default();
    for chunk in Chunks::of(bytes, RIFF_HEADER).take(MAX_CHUNKS) {
        match &chunk.kind {
            b"VP8X" => canvas = canvas.or(Some(extended(chunk.body)?)),
            b"EXIF" => {
                let tiff = chunk.body.strip_prefix(b"Exif\0\0").unwrap_or(chunk.body);
                exif = exif.or(exif::read(tiff));
            }
            b"VP8 " | b"VP8L" if frame.is_none() => frame = Some(picture(&chunk)?),
            b"ANMF" if frame.is_none() => frame = animation_frame(chunk.body)?,
            _ => {}
        }
    }
    let frame = frame.ok_or(PhotoError::Truncated)?;
    let canvas = canvas.unwrap_or(Canvas {
        width: frame.width,
        height: frame.height,
        has_alpha: frame.has_alpha,
        animated: false,
    });
    // A frame larger than its canvas would slip past the pixel limit.
    if frame.width > canvas.width || frame.height > canvas.height {
        return Err(PhotoError::corrupt("a frame larger than its canvas"));
    }
    Ok(Probe {
        format: Format::Webp,
        width: canvas.width,
        height: canvas.height,
        orientation: exif.upright(),
        taken_at: exif.taken_at,
        has_alpha: canvas.has_alpha,
        coding: Coding::Webp {
            lossless: frame.lossless,
            animated: canvas.animated,
        },
    })
}

struct Canvas {
    width: u32,
    height: u32,
    has_alpha: bool,
    animated: bool,
}

fn extended(body: &[u8]) -> Result<Canvas, PhotoError> {
    const ALPHA: u8 = 0x10;
    const ANIMATION: u8 = 0x02;
    let [flags, _, _, _, w0, w1, w2, h0, h1, h2, ..] = *body else {
        return Err(PhotoError::Truncated);
    };
    Ok(Canvas {
        width: u32::from_le_bytes([w0, w1, w2, 0]) + 1,
        height: u32::from_le_bytes([h0, h1, h2, 0]) + 1,
        has_alpha: flags & ALPHA != 0,
        animated: flags & ANIMATION != 0,
    })
}

fn picture(chunk: &Chunk<'_>) -> Result<Frame, PhotoError> {
    if &chunk.kind == b"VP8L" {
        lossless(chunk.body)
    } else {
        lossy(chunk.body)
    }
}

/// RFC 6386, section 9.1: a key frame's tag, start code and two 14-bit sides.
fn lossy(body: &[u8]) -> Result<Frame, PhotoError> {
    let [_, _, _, start @ .., w0, w1, h0, h1] = *body.first_chunk::<10>().ok_or(PhotoError::Truncated)?;
    if start != [0x9D, 0x01, 0x2A] {
        return Err(PhotoError::corrupt("no VP8 start code"));
    }
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    let (width, height) = (side(w0, w1), side(h0, h1));
    // A canvas around it would hide this from the limits.
    if width == 0 || height == 0 {
        return Err(PhotoError::ZeroSize);
    }
    Ok(Frame {
        width,
        height,
        has_alpha: false,
        lossless: false,
    })
}

/// RFC 9649, section 3.4: signature, two 14-bit sides less one, the alpha bit.
fn lossless(body: &[u8]) -> Result<Frame, PhotoError> {
    let [signature, bits @ ..] = *body.first_chunk::<5>().ok_or(PhotoError::Truncated)?;
    if signature != 0x2F {
        return Err(PhotoError::corrupt("no VP8L signature"));
    }
    let bits = u32::from_le_bytes(bits);
    Ok(Frame {
        width: (bits & 0x3FFF) + 1,
        height: (bits >> 14 & 0x3FFF) + 1,
        has_alpha: bits >> 28 & 1 == 1,
        lossless: true,
    })
}

fn animation_frame(body: &[u8]) -> Result<Option<Frame>, PhotoError> {
    const FRAME_HEADER: usize = 16;
    Chunks::of(body, FRAME_HEADER)
        .find(|chunk| matches!(&chunk.kind, b"VP8 " | b"VP8L"))
        .map(|chunk| picture(&chunk))
        .transpose()
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

impl<'a> Chunks<'a> {
    fn of(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let head = self.bytes.get(self.position..self.position + 8)?;
        let length = usize::try_from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).ok()?;
        let start = self.position + 8;
        let end = start.checked_add(length)?;
        // Chunks of odd length are padded to even.
        self.position = end.checked_add(length & 1)?;
        Some(Chunk {
            kind: [head[0], head[1], head[2], head[3]],
            body: &self.bytes[start..end.min(self.bytes.len())],
        })
    }
}
