//! The first small picture of an upload, and with it the proof that the photo can be decoded.

use image::Rgb;

use crate::decode::scale::scaled;
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

/// The size of the [`preview`] of a photo of this upright size.
///
/// The long edge is `long_edge`, or the photo's own where that is shorter. Where so many eighths of the photo come
/// within a fifth of it, they are taken: a JPEG gives them without scaling.
#[must_use]
pub fn size((width, height): (u32, u32), long_edge: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= long_edge {
        return (width, height);
    }
    let close = long_edge - long_edge / 5..=long_edge;
    let eighths = (1..8).rfind(|eighths| close.contains(&scaled(longer, *eighths)));
    match eighths {
        Some(eighths) => (scaled(width, eighths), scaled(height, eighths)),
        None => fit_long_edge(width, height, long_edge.max(1)),
    }
}

/// The most bytes that [`preview`] holds at once, beside the photo's file.
#[must_use]
pub fn cost(photo: &Probe, long_edge: u32) -> u64 {
    let (width, height) = size(photo.size(), long_edge);
    // The small picture's pixels twice, and its file.
    let small = u64::from(width) * u64::from(height) * 4 * 2 + 1024 * 1024;
    photo.decode_cost(Want::Glimpse { width, height }) + small
}

/// Decodes every part of the photo once, at the smallest scale, to a picture of the [`size`] for `long_edge`.
///
/// A photo that passes here will pass in [`crate::decode::decode`]: this is the check to make while the guest still
/// stands in front of the camera.
///
/// # Errors
/// Any [`PhotoError`].
pub fn preview(bytes: &[u8], limits: &Limits, long_edge: u32) -> Result<Preview, PhotoError> {
    let probe = probe(bytes, limits)?;
    let (width, height) = size(probe.size(), long_edge);
    let want = Want::Glimpse { width, height };
    made(bytes, probe, limits, want, (width, height), QUALITY)
}

/// A small copy of print quality, of 1 to 100 as JPEG counts it: the photo fitted into `long_edge` pixels.
///
/// # Errors
/// Any [`PhotoError`].
pub fn fitted(bytes: &[u8], limits: &Limits, long_edge: u32, quality: u8) -> Result<Preview, PhotoError> {
    let probe = probe(bytes, limits)?;
    let (full_width, full_height) = probe.size();
    let (width, height) = fit_long_edge(full_width, full_height, long_edge.max(1));
    let want = Want::AtLeast { width, height };
    made(bytes, probe, limits, want, (width, height), quality)
}

fn made(
    bytes: &[u8],
    probe: Probe,
    limits: &Limits,
    want: Want,
    (width, height): (u32, u32),
    quality: u8,
) -> Result<Preview, PhotoError> {
    let (full_width, full_height) = probe.size();
    let whole = CropBox::whole(full_width, full_height);
    let mut photo = decode_raw(bytes, &probe, limits, want, whole)?;
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
