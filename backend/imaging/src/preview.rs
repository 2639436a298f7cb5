//! The first small picture of an upload, and with it the proof that the photo can be decoded.

use image::Rgb;

use crate::decode::{Want, decode_raw};
use crate::encode::{self, Metadata};
use crate::error::{PhotoError, Warning};
use crate::limits::Limits;
use crate::probe::{Probe, probe};
use crate::resize::{CropBox, fit_long_edge};
use crate::ycc;

/// Enough for a screen's corner; the file stays a few dozen kilobytes.
const QUALITY: u8 = 80;
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);

/// A small JPEG of a photo that passed the full check.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The picture: upright, sRGB, transparency laid on white, no metadata.
    pub jpeg: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// What was wrong with the photo although it became a picture.
    pub warnings: Vec<Warning>,
    /// What the photo's header says.
    pub probe: Probe,
}

/// Decodes every part of the photo once, at the smallest scale, and fits the picture into `long_edge` pixels.
///
/// A photo that passes here will pass in [`crate::decode::decode`]: this is the check to make while the guest still
/// stands in front of the camera.
///
/// # Errors
/// Any [`PhotoError`].
pub fn preview(bytes: &[u8], limits: &Limits, long_edge: u32) -> Result<Preview, PhotoError> {
    fitted(bytes, limits, long_edge, QUALITY)
}

/// Like [`preview`] at a JPEG quality of 1 to 100.
///
/// # Errors
/// Any [`PhotoError`].
pub fn fitted(bytes: &[u8], limits: &Limits, long_edge: u32, quality: u8) -> Result<Preview, PhotoError> {
    let probe = probe(bytes, limits)?;
    let (full_width, full_height) = probe.size();
    let (width, height) = fit_long_edge(full_width, full_height, long_edge.max(1));
    let mut photo = decode_raw(bytes, &probe, limits, Want::AtLeast { width, height })?;
    let whole = CropBox::whole(full_width, full_height);
    let planes = photo.planes(whole, (width, height));
    let small = planes.unwrap_or_else(|| ycc::from_rgb(&photo.view(whole, (width, height)).flatten(PAPER)));
    let jpeg = encode::jpeg_of_planes(&small, quality, &Metadata::default()).map_err(PhotoError::corrupt)?;
    Ok(Preview {
        jpeg,
        width,
        height,
        warnings: photo.warnings().to_vec(),
        probe,
    })
}
