//! Walks the segments of a JPEG (ITU-T T.81, annex B) without decoding.

use super::exif::{self, Exif};
use super::{Coding, Format, Probe};
use crate::error::PhotoError;

/// What the frame header and its neighbours say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JpegHeader {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) process: JpegProcess,
    pub(crate) components: Vec<JpegComponent>,
    /// The transform byte of an Adobe APP14 segment.
    pub(crate) adobe_transform: Option<u8>,
    pub(crate) jfif: bool,
    /// Start-of-scan markers in the whole file.
    pub(crate) scans: u32,
    /// Whether the end-of-image marker is there.
    pub(crate) complete: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JpegProcess {
    Sequential,
    Progressive,
}

/// One colour plane: its name and its sampling factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JpegComponent {
    pub(crate) id: u8,
    pub(crate) horizontal: u8,
    pub(crate) vertical: u8,
}

/// A marker with its body, without the length field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    pub(crate) body: &'a [u8],
}

pub(crate) mod marker {
    pub(crate) const SOI: u8 = 0xD8;
    pub(crate) const EOI: u8 = 0xD9;
    pub(crate) const SOS: u8 = 0xDA;
    pub(crate) const APP0: u8 = 0xE0;
    pub(crate) const APP1: u8 = 0xE1;
    pub(crate) const APP2: u8 = 0xE2;
    pub(crate) const APP14: u8 = 0xEE;
    /// The frame header of JPEG-LS (ITU-T T.87, C.1.1), no code of ours.
    pub(crate) const SOF55: u8 = 0xF7;
}

/// The segments of a file in order; entropy-coded data and stray bytes between them are stepped over.
pub(crate) struct Segments<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Segments<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// The next marker code, past fill bytes, stuffed zeros and restart markers.
    fn next_marker(&mut self) -> Option<u8> {
        loop {
            self.position += memchr::memchr(0xFF, self.bytes.get(self.position..)?)?;
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
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let marker = self.next_marker()?;
        if matches!(marker, marker::SOI | marker::EOI | 0x01) {
            return Some(Segment { marker, body: &[] });
        }
        let length = self.bytes.get(self.position..self.position + 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let body = self.bytes.get(self.position + 2..self.position + length)?;
        self.position += length;
        Some(Segment { marker, body })
    }
}

/// Reads the whole file's segments: the header, the EXIF orientation and the number of scans.
pub(super) fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let mut header = None;
    let mut exif = Exif::default();
    let (mut jfif, mut adobe_transform, mut scans, mut complete) = (false, None, 0, false);
    for segment in Segments::of(bytes) {
        match segment.marker {
            marker::APP0 => jfif |= segment.body.starts_with(b"JFIF\0"),
            marker::APP1 => {
                if let Some(tiff) = segment.body.strip_prefix(b"Exif\0\0") {
                    exif = exif.or(exif::read(tiff));
                }
            }
            marker::APP14 => adobe_transform = adobe_transform.or(adobe(segment.body)),
            // Nothing that follows could make it good: a verdict on the first bytes is final.
            marker::SOS if header.is_none() => {
                return Err(PhotoError::corrupt("a scan before the frame header"));
            }
            marker::SOS => scans += 1,
            marker::SOF55 if header.is_none() => return Err(unsupported("JPEG-LS")),
            marker::EOI => {
                complete = true;
                break;
            }
            code if is_frame(code) => {
                if header.is_some() {
                    return Err(unsupported("Hierarchical JPEG"));
                }
                header = Some(frame(code, segment.body)?);
            }
            _ => {}
        }
    }
    let mut header = match header {
        Some(header) if scans > 0 || header.width == 0 || header.height == 0 => header,
        Some(_) if complete => return Err(PhotoError::corrupt("no scan before the end")),
        None if complete => return Err(PhotoError::corrupt("no frame header")),
        _ => return Err(PhotoError::Truncated),
    };
    header.jfif = jfif;
    header.adobe_transform = adobe_transform;
    header.scans = scans;
    header.complete = complete;
    Ok(Probe {
        format: Format::Jpeg,
        width: header.width.into(),
        height: header.height.into(),
        orientation: exif.upright(),
        taken_at: exif.taken_at,
        has_alpha: false,
        coding: Coding::Jpeg(header),
    })
}

/// SOF0 to SOF15; C4, C8 and CC of that range mean other things.
fn is_frame(code: u8) -> bool {
    matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC)
}

fn frame(code: u8, body: &[u8]) -> Result<JpegHeader, PhotoError> {
    let process = match code {
        0xC0 | 0xC1 => JpegProcess::Sequential,
        0xC2 => JpegProcess::Progressive,
        0xC3 => return Err(unsupported("Lossless JPEG")),
        0xC9..=0xCB => return Err(unsupported("Arithmetic-coded JPEG")),
        _ => return Err(unsupported("Hierarchical JPEG")),
    };
    let [precision, h1, h0, w1, w0, count, planes @ ..] = body else {
        return Err(PhotoError::corrupt("a frame header of wrong length"));
    };
    if *precision == 12 {
        return Err(unsupported("12-bit JPEG"));
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(unsupported("A JPEG that is neither grey, colour nor CMYK"));
    }
    if *precision != 8 || planes.len() != 3 * usize::from(*count) {
        return Err(PhotoError::corrupt("a frame header that contradicts itself"));
    }
    let components: Vec<_> = planes
        .chunks_exact(3)
        .map(|plane| JpegComponent {
            id: plane[0],
            horizontal: plane[1] >> 4,
            vertical: plane[1] & 15,
        })
        .collect();
    if components
        .iter()
        .any(|c| !(1..=4).contains(&c.horizontal) || !(1..=4).contains(&c.vertical))
    {
        return Err(PhotoError::corrupt("a sampling factor out of range"));
    }
    Ok(JpegHeader {
        width: u16::from_be_bytes([*w1, *w0]),
        height: u16::from_be_bytes([*h1, *h0]),
        process,
        components,
        adobe_transform: None,
        jfif: false,
        scans: 0,
        complete: false,
    })
}

fn adobe(body: &[u8]) -> Option<u8> {
    body.strip_prefix(b"Adobe")?.get(6).copied()
}

fn unsupported(what: &'static str) -> PhotoError {
    PhotoError::FormatUnsupported { what }
}

/// The ICC profile, put together from its APP2 parts (ICC.1:2022, annex B.4); `None` where a part is missing.
pub(crate) fn icc_profile(bytes: &[u8], max_bytes: usize) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = Vec::new();
    let mut expected = None;
    for segment in Segments::of(bytes).take_while(|s| s.marker != marker::SOS) {
        let Some(part) = segment
            .body
            .strip_prefix(b"ICC_PROFILE\0")
            .filter(|_| segment.marker == marker::APP2)
        else {
            continue;
        };
        let [number, total, data @ ..] = part else {
            return None;
        };
        if *expected.get_or_insert(*total) != *total {
            return None;
        }
        parts.push((*number, data));
    }
    parts.sort_by_key(|(number, _)| *number);
    let in_order = parts.iter().map(|(number, _)| *number).eq(1..=expected?);
    let length: usize = parts.iter().map(|(_, data)| data.len()).sum();
    (in_order && length <= max_bytes).then(|| parts.into_iter().flat_map(|(_, data)| data).copied().collect())
}
