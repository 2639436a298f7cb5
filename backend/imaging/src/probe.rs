//! Reads what a photo is from its bytes alone: format, size, orientation, time; no pixel is decoded.

mod exif;
#[cfg(feature = "heif")]
mod heif;
mod jpeg;
mod png;
mod signature;
mod webp;

use image::metadata::Orientation;

use crate::decode::{Want, cost};
use crate::error::PhotoError;
use crate::limits::Limits;

pub use exif::TakenAt;
#[cfg(feature = "heif")]
pub(crate) use heif::{HeifHeader, Mosaic, open as heif_boxes, refusal as heif_refusal};
pub(crate) use jpeg::{JpegHeader, JpegProcess, icc_profile as jpeg_icc_profile};
pub use signature::Format;

/// What the header says of a photo that passed the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The format by content; names and content types are never asked.
    pub format: Format,
    /// Width in pixels as stored, before [`Probe::orientation`] is applied.
    pub width: u32,
    /// Height in pixels as stored.
    pub height: u32,
    /// How the stored picture must be turned to stand upright.
    pub orientation: Orientation,
    /// When the photo was taken by its camera's clock, where the file says so.
    pub taken_at: Option<TakenAt>,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
    pub(crate) coding: Coding,
}

/// What the memory of a decode depends on beside the size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Coding {
    Jpeg(JpegHeader),
    Png {
        channels: u8,
        interlaced: bool,
    },
    Webp {
        lossless: bool,
        animated: bool,
    },
    #[cfg(feature = "heif")]
    Heif(HeifHeader),
}

impl Probe {
    /// Width and height in pixels once the photo stands upright.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        upright(self.orientation, self.width, self.height)
    }

    /// The most bytes that [`crate::decode::decode`] takes at once beside the photo's own bytes.
    #[must_use]
    pub fn decode_cost(&self, want: Want) -> u64 {
        cost::of(self, want)
    }
}

/// Reads the header of a whole file and checks it against the limits.
///
/// Formats we take: JPEG, PNG, WebP and, with the feature `heif`, HEIC. Every mistake in the EXIF block is passed over: it never costs the photo.
///
/// # Errors
/// Any [`PhotoError`] but the ones that only a decode can find.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Probe, PhotoError> {
    limits.check_bytes(bytes.len() as u64)?;
    let probe = read(bytes)?;
    limits.check_size(probe.width, probe.height)?;
    match &probe.coding {
        Coding::Jpeg(header) => limits.check_scans(header.scans)?,
        // What is cropped away is decoded as well.
        #[cfg(feature = "heif")]
        Coding::Heif(header) => limits.check_size(header.picture.width, header.picture.height)?,
        Coding::Png { .. } | Coding::Webp { .. } => {}
    }
    Ok(probe)
}

/// Reads the header from the first bytes of a file that is still arriving.
///
/// `Ok(None)` means that the bytes so far allow no verdict; a refusal is final. A picture that passes here still needs
/// [`probe`] once it is whole.
///
/// # Errors
/// As [`probe`], but never [`PhotoError::Truncated`] or [`PhotoError::Empty`].
pub fn probe_header(prefix: &[u8], limits: &Limits) -> Result<Option<Probe>, PhotoError> {
    // Sixteen bytes hold every signature we tell apart.
    if prefix.len() < 16 {
        return Ok(None);
    }
    match probe(prefix, limits) {
        Ok(probe) => Ok(Some(probe)),
        Err(PhotoError::Truncated) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    match signature::recognise(bytes)? {
        Format::Jpeg => jpeg::read(bytes),
        Format::Png => png::read(bytes),
        Format::Webp => webp::read(bytes),
        #[cfg(feature = "heif")]
        Format::Heic => heif::read(bytes),
    }
}

/// Width and height after turning by `orientation`.
pub(crate) fn upright(orientation: Orientation, width: u32, height: u32) -> (u32, u32) {
    if orientation.to_exif() >= 5 {
        (height, width)
    } else {
        (width, height)
    }
}
