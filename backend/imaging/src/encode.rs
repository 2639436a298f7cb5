//! Writes finished pictures, with the metadata we mean to give and no other.

pub(crate) mod exif;
mod jpeg;
mod png;

pub use jpeg::{jpeg, jpeg_of_planes};
pub use png::png;

/// What a finished picture says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Dots per inch for printing.
    pub dpi: Option<u32>,
    /// A copyright line.
    pub copyright: Option<String>,
}

/// Why a picture could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// No pixels, or a side that the format cannot say.
    #[error("a picture of {width} x {height} pixels cannot be written")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The copyright line does not fit into the file.
    #[error("the copyright line is too long: {length} bytes, at most {max}")]
    CopyrightTooLong {
        /// Bytes of the line.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// The PNG encoder refused.
    #[error("the PNG could not be written")]
    Png(#[from] ::png::EncodingError),
}

/// Longest copyright line in bytes; more is a mistake in the settings.
const MAX_COPYRIGHT: usize = 2000;

impl Metadata {
    /// The copyright line, where it says anything.
    fn copyright_line(&self) -> Result<Option<&str>, EncodeError> {
        let line = self.copyright.as_deref().map_or("", str::trim);
        if line.len() > MAX_COPYRIGHT {
            return Err(EncodeError::CopyrightTooLong {
                length: line.len(),
                max: MAX_COPYRIGHT,
            });
        }
        Ok((!line.is_empty()).then_some(line))
    }
}
