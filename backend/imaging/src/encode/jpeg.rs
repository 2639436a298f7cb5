//! Writes baseline JPEG.

use boothline_jpeg::{Settings, Ycc420};
use image::RgbImage;

use super::exif::{self, Value};
use super::{EncodeError, Metadata};
use crate::ycc;

/// Encodes at `quality` 1 to 100: baseline, 4:2:0, sRGB by convention (no profile), density and copyright if given.
///
/// # Errors
/// [`EncodeError::Size`] without pixels or over 65,535 on a side; [`EncodeError::CopyrightTooLong`].
pub fn jpeg(picture: &RgbImage, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, EncodeError> {
    jpeg_of_planes(&ycc::from_rgb(picture), quality, metadata)
}

/// Like [`jpeg`], for a picture that is in planes already.
///
/// # Errors
/// As [`jpeg`].
pub fn jpeg_of_planes(picture: &Ycc420, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, EncodeError> {
    let line = metadata.copyright_line()?;
    let block = line.map(|line| exif::block(&[(exif::COPYRIGHT, Value::Ascii(line))]));
    let settings = Settings {
        quality,
        dpi: metadata.dpi.and_then(|dpi| u16::try_from(dpi).ok()),
        exif: block.as_deref(),
    };
    boothline_jpeg::encode(picture, &settings).map_err(|_| EncodeError::Size {
        width: picture.width,
        height: picture.height,
    })
}
