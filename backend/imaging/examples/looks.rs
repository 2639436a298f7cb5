//! Writes every built-in look and a contact sheet of them all:
//! `cargo run -p boothline-imaging --example looks -- FOLDER [PHOTO…]`.
//!
//! Without photos, drawn ones are used. Shots take the photos in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::looks::{BuiltinLook, builtin};
use boothline_imaging::orientation::Orientation;
use boothline_imaging::render::{Encoded, Outputs, Scene, render};
use boothline_imaging::text::Variables;
use boothline_imaging::{encode, sample};
use image::imageops::replace;
use image::{Rgb, RgbImage};

/// The contact sheet's columns, and the square each look is shown in.
const COLUMNS: usize = 5;
const CELL: u32 = 640;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().context("name a folder to write into")?;
    fs::create_dir_all(&folder)?;
    let photos = photos(arguments)?;
    let mut thumbnails = Vec::new();
    for look in builtin() {
        thumbnails.push(write_look(look, &photos, &folder)?);
    }
    let sheet = contact_sheet(&thumbnails)?;
    let path = folder.join("contact-sheet.jpg");
    fs::write(&path, encode::jpeg(&sheet, 90, &encode::Metadata::default())?)?;
    println!("{}", path.display());
    Ok(())
}

fn photos(files: impl Iterator<Item = PathBuf>) -> Result<Vec<Vec<u8>>> {
    let read = |file: PathBuf| fs::read(&file).with_context(|| file.display().to_string());
    let given = files.map(read).collect::<Result<Vec<_>>>()?;
    if !given.is_empty() {
        return Ok(given);
    }
    let draw = |seed| sample::jpeg(3000, 2000, seed, Orientation::NoTransforms);
    (1..=4).map(|seed| Ok(draw(seed)?)).collect()
}

/// Writes one look's result and returns its compressed copy.
fn write_look(look: &BuiltinLook, photos: &[Vec<u8>], folder: &Path) -> Result<Encoded> {
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let variables = Variables {
        event: "Hanna & Émile".to_owned(),
        date: "20 June 2026".to_owned(),
        ..Variables::default()
    };
    let started = Instant::now();
    let rendered = render(&Scene {
        recipe: &look.recipe,
        photos: &photos,
        assets: &(),
        overlay: None,
        variables: &variables,
        qr_text: None,
        limits: &Limits::default(),
        outputs: &Outputs::default(),
    })?;
    let path = folder.join(format!("{}.{}", look.id, rendered.result.format.extension()));
    fs::write(&path, &rendered.result.bytes)?;
    println!("{} in {} ms", path.display(), started.elapsed().as_millis());
    Ok(rendered.compressed)
}

fn contact_sheet(looks: &[Encoded]) -> Result<RgbImage> {
    let rows = looks.len().div_ceil(COLUMNS);
    let (width, height) = (u32::try_from(COLUMNS)? * CELL, u32::try_from(rows)? * CELL);
    let mut sheet = RgbImage::from_pixel(width, height, Rgb([120, 124, 130]));
    for (index, look) in looks.iter().enumerate() {
        let edge = CELL - 40;
        let want = Want::AtLeast {
            width: edge,
            height: edge,
        };
        let picture = decode(&look.bytes, &Limits::default(), want)?.pixels;
        let picture = image::DynamicImage::from(picture.flatten(Rgb([255; 3])));
        let small = picture
            .resize(edge, edge, image::imageops::FilterType::Lanczos3)
            .into_rgb8();
        let (column, row) = (u32::try_from(index % COLUMNS)?, u32::try_from(index / COLUMNS)?);
        let left = column * CELL + (CELL - small.width()) / 2;
        let top = row * CELL + (CELL - small.height()) / 2;
        replace(&mut sheet, &small, i64::from(left), i64::from(top));
    }
    Ok(sheet)
}
