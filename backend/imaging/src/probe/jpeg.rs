//! Walks the segments of a JPEG (ITU-T T.81, annex B) without decoding.

use boothline_jpeg::segments::{Segments, marker};

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
    /// Scans up to the one that completes the picture.
    pub(crate) scans: u32,
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

/// The frame header of JPEG-LS (ITU-T T.87, C.1.1).
const SOF55: u8 = 0xF7;

/// Reads the file's segments: the header, the EXIF orientation and the number of scans.
pub(super) fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let mut header = None;
    let mut exif = Exif::default();
    let (mut jfif, mut adobe_transform, mut scans, mut complete) = (false, None, 0, false);
    for (code, body) in Segments::of(bytes) {
        match code {
            marker::APP0 => jfif |= body.starts_with(b"JFIF\0"),
            marker::APP1 => {
                if let Some(tiff) = body.strip_prefix(b"Exif\0\0") {
                    exif = exif.or(exif::read(tiff));
                }
            }
            marker::APP14 => adobe_transform = adobe_transform.or(adobe(body)),
            // Nothing that follows could make it good: a verdict on the first bytes is final.
            marker::SOS if header.is_none() => {
                return Err(PhotoError::corrupt("a scan before the frame header"));
            }
            marker::SOS => {
                scans += 1;
                if header.as_ref().is_some_and(|header| is_last_scan(header, body)) {
                    break;
                }
            }
            SOF55 if header.is_none() => return Err(unsupported("JPEG-LS")),
            marker::EOI => {
                complete = true;
                break;
            }
            code if is_frame(code) => {
                if header.is_some() {
                    return Err(unsupported("Hierarchical JPEG"));
                }
                header = Some(frame(code, body)?);
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

/// A sequential scan of all components is the whole picture: the decoder ends with it.
fn is_last_scan(header: &JpegHeader, scan: &[u8]) -> bool {
    let count = scan.first().copied().map(usize::from);
    header.process == JpegProcess::Sequential && count == Some(header.components.len())
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
    let head = Segments::of(bytes).take_while(|(code, _)| *code != marker::SOS);
    for (_, body) in head.filter(|(code, _)| *code == marker::APP2) {
        let Some(part) = body.strip_prefix(b"ICC_PROFILE\0") else {
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
