//! Hundreds of photos of which no two are alike: other parts of a few drawn ones, in other sizes, formats and qualities.

use std::io::Cursor;

use anyhow::Result;
use boothline_imaging::sample;
use image::imageops::{crop_imm, thumbnail};
use image::{ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const DRAWN: (u32, u32) = (4800, 3600);
const SAMPLINGS: [SamplingFactor; 3] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_2_2,
];

/// The photos that all others are parts of.
pub(super) struct Shots(Vec<RgbImage>);

impl Shots {
    pub(super) fn drawn() -> Self {
        let (width, height) = DRAWN;
        Self((0..3).map(|seed| sample::photo(width, height, seed)).collect())
    }

    /// The photo of this number, the same each time.
    pub(super) fn take(&self, number: u32) -> Result<Vec<u8>> {
        let whole = &self.0[number as usize % self.0.len()];
        let (width, height) = (1600 + number * 97 % 3200, 1200 + number * 61 % 2400);
        let (x, y) = (DRAWN.0 - width, DRAWN.1 - height);
        let part = crop_imm(whole, x * (number % 7) / 7, y * (number % 5) / 5, width, height).to_image();
        match number % 6 {
            0 => written(&half(&part), ImageFormat::Png),
            1 => written(&half(&part), ImageFormat::WebP),
            kind => jpeg(&part, number, kind == 2),
        }
    }
}

fn half(picture: &RgbImage) -> RgbImage {
    thumbnail(picture, picture.width() / 2, picture.height() / 2)
}

fn written(picture: &RgbImage, format: ImageFormat) -> Result<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format)?;
    Ok(file.into_inner())
}

fn jpeg(picture: &RgbImage, number: u32, is_progressive: bool) -> Result<Vec<u8>> {
    let quality = 60 + u8::try_from(number % 37)?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(SAMPLINGS[number as usize % SAMPLINGS.len()]);
    encoder.set_progressive(is_progressive);
    let (width, height) = (u16::try_from(picture.width())?, u16::try_from(picture.height())?);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb)?;
    Ok(file)
}
