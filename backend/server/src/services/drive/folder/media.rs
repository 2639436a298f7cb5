//! What kind of picture a file is.

use std::io::Read;
use std::path::Path;

/// Endings of files worth looking at.
const ENDINGS: [&str; 11] = [
    "jpg", "jpeg", "png", "webp", "gif", "heic", "heif", "avif", "tif", "tiff", "bmp",
];

/// Whether the file's name promises a picture.
pub(super) fn is_named_like_a_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// The media type of a picture by its first bytes; `None` when it is none.
///
/// # Errors
/// When it cannot be read.
pub(super) fn media_type(file: &mut impl Read) -> std::io::Result<Option<&'static str>> {
    let mut head = Vec::with_capacity(12);
    file.take(12).read_to_end(&mut head)?;
    Ok(of_head(&head))
}

fn of_head(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand {
            b"avif" | b"avis" => Some("image/avif"),
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" => Some("image/heic"),
            b"mif1" | b"msf1" => Some("image/heif"),
            _ => None,
        },
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Some("image/tiff"),
        [b'B', b'M', ..] => Some("image/bmp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_a_file_is() {
        let kind = |mut bytes: &[u8]| media_type(&mut bytes).unwrap();
        assert_eq!(kind(b"\xFF\xD8\xFF\xE0 and more"), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"\0\0\0\x18ftypheic"), Some("image/heic"));
        assert_eq!(kind(b"\0\0\0\x18ftypmp42"), None);
        assert_eq!(kind(b"RIFF\0\0\0\0WAVEfmt "), None);
        assert_eq!(kind(b""), None);
    }

    #[test]
    fn endings_count_in_any_case() {
        assert!(is_named_like_a_picture(Path::new("a/b.JPeG")));
        assert!(!is_named_like_a_picture(Path::new("a.jpg.part")));
        assert!(!is_named_like_a_picture(Path::new("jpg")));
    }
}
