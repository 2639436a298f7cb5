//! What a task's pictures would look like if time did not matter: full decode, linear light, floats, Lanczos.

mod linear;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use boothline_imaging::layout::cover;
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::probe;
use boothline_imaging::recipe::Focus;
use boothline_imaging::resize::{CropBox, fit_long_edge};
use image::{DynamicImage, RgbImage, RgbaImage};
use jpeg_decoder::{Decoder, PixelFormat};

pub(crate) use linear::{Light, Linear};

use crate::task::{Collage, Slot, Task};

/// The pictures that a perfect contestant would hold before writing its files, in their order.
pub(crate) fn of(task: &Task, light: Light) -> Result<Vec<Linear>> {
    match task {
        Task::Fit { photo, long_edge, .. } => {
            Ok(vec![fitted(&Linear::from(&upright(photo)?), light, *long_edge)])
        }
        Task::Collage(collage) => of_collage(collage, light),
        Task::Codes { .. } | Task::Spin { .. } => bail!("this task makes no photographs"),
    }
}

/// A photo that fits the size exactly: the whole of it, scaled.
pub(crate) fn of_photo(photo: &Path, light: Light, width: u32, height: u32) -> Result<Linear> {
    let photo = Linear::from(&upright(photo)?);
    let whole = CropBox::whole(photo.width, photo.height);
    Ok(photo.scaled(light, whole, width, height))
}

fn of_collage(collage: &Collage, light: Light) -> Result<Vec<Linear>> {
    let mut canvas = Linear::white(collage.width, collage.height);
    for (photo, &Slot(left, top, width, height)) in collage.photos.iter().zip(&collage.slots) {
        let photo = Linear::from(&upright(photo)?);
        let part = cover(
            (photo.width, photo.height),
            (width, height),
            Focus { x: 0.5, y: 0.5 },
        );
        canvas.put(&photo.scaled(light, part, width, height), left, top);
    }
    if let Some(path) = &collage.overlay {
        canvas.lay(&overlay(path)?);
    }
    let copy = fitted(&canvas, light, collage.copy_edge);
    let thumbnail = fitted(&copy, light, collage.thumbnail_edge);
    Ok(vec![canvas, copy, thumbnail])
}

fn fitted(picture: &Linear, light: Light, long_edge: u32) -> Linear {
    let (width, height) = fit_long_edge(picture.width, picture.height, long_edge);
    picture.scaled(
        light,
        CropBox::whole(picture.width, picture.height),
        width,
        height,
    )
}

/// Every pixel of a JPEG, turned upright.
///
/// Decoded by the crate `jpeg-decoder`, so that a fault of our own decoder shows.
pub(crate) fn upright(path: &Path) -> Result<RgbImage> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let orientation = probe(&bytes, &Limits::default())?.orientation;
    let mut picture = DynamicImage::ImageRgb8(decoded(&bytes)?);
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// Every pixel of a JPEG as it is stored.
fn decoded(bytes: &[u8]) -> Result<RgbImage> {
    let mut decoder = Decoder::new(bytes);
    let pixels = decoder.decode()?;
    let info = decoder.info().context("a decoded JPEG has a header")?;
    if info.pixel_format != PixelFormat::RGB24 {
        bail!("only colour JPEGs are compared");
    }
    RgbImage::from_raw(info.width.into(), info.height.into(), pixels)
        .context("a decoded JPEG has all its pixels")
}

fn overlay(path: &Path) -> Result<RgbaImage> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(image::load_from_memory(&bytes)?.into_rgba8())
}
