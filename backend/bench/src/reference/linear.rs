//! Pictures in linear light, and Lanczos scaling of them in floats.

use std::f64::consts::PI;

use boothline_imaging::resize::CropBox;
use image::{RgbImage, RgbaImage};
use rayon::prelude::*;

/// Pixels in linear light of sRGB's primaries: red, green, blue, 0.0 to 1.0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Vec<[f32; 3]>,
}

/// What the numbers are that a reference is scaled by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Light {
    /// Light itself: right, but no contestant does so
    Linear,
    /// Values of sRGB, as all contestants do: shows what they lose beside the light
    Srgb,
}

/// Lobes of the kernel on each side.
const LOBES: f64 = 3.0;

impl From<&RgbImage> for Linear {
    fn from(picture: &RgbImage) -> Self {
        let table: Vec<f32> = (0..=255_u8)
            .map(|byte| to_linear(f32::from(byte) / 255.0))
            .collect();
        let pixels = picture.as_chunks::<3>().0;
        Self {
            width: picture.width(),
            height: picture.height(),
            pixels: pixels
                .iter()
                .map(|pixel| pixel.map(|byte| table[usize::from(byte)]))
                .collect(),
        }
    }
}

impl From<&Linear> for RgbImage {
    fn from(picture: &Linear) -> Self {
        let bytes = |light: f32| (255.0 * to_srgb(light)).round() as u8;
        let pixels = picture.pixels.iter().flat_map(|pixel| pixel.map(bytes));
        Self::from_raw(picture.width, picture.height, pixels.collect()).expect("three bytes for each pixel")
    }
}

impl Linear {
    pub(crate) fn white(width: u32, height: u32) -> Self {
        let pixels = vec![[1.0; 3]; width as usize * height as usize];
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The part `crop` of the picture at a new size, by Lanczos with three lobes, clamped to what can be shown.
    pub(crate) fn scaled(&self, light: Light, crop: CropBox, width: u32, height: u32) -> Self {
        match light {
            Light::Linear => self.averaged(crop, width, height),
            Light::Srgb => {
                let values = self.mapped(to_srgb).averaged(crop, width, height);
                values.mapped(to_linear)
            }
        }
    }

    fn mapped(&self, map: fn(f32) -> f32) -> Self {
        let pixels = self.pixels.par_iter().map(|pixel| pixel.map(map));
        Self {
            pixels: pixels.collect(),
            ..*self
        }
    }

    fn averaged(&self, crop: CropBox, width: u32, height: u32) -> Self {
        let across = weights(self.width, crop.left, crop.width, width);
        let down = weights(self.height, crop.top, crop.height, height);
        let rows = self.pixels.par_chunks(self.width as usize);
        let narrow: Vec<Vec<[f32; 3]>> = rows
            .map(|row| across.iter().map(|taps| taps.of(|place| row[place])).collect())
            .collect();
        let columns = 0..width as usize;
        let pixels = down.par_iter().flat_map_iter(|taps| {
            let narrow = &narrow;
            let columns = columns.clone();
            columns.map(move |column| {
                taps.of(|row| narrow[row][column])
                    .map(|light| light.clamp(0.0, 1.0))
            })
        });
        Self {
            width,
            height,
            pixels: pixels.collect(),
        }
    }

    /// Copies a picture onto this one.
    pub(crate) fn put(&mut self, picture: &Self, left: u32, top: u32) {
        let rows = picture.pixels.chunks(picture.width as usize);
        for (row, line) in rows.enumerate() {
            let start = (top as usize + row) * self.width as usize + left as usize;
            self.pixels[start..start + line.len()].copy_from_slice(line);
        }
    }

    /// Lays an overlay of the same size over the picture, mixed as sRGB, as every program does that lays one.
    pub(crate) fn lay(&mut self, overlay: &RgbaImage) {
        for (below, above) in self.pixels.iter_mut().zip(overlay.pixels()) {
            let [red, green, blue, alpha] = above.0.map(|byte| f32::from(byte) / 255.0);
            for (light, colour) in below.iter_mut().zip([red, green, blue]) {
                *light = to_linear(to_srgb(*light) * (1.0 - alpha) + colour * alpha);
            }
        }
    }
}

/// The source pixels that make one pixel, and how much each counts.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn of(&self, pixel: impl Fn(usize) -> [f32; 3]) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (place, weight) in (self.first..).zip(&self.weights) {
            for (sum, light) in sum.iter_mut().zip(pixel(place)) {
                *sum += weight * light;
            }
        }
        sum
    }
}

/// Taps for each of `target` pixels that show `length` of `source` pixels from `start` on.
///
/// The kernel widens with the scale, so that what the target cannot show is averaged away.
fn weights(source: u32, start: f64, length: f64, target: u32) -> Vec<Taps> {
    let scale = length / f64::from(target);
    let widened = scale.max(1.0);
    let reach = LOBES * widened;
    let taps = |place: u32| {
        let centre = start + (f64::from(place) + 0.5) * scale;
        let first = (centre - reach).floor().max(0.0) as usize;
        let last = ((centre + reach).ceil() as usize).min(source as usize);
        let weights: Vec<f64> = (first..last)
            .map(|pixel| lanczos((pixel as f64 + 0.5 - centre) / widened))
            .collect();
        let sum: f64 = weights.iter().sum();
        Taps {
            first,
            weights: weights.iter().map(|weight| (weight / sum) as f32).collect(),
        }
    };
    (0..target).map(taps).collect()
}

/// C. Duchon, "Lanczos Filtering in One and Two Dimensions", 1979.
fn lanczos(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        return 1.0;
    }
    if x.abs() >= LOBES {
        return 0.0;
    }
    let angle = PI * x;
    LOBES * angle.sin() * (angle / LOBES).sin() / (angle * angle)
}

/// IEC 61966-2-1.
fn to_linear(value: f32) -> f32 {
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// IEC 61966-2-1.
fn to_srgb(light: f32) -> f32 {
    if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba};

    use super::*;

    #[test]
    fn stripes_that_cannot_be_shown_become_even_light() {
        let stripes = RgbImage::from_fn(256, 64, |x, _| Rgb([if x % 2 == 0 { 0 } else { 255 }; 3]));
        let small = Linear::from(&stripes).scaled(Light::Linear, CropBox::whole(256, 64), 64, 16);
        let inside = small.pixels.chunks(64).flat_map(|row| &row[4..60]);
        // Half of the light, not half of the sRGB value.
        assert!(inside.flatten().all(|light| (light - 0.5).abs() < 0.01));
        let small = Linear::from(&stripes).scaled(Light::Srgb, CropBox::whole(256, 64), 64, 16);
        assert!((small.pixels[32][0] - to_linear(0.5)).abs() < 0.01);
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, 90]));
        let linear = Linear::from(&picture);
        assert_eq!(RgbImage::from(&linear), picture);
        for light in [Light::Linear, Light::Srgb] {
            let same = linear.scaled(light, CropBox::whole(40, 30), 40, 30);
            let mut pairs = linear.pixels.iter().flatten().zip(same.pixels.iter().flatten());
            assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }

    #[test]
    fn an_overlay_mixes_as_srgb() {
        let mut picture = Linear::white(1, 1);
        picture.lay(&RgbaImage::from_pixel(1, 1, Rgba([0, 0, 0, 128])));
        let mixed = to_srgb(picture.pixels[0][0]);
        assert!((mixed - 127.0 / 255.0).abs() < 1e-4, "{mixed}");
    }
}
