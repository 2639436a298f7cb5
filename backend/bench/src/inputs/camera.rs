//! A camera: its sensor's noise, how it was held, and the JPEG it writes.

use anyhow::Result;
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use rayon::prelude::*;

/// How photos are taken.
pub(super) struct Camera {
    /// Standard deviation of the noise in the brightness, in steps of 8 bits; each colour has half of it beside.
    noise: f32,
    sampling: SamplingFactor,
    orientation: Orientation,
}

impl Camera {
    /// Of 24 megapixels: what a mirrorless camera's files weigh.
    pub(super) const fn large(sampling: SamplingFactor, orientation: Orientation) -> Self {
        Self {
            noise: 2.8,
            sampling,
            orientation,
        }
    }

    /// Of 12 megapixels, as in a telephone.
    pub(super) const fn small(sampling: SamplingFactor, orientation: Orientation) -> Self {
        Self {
            noise: 2.4,
            ..Self::large(sampling, orientation)
        }
    }

    /// The file of an upright picture, at quality 92.
    pub(super) fn shoot(&self, mut picture: RgbImage) -> Result<Vec<u8>> {
        add_noise(&mut picture, self.noise);
        let stored = held(picture, self.orientation);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 92);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.add_exif_metadata(&orientation_block(self.orientation))?;
        let (width, height) = (u16::try_from(stored.width())?, u16::try_from(stored.height())?);
        encoder.encode(stored.as_raw(), width, height, ColorType::Rgb)?;
        Ok(file)
    }
}

/// What the sensor saw when the camera was held so that the picture needs `orientation` to stand upright.
fn held(upright: RgbImage, orientation: Orientation) -> RgbImage {
    let back = match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        other => other,
    };
    let mut picture = DynamicImage::ImageRgb8(upright);
    picture.apply_orientation(back);
    picture.into_rgb8()
}

/// Noise of the brightness with some of each colour, so that a pixel's entropy is like a camera's.
fn add_noise(picture: &mut RgbImage, deviation: f32) {
    let stride = 3 * picture.width() as usize;
    let rows = picture.par_chunks_mut(stride).enumerate();
    rows.for_each(|(row, line)| {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (row as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
        for pixel in line.as_chunks_mut::<3>().0 {
            let brightness = deviation * dice.normal();
            for channel in pixel {
                let noise = brightness + 0.5 * deviation * dice.normal();
                *channel = (f32::from(*channel) + noise).round().clamp(0.0, 255.0) as u8;
            }
        }
    });
}

/// Pseudo-random numbers (xorshift*, S. Vigna 2016).
struct Dice(u64);

impl Dice {
    /// Of mean 0 and deviation 1: the sum of four even numbers comes near enough to a bell.
    fn normal(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D);
        let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xFFFF).sum();
        (sum as f32 / 65_536.0 - 2.0) * 3.0_f32.sqrt()
    }
}

/// An EXIF block that says nothing but tag 0x0112 (EXIF 3.0, 4.6.4).
fn orientation_block(orientation: Orientation) -> Vec<u8> {
    let head: [u8; 18] = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
    let value = [orientation.to_exif(), 0, 0, 0];
    [&head[..], &value, &[0; 4]].concat()
}

#[cfg(test)]
mod tests {
    use boothline_imaging::decode::{Want, decode};
    use boothline_imaging::limits::Limits;
    use image::Rgb;

    use super::*;

    #[test]
    fn a_turned_photo_stands_upright_again() {
        let camera = Camera::large(SamplingFactor::F_2_2, Orientation::Rotate90);
        let picture = RgbImage::from_fn(64, 96, |_, y| Rgb([if y < 48 { 20 } else { 220 }; 3]));
        let photo = camera.shoot(picture).unwrap();
        let decoded = decode(&photo, &Limits::default(), Want::Full).unwrap();
        assert_eq!(decoded.pixels.dimensions(), (64, 96));
        let pixels = decoded.pixels.flatten(Rgb([0; 3]));
        assert!(pixels.get_pixel(32, 10).0[0] < 60 && pixels.get_pixel(32, 90).0[0] > 180);
    }

    #[test]
    fn the_dice_have_mean_nought_and_deviation_one() {
        let mut dice = Dice(7);
        let throws: Vec<f32> = (0..100_000).map(|_| dice.normal()).collect();
        let mean = throws.iter().sum::<f32>() / 100_000.0;
        let variance = throws.iter().map(|x| x * x).sum::<f32>() / 100_000.0;
        assert!(
            mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03,
            "{mean} {variance}"
        );
    }
}
