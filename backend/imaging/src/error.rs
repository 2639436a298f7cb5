//! Why bytes did not become a picture, in a code for programs and a sentence for people.

use std::time::Duration;

/// The cause below a [`PhotoError::Corrupt`], for the log and never for a guest.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The formats that are taken, for the sentences of refusals.
#[cfg(feature = "heif")]
const TAKEN: &str = "JPEG, PNG, WebP or HEIC";
#[cfg(not(feature = "heif"))]
const TAKEN: &str = "JPEG, PNG or WebP";

/// A photo that was refused. `Display` is one plain sentence that may be shown to a guest.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// No bytes at all.
    #[error("The photo is empty: no bytes arrived.")]
    Empty,
    /// More bytes than [`crate::limits::Limits::max_bytes`].
    #[error("The photo is too large: {bytes} bytes, at most {max} are taken.")]
    TooLarge {
        /// Length of the file.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// The content is no picture format we know.
    #[error("The file is not a photo we can recognise; send a {TAKEN}.")]
    FormatUnknown,
    /// A known format, or a kind of one of ours, that we do not take.
    #[error("{what} is not supported; send a {TAKEN}.")]
    FormatUnsupported {
        /// The format's name, fit to begin a sentence.
        what: &'static str,
    },
    /// A format that this program can be built to take, and was not.
    #[error(
        "{what} is left out of this build of Boothline: send a JPEG, PNG or WebP (an iPhone takes them with Settings, \
         Camera, Formats, Most Compatible), or build it with the feature heif."
    )]
    NotBuiltIn {
        /// The format's name, fit to begin a sentence.
        what: &'static str,
    },
    /// The bytes end before anything can be shown.
    #[error("The photo is cut off before its first part; send it again.")]
    Truncated,
    /// The bytes contradict their format.
    #[error("The photo is damaged and cannot be read.")]
    Corrupt(#[source] Cause),
    /// Width or height is nought.
    #[error("The photo has no pixels: its width or height is 0.")]
    ZeroSize,
    /// More pixels than [`crate::limits::Limits::max_pixels`].
    #[error("The photo has too many pixels: {width} x {height}, at most {max} are taken.")]
    TooManyPixels {
        /// Stored width.
        width: u32,
        /// Stored height.
        height: u32,
        /// The limit.
        max: u64,
    },
    /// A side longer than [`crate::limits::Limits::max_side`].
    #[error("The photo is too long on one side: {side} pixels, at most {max} are taken.")]
    SideTooLong {
        /// The longer side.
        side: u32,
        /// The limit.
        max: u32,
    },
    /// More scans than [`crate::limits::Limits::max_scans`].
    #[error("The photo is stored in too many passes: {scans}, at most {max} are taken.")]
    TooComplex {
        /// Scans counted.
        scans: u32,
        /// The limit.
        max: u32,
    },
    /// The decode ran past [`crate::limits::Limits::deadline`] and was stopped.
    #[error("The photo took longer than {} ms to read and was given up.", after.as_millis())]
    DecodeTimeout {
        /// The limit.
        after: Duration,
    },
}

impl PhotoError {
    /// The stable name of this error for programs; never renamed.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo_empty",
            Self::TooLarge { .. } => "photo_too_large",
            Self::FormatUnknown => "photo_format_unknown",
            Self::FormatUnsupported { .. } | Self::NotBuiltIn { .. } => "photo_format_unsupported",
            Self::Truncated => "photo_truncated",
            Self::Corrupt(_) => "photo_corrupt",
            Self::ZeroSize => "photo_zero_size",
            Self::TooManyPixels { .. } => "photo_too_many_pixels",
            Self::SideTooLong { .. } => "photo_side_too_long",
            Self::TooComplex { .. } => "photo_too_complex",
            Self::DecodeTimeout { .. } => "photo_decode_timeout",
        }
    }

    pub(crate) fn corrupt(cause: impl Into<Cause>) -> Self {
        Self::Corrupt(cause.into())
    }
}

/// What was wrong with a photo that became a picture all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Warning {
    /// The bytes end early; the part that arrived is shown.
    #[error("The photo is cut off: {percent} % of it arrived.")]
    Truncated {
        /// How much of the picture's area is real, 1 to 99.
        percent: u8,
    },
    /// The colour profile cannot be used; the colours are taken as sRGB.
    #[error("The photo's colour profile cannot be used.")]
    ColourProfileIgnored,
}

impl Warning {
    /// The stable name of this warning for programs; never renamed.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "photo_incomplete",
            Self::ColourProfileIgnored => "photo_profile_ignored",
        }
    }

    /// For a photo of whose `whole` rows or blocks only `arrived` are there.
    pub(crate) fn truncated(arrived: u64, whole: u64) -> Self {
        let percent = (arrived * 100 / whole.max(1)).clamp(1, 99);
        Self::Truncated {
            percent: u8::try_from(percent).expect("clamped to 99"),
        }
    }
}
