//! Light that blooms around the bright parts, as a soft-focus lens gives it, gentle on skin.
//!
//! The bloom is the photo's lights, blurred, screened over the photo (Orton's sandwich of a sharp
//! and a soft slide). Where a pixel has the chroma of skin, half of it is taken back and nothing
//! is smoothed: faces brighten a little and keep their pores, hue and shape.

use image::RgbImage;
use image::imageops::fast_blur;
use rayon::prelude::*;

use crate::resize::{CropBox, resize_rgb};

/// The bloom is computed this much smaller: it has no detail to lose.
const SHRINK: u32 = 4;

/// Standard deviation of the blur as a part of the photo's shorter side.
const SPREAD: f32 = 0.028;

/// The whole bloom, of 256.
const BLOOM: u32 = 200;

/// Adds the bloom.
pub(super) fn apply(photo: &mut RgbImage, strength: f32) {
    let (width, height) = photo.dimensions();
    if width == 0 || height == 0 {
        return;
    }
    let bloom = bloom_of(photo);
    let amount = amount_of(strength);
    let row = width as usize * 3;
    let pairs = photo.par_chunks_mut(row).zip(bloom.par_chunks(row));
    pairs.for_each(|(photo, bloom)| {
        for (pixel, light) in photo
            .as_chunks_mut::<3>()
            .0
            .iter_mut()
            .zip(bloom.as_chunks::<3>().0)
        {
            let share = amount * (512 - skin(*pixel)) / 512;
            for (colour, light) in pixel.iter_mut().zip(light) {
                *colour = screened(*colour, *light, share);
            }
        }
    });
}

fn amount_of(strength: f32) -> u32 {
    (strength * BLOOM as f32) as u32
}

/// The lights of the photo (its square, which leaves the shadows dark), blurred.
fn bloom_of(photo: &RgbImage) -> RgbImage {
    let (width, height) = photo.dimensions();
    let (small_width, small_height) = (width.div_ceil(SHRINK), height.div_ceil(SHRINK));
    let mut lights = resize_rgb(photo, CropBox::whole(width, height), small_width, small_height);
    for light in lights.iter_mut() {
        *light = over_255(u32::from(*light) * u32::from(*light));
    }
    let sigma = (small_width.min(small_height) as f32 * SPREAD).max(0.5);
    let soft = fast_blur(&lights, sigma);
    resize_rgb(&soft, CropBox::whole(small_width, small_height), width, height)
}

/// `colour` moved by `share` of 256 towards its screen blend with `light`, after the formula of
/// the W3C Compositing module: 1 − (1 − a)(1 − b).
fn screened(colour: u8, light: u8, share: u32) -> u8 {
    let room = u32::from(255 - colour);
    let gain = over_255(room * u32::from(light));
    let added = (u32::from(gain) * share) >> 8;
    colour.saturating_add(u8::try_from(added).expect("a part of a byte is a byte"))
}

fn over_255(product: u32) -> u8 {
    u8::try_from((product + 127) / 255).expect("a product of two bytes over 255 is a byte")
}

/// How much a pixel looks like skin, 0 to 256, by its distance from the edge of the chroma range
/// 77 ≤ Cb ≤ 127, 133 ≤ Cr ≤ 173 that skin of every tone falls in (Chai and Ngan, "Face
/// Segmentation Using Skin-Color Map", IEEE Transactions on Circuits and Systems for Video
/// Technology 9, 1999). The edge is soft: a hard one would draw contours on cheeks.
fn skin([r, g, b]: [u8; 3]) -> u32 {
    let [r, g, b] = [r, g, b].map(i32::from);
    let cb = 128 + ((-43 * r - 85 * g + 128 * b) >> 8);
    let cr = 128 + ((128 * r - 107 * g - 21 * b) >> 8);
    let inside = (cb - 77).min(127 - cb).min(cr - 133).min(173 - cr);
    (inside.clamp(-4, 4) + 4).unsigned_abs() * 32
}
