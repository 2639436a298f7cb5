//! A contact sheet: rows of pictures, each with its name below.

use anyhow::Result;
use boothline_imaging::decode::{Want, decode};
use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::limits::Limits;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::Encoded;
use boothline_imaging::resize::{CropBox, resize_rgb};
use image::imageops::replace;
use image::{Rgb, RgbImage};
use serde_json::json;

use crate::shown::shown;

/// Width of the sheet, height of a name, and space around each picture.
const WIDTH: u32 = 3150;
const NAME: u32 = 40;
const GAP: u32 = 20;

const GREY: Rgb<u8> = Rgb([120, 124, 130]);

/// A picture and what it is.
pub(crate) struct Picture {
    name: String,
    file: Encoded,
}

impl Picture {
    pub(crate) fn new(name: &str, file: Encoded) -> Self {
        Self {
            name: name.to_owned(),
            file,
        }
    }
}

/// Rows, from the top.
#[derive(Default)]
pub(crate) struct Sheet {
    rows: Vec<RgbImage>,
}

impl Sheet {
    /// Adds pictures, so many in a row, fitted to their column and to `height`.
    pub(crate) fn rows(&mut self, columns: usize, height: u32, pictures: &[Picture]) -> Result<()> {
        let cell = WIDTH / u32::try_from(columns)?;
        for row in pictures.chunks(columns) {
            let mut strip = RgbImage::from_pixel(WIDTH, height + NAME + 2 * GAP, GREY);
            for (picture, column) in row.iter().zip(0..) {
                let fitted = fitted(&picture.file, (cell - GAP, height))?;
                let left = column * cell + (cell - fitted.width()) / 2;
                let top = GAP + height - fitted.height();
                replace(&mut strip, &fitted, i64::from(left), i64::from(top));
                let name = name(&picture.name, cell)?;
                replace(
                    &mut strip,
                    &name,
                    i64::from(column * cell),
                    i64::from(GAP + height),
                );
            }
            self.rows.push(strip);
        }
        Ok(())
    }

    /// All rows as one picture.
    pub(crate) fn drawn(&self) -> RgbImage {
        let height = self.rows.iter().map(RgbImage::height).sum();
        let mut sheet = RgbImage::new(WIDTH, height);
        let mut top = 0;
        for row in &self.rows {
            replace(&mut sheet, row, 0, top);
            top += i64::from(row.height());
        }
        sheet
    }
}

fn fitted(file: &Encoded, (width, height): (u32, u32)) -> Result<RgbImage> {
    let scale = f64::from(width) / f64::from(file.width);
    let scale = scale.min(f64::from(height) / f64::from(file.height));
    let side = |side: u32| (f64::from(side) * scale).round() as u32;
    let (width, height) = (side(file.width).max(1), side(file.height).max(1));
    let picture = decode(&file.bytes, &Limits::default(), Want::AtLeast { width, height })?;
    let picture = picture.pixels.flatten(Rgb([255; 3]));
    let whole = CropBox::whole(picture.width(), picture.height());
    Ok(resize_rgb(&picture, whole, width, height))
}

/// A name is a look of its own: a text on a narrow canvas, its photo under the background's colour.
fn name(name: &str, width: u32) -> Result<RgbImage> {
    let Rgb([r, g, b]) = GREY;
    let recipe = Recipe::from_value(&json!({
        "canvas": {"width": width, "height": 64},
        "background": format!("#{r:02x}{g:02x}{b:02x}"),
        "slots": [{"x": 0, "y": 0, "width": 1, "height": 1}],
        "texts": [{"content": name, "x": 0, "y": 0, "width": width, "height": NAME, "size": 26, "colour": "#ffffff"}],
    }))?;
    let photo = encode::png(
        &image::RgbaImage::from_pixel(1, 1, image::Rgba([r, g, b, 255])),
        &Metadata::default(),
    )?;
    let drawn = shown(&recipe, &[photo])?;
    let picture = decode(&drawn.bytes, &Limits::default(), Want::Full)?;
    let picture = picture.pixels.flatten(GREY);
    Ok(image::imageops::crop_imm(&picture, 0, 0, width, NAME).to_image())
}
