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
