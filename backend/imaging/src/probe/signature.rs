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
    /// HEIC, as phones write it; of several pictures the primary one.
    #[cfg(feature = "heif")]
    Heic,
}

impl Format {
    /// The registered media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            #[cfg(feature = "heif")]
            Self::Heic => "image/heic",
        }
    }

    /// The usual file name extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            #[cfg(feature = "heif")]
            Self::Heic => "heic",
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
    if iso_media(bytes) == Some("HEIC") {
        return heic();
    }
    match foreign(bytes) {
        Some(what) => Err(PhotoError::FormatUnsupported { what }),
        None => Err(PhotoError::FormatUnknown),
    }
}

#[cfg(feature = "heif")]
fn heic() -> Result<Format, PhotoError> {
    Ok(Format::Heic)
}

#[cfg(not(feature = "heif"))]
fn heic() -> Result<Format, PhotoError> {
    Err(PhotoError::NotBuiltIn { what: "HEIC" })
}

fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let by_magic = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    by_magic
        .map(|(_, what)| *what)
        .or_else(|| iso_media(bytes))
        .or_else(|| svg(bytes))
}

/// HEIC, AVIF and videos are boxes of one family; the brand after `ftyp` tells which, or where it names the family only,
/// the brands it is compatible with.
fn iso_media(bytes: &[u8]) -> Option<&'static str> {
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    // More brands than a few are nobody's.
    let compatible = bytes.get(16..length.min(bytes.len()).min(256)).unwrap_or(&[]);
    let is_avif = compatible
        .chunks_exact(4)
        .any(|brand| matches!(brand, b"avif" | b"avis"));
    Some(match bytes.get(8..12)? {
        b"avif" | b"avis" => "AVIF",
        b"mif1" | b"mif2" | b"msf1" if is_avif => "AVIF",
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"mif2" | b"msf1" => "HEIC",
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
        assert_eq!(named(b"\0\0\0\x1cftypavif\0\0\0\0"), "AVIF");
        assert_eq!(named(b"\0\0\0\x1cftypisom\0\0\0\0"), "Video");
        assert_eq!(named(b"<?xml version='1.0'?>\n<svg xmlns='x'/>"), "SVG");
        assert_eq!(named(b"%PDF-1.7 and more of it"), "PDF");
        assert_eq!(named(b"II*\0\x08\0\0\0\0\0\0\0"), "TIFF or camera raw");
    }

    #[test]
    fn the_family_of_heic_is_told_apart_by_its_brands() {
        for heic in [
            &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
            b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
        ] {
            assert_eq!(iso_media(heic), Some("HEIC"));
            #[cfg(feature = "heif")]
            assert_eq!(recognise(heic).ok(), Some(Format::Heic));
            #[cfg(not(feature = "heif"))]
            assert!(matches!(
                recognise(heic),
                Err(PhotoError::NotBuiltIn { what: "HEIC" })
            ));
        }
        assert_eq!(iso_media(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), Some("AVIF"));
        // A brand beyond the box is none of its own.
        assert_eq!(iso_media(b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif"), Some("HEIC"));
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
