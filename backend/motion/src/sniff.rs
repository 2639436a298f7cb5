//! Tells clips by their first bytes, before ffprobe sees anything of them.
//!
//! Source: ISO/IEC 14496-12 (`ftyp` and its brands), QuickTime File Format
//! (files may begin with other boxes), RFC 8794 and RFC 9559 (EBML, Matroska).

/// How many bytes of a file [`container`] wants to see.
pub const SNIFF_BYTES: usize = 64;

/// The families of files that clips come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// MP4, MOV and 3GP: ISO base media and its parent, QuickTime.
    Mp4,
    /// WebM and Matroska.
    Webm,
}

impl Container {
    /// The usual file name extension, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// ffmpeg's demuxer: named to it, so that it does not guess for itself.
    pub(crate) fn demuxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mov",
            Self::Webm => "matroska",
        }
    }
}

/// Brands of still pictures and of sound in the same boxes.
const NO_CLIP: &[&[u8; 4]] = &[
    b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"crx ",
    b"jp2 ", b"jpx ", b"M4A ", b"M4B ", b"M4P ",
];

/// Boxes that a QuickTime file without `ftyp` begins with.
const QUICKTIME: &[&[u8; 4]] = &[b"moov", b"mdat", b"wide"];

/// The kind of clip that begins with `bytes`, of which [`SNIFF_BYTES`] are enough; none where it is no clip.
#[must_use]
pub fn container(bytes: &[u8]) -> Option<Container> {
    if bytes.starts_with(b"\x1a\x45\xdf\xa3") {
        return Some(Container::Webm);
    }
    let kind = bytes.get(4..8)?;
    if QUICKTIME.iter().any(|name| kind == *name) {
        return Some(Container::Mp4);
    }
    if kind != b"ftyp" {
        return None;
    }
    let brand = bytes.get(8..12)?;
    (!NO_CLIP.iter().any(|still| brand == *still)).then_some(Container::Mp4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_told_by_content() {
        for (bytes, kind) in [
            (&b"\0\0\0\x20ftypisom\0\0\x02\0"[..], Container::Mp4),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Container::Mp4),
            (b"\0\0\0\x18ftypmp42", Container::Mp4),
            (b"\0\0\0\x08wide\0\0\0\0mdat", Container::Mp4),
            (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01", Container::Webm),
        ] {
            assert_eq!(container(bytes), Some(kind), "{bytes:?}");
        }
    }

    #[test]
    fn photos_sound_and_playlists_are_no_clips() {
        for bytes in [
            &b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"RIFF\0\0\0\0AVI LIST",
            b"\0\0\0\x18ftypheic\0\0\0\0",
            b"\0\0\0\x1cftypavif\0\0\0\0",
            b"\0\0\0\x1cftypM4A \0\0\0\0",
            b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/",
            b"ffconcat version 1.0\nfile /etc/passwd",
            b"ftyp",
            b"",
        ] {
            assert_eq!(container(bytes), None, "{bytes:?}");
        }
    }
}
