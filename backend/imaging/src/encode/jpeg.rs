//! Writes baseline JPEG.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, PixelDensity, PixelDensityUnit, SamplingFactor};

use super::exif::{self, Value};
use super::{EncodeError, Metadata};

/// Encodes at `quality` 1 to 100: baseline, 4:2:0, sRGB by convention (no profile), density and copyright if given.
///
/// # Errors
/// [`EncodeError::Size`] without pixels or over 65,535 on a side; [`EncodeError::CopyrightTooLong`].
pub fn jpeg(picture: &RgbImage, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, EncodeError> {
    let (width, height) = sides(picture)?;
    // A byte for three pixels is what a photo takes at print quality.
    let mut file = Vec::with_capacity(picture.len() / 8 + 1024);
    let mut encoder = Encoder::new(&mut file, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    if let Some(density) = metadata.dpi.and_then(|dpi| u16::try_from(dpi).ok()) {
        encoder.set_density(PixelDensity {
            density: (density, density),
            unit: PixelDensityUnit::Inches,
        });
    }
    if let Some(line) = metadata.copyright_line()? {
        let block = exif::block(&[(exif::COPYRIGHT, Value::Ascii(line))]);
        encoder.add_exif_metadata(&block)?;
    }
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb)?;
    Ok(file)
}

fn sides(picture: &RgbImage) -> Result<(u16, u16), EncodeError> {
    let (width, height) = picture.dimensions();
    match (u16::try_from(width), u16::try_from(height)) {
        (Ok(w), Ok(h)) if w > 0 && h > 0 => Ok((w, h)),
        _ => Err(EncodeError::Size { width, height }),
    }
}
