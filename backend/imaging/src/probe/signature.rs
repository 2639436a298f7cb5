//! Tells formats apart by their first bytes.

use crate::error::PhotoError;

/// The formats we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG; of an APNG the still picture.
    Png,
    /// WebP; of an animation the first frame.
    Webp,
}

impl Format {
    /// The registered media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Formats that people do send, so that the refusal can name them.
const KNOWN: &[(&[u8], &str)] = &[
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF or camera raw"),
    (b"MM\0*", "TIFF or camera raw"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"%PDF-", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\x01\0", "ICO"),
    (b"qoif", "QOI"),
    (b"FUJIFILMCCD-RAW", "Camera raw"),
    (b"\x1a\x45\xdf\xa3", "Video"),
];

/// Names the format of `bytes`, or the reason why it is none of ours.
///
/// Source of the signatures: each format's specification; ISO/IEC 14496-12 for the `ftyp` brands.
pub(super) fn recognise(bytes: &[u8]) -> Result<Format, PhotoError> {
    if bytes.starts_with(b"\xff\xd8\xff") || (bytes.len() < 3 && b"\xff\xd8\xff".starts_with(bytes)) {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(PNG) || PNG.starts_with(bytes) {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12).is_none_or(|form| form == b"WEBP") {
        return Ok(Format::Webp);
    }
    match foreign(bytes) {
        Some(what) => Err(PhotoError::FormatUnsupported { what }),
        None => Err(PhotoError::FormatUnknown),
    }
}

fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let by_magic = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    by_magic
        .map(|(_, what)| *what)
        .or_else(|| iso_media(bytes))
        .or_else(|| svg(bytes))
}

/// HEIC, AVIF and videos are boxes of one family; the brand after `ftyp` tells which.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"avif" | b"avis" => "AVIF",
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "HEIC",
        b"crx " => "Camera raw",
        _ => "Video",
    })
}

/// An SVG is text: an `<svg` within the first lines, whatever stands before it.
fn svg(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1024)];
    let text = head.trim_ascii_start();
    let is_markup = text.starts_with(b"<") || text.starts_with(b"\xef\xbb\xbf");
    (is_markup && head.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"))).then_some("SVG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_people_send_by_mistake_are_named() {
        let named = |bytes: &[u8]| match recognise(bytes) {
            Err(PhotoError::FormatUnsupported { what }) => what,
            other => panic!("{bytes:?}: {other:?}"),
        };
        assert_eq!(named(b"GIF89a\x01\0\x01\0\0\0\0\0\0\0"), "GIF");
        assert_eq!(named(b"\0\0\0\x18ftypheic\0\0\0\0"), "HEIC");
        assert_eq!(named(b"\0\0\0\x18ftypmif1\0\0\0\0"), "HEIC");
        assert_eq!(named(b"\0\0\0\x1cftypavif\0\0\0\0"), "AVIF");
        assert_eq!(named(b"\0\0\0\x1cftypisom\0\0\0\0"), "Video");
        assert_eq!(named(b"<?xml version='1.0'?>\n<svg xmlns='x'/>"), "SVG");
        assert_eq!(named(b"%PDF-1.7 and more of it"), "PDF");
        assert_eq!(named(b"II*\0\x08\0\0\0\0\0\0\0"), "TIFF or camera raw");
    }

    #[test]
    fn text_is_unknown_and_markup_without_a_drawing_too() {
        for bytes in [
            &b"hello, this is not a photo"[..],
            b"<html><body>404</body></html>",
            b"\0",
        ] {
            assert!(
                matches!(recognise(bytes), Err(PhotoError::FormatUnknown)),
                "{bytes:?}"
            );
        }
    }
}
