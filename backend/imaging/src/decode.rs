//! Turns the bytes of a photo into upright sRGB pixels, no larger than they are needed.

pub(crate) mod cost;
mod deadline;
#[cfg(feature = "heif")]
mod heif;
mod jpeg;
mod png;
pub(crate) mod raw;
mod reduce;
pub(crate) mod samples;
pub(crate) mod scale;
mod shield;
mod webp;

use image::{DynamicImage, Rgb, RgbImage, RgbaImage};

use crate::error::{PhotoError, Warning};
use crate::limits::Limits;
use crate::orientation;
use crate::probe::{Coding, Probe, probe};
use crate::resize::CropBox;
use deadline::Deadline;
use raw::{Raw, Stored};

/// How much of a photo's detail is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Every pixel.
    Full,
    /// Enough to scale down to this size, in upright coordinates, without loss that anyone sees.
    ///
    /// The picture comes at least one and a half times as large each way (closer, and the scaling to come costs
    /// visible sharpness), or whole where the photo has less.
    AtLeast {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Enough for a glance at this size, in upright coordinates. A JPEG may come no larger than that.
    Glimpse {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// Upright sRGB pixels, with straight alpha where the photo has transparency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pixels {
    /// Opaque.
    Rgb(RgbImage),
    /// With straight, not premultiplied, alpha.
    Rgba(RgbaImage),
}

impl Pixels {
    /// Width and height in pixels.
    #[must_use]
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Rgb(picture) => picture.dimensions(),
            Self::Rgba(picture) => picture.dimensions(),
        }
    }

    /// The picture without transparency: laid on `background` where it has any.
    #[must_use]
    pub fn flatten(self, background: Rgb<u8>) -> RgbImage {
        match self {
            Self::Rgb(picture) => picture,
            Self::Rgba(picture) => flatten(&picture, background),
        }
    }

    /// The picture with alpha, opaque where it had none.
    #[must_use]
    pub fn into_rgba(self) -> RgbaImage {
        match self {
            Self::Rgb(picture) => DynamicImage::ImageRgb8(picture).into_rgba8(),
            Self::Rgba(picture) => picture,
        }
    }
}

fn flatten(picture: &RgbaImage, background: Rgb<u8>) -> RgbImage {
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (below, above) in flat.pixels_mut().zip(picture.pixels()) {
        let alpha = u32::from(above.0[3]);
        below.0 = std::array::from_fn(|c| {
            let mixed = u32::from(above.0[c]) * alpha + u32::from(background.0[c]) * (255 - alpha);
            u8::try_from((mixed + 127) / 255).expect("a mean of bytes is a byte")
        });
    }
    flat
}

/// A decoded photo.
#[derive(Debug, Clone)]
pub struct Photo {
    /// The pixels, perhaps fewer than the file holds.
    pub pixels: Pixels,
    /// Upright width of the file's picture.
    pub full_width: u32,
    /// Upright height of the file's picture.
    pub full_height: u32,
    /// What was wrong with the photo although it became a picture.
    pub warnings: Vec<Warning>,
}

/// Decodes a whole file: upright, sRGB, 8 bits a channel, alpha kept.
///
/// The limits are checked before memory is taken; of an animation the first frame counts; a photo that was cut off
/// becomes a picture of the part that arrived, with a [`Warning`].
///
/// # Errors
/// Any [`PhotoError`].
pub fn decode(bytes: &[u8], limits: &Limits, want: Want) -> Result<Photo, PhotoError> {
    let probe = probe(bytes, limits)?;
    let (full_width, full_height) = probe.size();
    let whole = CropBox::whole(full_width, full_height);
    let (pixels, warnings) = decode_raw(bytes, &probe, limits, want, whole)?.into_whole();
    Ok(Photo {
        pixels,
        full_width,
        full_height,
        warnings,
    })
}

/// Decodes a photo whose [`Probe`] the caller has already, for views to be cut from.
///
/// Outside of `part`, which is of the upright photo, it may stay black: see [`CropBox::with_surroundings`].
pub(crate) fn decode_raw(
    bytes: &[u8],
    probe: &Probe,
    limits: &Limits,
    want: Want,
    part: CropBox,
) -> Result<Raw, PhotoError> {
    let deadline = Deadline::after(limits.deadline);
    let part = orientation::stored_crop(probe.orientation, part, probe.width, probe.height);
    let stored = shield::catching_panics(|| read(bytes, probe, deadline, want, part))?;
    deadline.check()?;
    Ok(Raw::new(stored, probe.orientation, (probe.width, probe.height)))
}

fn read(
    bytes: &[u8],
    probe: &Probe,
    deadline: Deadline,
    want: Want,
    part: CropBox,
) -> Result<Stored, PhotoError> {
    match &probe.coding {
        Coding::Jpeg(header) => jpeg::read(bytes, header, scale::eighths(probe, want), part, deadline),
        Coding::Png { .. } => png::read(bytes, probe, scale::divisor(probe, want), deadline),
        Coding::Webp { .. } => webp::read(bytes, probe, scale::divisor(probe, want), deadline),
        #[cfg(feature = "heif")]
        Coding::Heif(header) => heif::read(bytes, header, scale::divisor(probe, want), deadline),
    }
}
