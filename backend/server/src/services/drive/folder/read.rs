//! A picture's bytes, read once: what they are and their MD5.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use md5::{Digest, Md5};

use super::manifest::Signature;
use super::media::media_type;

const PIECE: usize = 256 * 1024;

/// What reading a picture told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contents {
    /// What it looked like before it was read; it looks the same afterwards.
    pub(super) signature: Signature,
    /// Of its bytes, in hex.
    pub(super) md5: String,
    /// Its media type.
    pub(super) mime: &'static str,
}

/// Why a file is not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// It was deleted after the folder was read.
    #[error("It is gone.")]
    Vanished,
    /// Its name promises a picture, its bytes are none.
    #[error("It is no picture.")]
    NoPicture,
    /// Somebody writes it right now.
    #[error("It is being written; the next sync sends it.")]
    Unfinished,
    /// The disk, or permissions.
    #[error("It cannot be read: {0}.")]
    Unreadable(io::Error),
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Vanished,
            _ => Self::Unreadable(error),
        }
    }
}

/// Reads a picture through.
///
/// # Errors
/// When it cannot be sent as it is.
pub(super) fn contents(path: &Path) -> Result<Contents, Unfit> {
    let mut file = File::open(path)?;
    let signature = Signature::of(&file.metadata()?);
    let mime = media_type(&mut file)?.ok_or(Unfit::NoPicture)?;
    file.rewind()?;
    let (mut digest, mut piece) = (Md5::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => digest.update(&piece[..length]),
        }
    }
    if Signature::of(&std::fs::metadata(path)?) != signature {
        return Err(Unfit::Unfinished);
    }
    Ok(Contents {
        signature,
        md5: hex::encode(&digest.finalize()[..]),
        mime,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_and_anything_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jpg");
        assert!(matches!(contents(&file), Err(Unfit::Vanished)));
        std::fs::write(&file, "words").unwrap();
        assert!(matches!(contents(&file), Err(Unfit::NoPicture)));
        std::fs::write(&file, b"\xFF\xD8\xFF").unwrap();
        let read = contents(&file).unwrap();
        assert_eq!((read.mime, read.signature.size), ("image/jpeg", 3));
        assert_eq!(read.md5, "d718f4d374abcade9c50585aeee2f713");
        assert!(matches!(contents(folder.path()), Err(Unfit::Unreadable(_))));
    }
}
