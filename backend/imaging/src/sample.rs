//! Photos that we drew ourselves: guests before the lights of a party, for tests, demos and goldens.

mod cloth;
mod dice;
mod figure;
mod paint;
mod party;

use boothline_jpeg::Settings;
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use crate::encode::EncodeError;
use crate::encode::exif::{self, Value};
use crate::recipe::{Colour, Recipe};
use crate::ycc;

/// Tag 0x0112 of IFD0.
const ORIENTATION: u16 = 0x0112;
/// As cameras write: what a booth's camera sends at its finest setting.
const QUALITY: u8 = 92;

/// A photo as a camera would see it: soft lights far away, one to three people, cloth, skin and the sensor's noise.
///
/// The same `seed` gives the same people and lights at every size.
#[must_use]
pub fn photo(width: u32, height: u32, seed: u64) -> RgbImage {
    moment(width, height, seed, 0)
}

/// [`photo`] a moment later each `moment`: the same people before the same lights have moved, and
/// the sensor's noise is another. Moment 0 is the photo itself.
#[must_use]
pub fn moment(width: u32, height: u32, seed: u64, moment: u32) -> RgbImage {
    let scene = party::scene(width, height, seed, moment);
    paint::develop(width, height, seed ^ u64::from(moment) << 32, &scene)
}

/// The guests of [`photo`] before a cloth of about `colour`, as booths have it: unevenly lit, in folds, its light on
/// hair and shoulders.
#[must_use]
pub fn before_cloth(width: u32, height: u32, seed: u64, colour: Colour) -> RgbImage {
    let dyed = paint::srgb(colour.r, colour.g, colour.b);
    paint::develop(width, height, seed, &cloth::scene(width, height, seed, dyed))
}

/// A photo as a look wants it: [`before_cloth`] where it cuts the guests out, else [`photo`].
#[must_use]
pub fn photo_for(recipe: &Recipe, width: u32, height: u32, seed: u64) -> RgbImage {
    match recipe.chroma_key {
        Some(key) => before_cloth(width, height, seed, key.colour),
        None => photo(width, height, seed),
    }
}

/// [`photo`] as the JPEG of a camera held so that its picture needs `orientation` to stand upright.
///
/// `width` and `height` are those of the upright picture.
///
/// # Errors
/// [`EncodeError::Size`] where JPEG cannot say the size.
pub fn jpeg(width: u32, height: u32, seed: u64, orientation: Orientation) -> Result<Vec<u8>, EncodeError> {
    let stored = as_stored(photo(width, height, seed), orientation);
    camera_jpeg(&stored, orientation)
}

/// A picture as JPEG with nothing but an EXIF orientation, which is not applied to the pixels.
///
/// # Errors
/// [`EncodeError::Size`] where JPEG cannot say the size.
pub fn camera_jpeg(stored: &RgbImage, orientation: Orientation) -> Result<Vec<u8>, EncodeError> {
    let value = Value::Short(orientation.to_exif().into());
    let block = exif::block(&[(ORIENTATION, value)]);
    let settings = Settings {
        quality: QUALITY,
        dpi: None,
        exif: Some(&block),
    };
    let (width, height) = stored.dimensions();
    boothline_jpeg::encode(&ycc::from_rgb(stored), &settings).map_err(|_| EncodeError::Size { width, height })
}

/// Turns an upright picture into what the camera's sensor saw.
fn as_stored(upright: RgbImage, orientation: Orientation) -> RgbImage {
    let back = match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        // Mirrorings and the half turn undo themselves.
        other => other,
    };
    let mut picture = DynamicImage::ImageRgb8(upright);
    picture.apply_orientation(back);
    picture.into_rgb8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_photo_and_another_seed_another() {
        assert_eq!(photo(60, 40, 7), photo(60, 40, 7));
        assert_ne!(photo(60, 40, 7), photo(60, 40, 8));
    }

    #[test]
    fn a_look_with_a_cloth_is_shown_with_one() {
        let keyed = Recipe::from_json(r#"{"chroma_key": {}}"#).expect("a recipe");
        assert_eq!(photo_for(&Recipe::default(), 60, 40, 7), photo(60, 40, 7));
        let [r, g, b] = photo_for(&keyed, 60, 40, 7).get_pixel(1, 1).0;
        assert!(g > r + 40 && g > b + 40, "{r} {g} {b}");
    }

    #[test]
    fn every_size_can_be_drawn() {
        for (width, height) in [(1, 1), (0, 3), (2, 300), (300, 2)] {
            assert_eq!(photo(width, height, 1).dimensions(), (width, height));
        }
    }
}
