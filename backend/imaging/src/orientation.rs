//! Turns a stored picture upright by its EXIF orientation (EXIF 3.0, 4.6.4, tag 0x0112).

use image::DynamicImage;
pub use image::metadata::Orientation;

use crate::decode::Pixels;

/// Turns and mirrors; every pixel is kept exactly.
#[must_use]
pub fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let mut picture = match pixels {
        Pixels::Rgb(picture) => DynamicImage::ImageRgb8(picture),
        Pixels::Rgba(picture) => DynamicImage::ImageRgba8(picture),
    };
    picture.apply_orientation(orientation);
    match picture {
        DynamicImage::ImageRgba8(picture) => Pixels::Rgba(picture),
        opaque => Pixels::Rgb(opaque.into_rgb8()),
    }
}
