//! Why a file did not become a picture.

/// What stopped a decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the first block of the picture.
    #[error("the file ends before its first block")]
    Truncated,
    /// The bytes contradict the format.
    #[error("{0}")]
    Corrupt(&'static str),
    /// A kind of JPEG that this decoder leaves to others.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// [`Options::keep_going`](crate::Options::keep_going) said no.
    #[error("the decode was stopped")]
    Stopped,
}

/// Why a picture was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A side of 0 or over 65,535 pixels, or planes of another size.
    #[error("a picture of this size cannot be written as JPEG")]
    Size,
    /// The EXIF block does not fit its segment.
    #[error("the EXIF block is too long")]
    Exif,
}
