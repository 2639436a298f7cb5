//! Chroma key: makes the cloth behind the guests see-through and takes its light off them.
//!
//! Every pixel is taken as a mix `C = d·B + (1 − d)·F` of cloth `B` and guest `F` (Smith and
//! Blinn, "Blue Screen Matting", SIGGRAPH 1996). Three steps find `d`, the matte and `F`:
//!
//! 1. `cloth`: what colour the cloth has tonight; without a cloth the photo stays as it is.
//! 2. `plate`: how bright it is behind each part of the picture, also behind the guests.
//! 3. `matte`: how much of it is in each pixel, what alpha follows, and what colour is left.
//!
//! It works on sRGB-coded values from 0 to 255, as the resize before it does: the mix at an edge
//! is one of coded values.

mod axis;
mod cloth;
mod matte;
mod plate;

use image::RgbaImage;
use rayon::prelude::*;

use crate::decode::Pixels;
use crate::recipe::ChromaKey;
use axis::Axis;
use matte::Matte;
use plate::Plate;

/// Cuts the guests out: the result has straight alpha, black where nothing of the photo is left.
///
/// A photo whose edges show no cloth of the key's colour comes back unchanged.
#[must_use]
pub fn cut_out(photo: Pixels, key: &ChromaKey) -> Pixels {
    let found = match &photo {
        Pixels::Rgb(photo) => keyed::<3>(photo.as_raw(), photo.dimensions(), key),
        Pixels::Rgba(photo) => keyed::<4>(photo.as_raw(), photo.dimensions(), key),
    };
    found.map_or(photo, Pixels::Rgba)
}

fn keyed<const N: usize>(bytes: &[u8], size: (u32, u32), key: &ChromaKey) -> Option<RgbaImage> {
    let pixels = bytes.as_chunks::<N>().0;
    let cloth = cloth::find(pixels, size, key.colour)?;
    let plate = Plate::of(pixels, size, &cloth);
    let matte = Matte::new(cloth.axis, key);
    let mut cut = RgbaImage::new(size.0, size.1);
    let width = size.0 as usize;
    cut.par_chunks_exact_mut(width * 4)
        .zip(pixels.par_chunks_exact(width))
        .enumerate()
        .for_each(|(y, (cut, row))| {
            let line = plate.line(y);
            for ((cut, pixel), x) in cut.as_chunks_mut::<4>().0.iter_mut().zip(row).zip(0..) {
                *cut = matte.cut(pixel, || line.at(x));
            }
        });
    Some(cut)
}

/// The colour of a pixel, without its alpha.
fn colour_of<const N: usize>(pixel: &[u8; N]) -> [f32; 3] {
    [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])]
}

/// Whether a colour is strong enough to be told from skin, hair and clothes.
pub(crate) fn is_strong([r, g, b]: [u8; 3]) -> bool {
    let colour = [f32::from(r), f32::from(g), f32::from(b)];
    Axis::towards(colour).strength(colour) >= WEAKEST
}

/// The least [`Axis::strength`] of a colour one may ask for; a chroma green has 0.39, olive 0.2.
const WEAKEST: f32 = 0.15;
