//! Writes every built-in look, and one contact sheet of all looks and all filters:
//! `cargo run -p boothline-imaging --example looks -- FOLDER [--photos DIR] [PHOTO…]`.
//!
//! The sheet shows them on drawn photos and, where some are given, on those too.

mod sheet;
mod shown;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use boothline_imaging::looks::{BuiltinLook, builtin};
use boothline_imaging::orientation::Orientation;
use boothline_imaging::recipe::{Filter, FilterName, Recipe};
use boothline_imaging::render::Encoded;
use boothline_imaging::{encode, sample};
use sheet::{Picture, Sheet};
use shown::shown;

/// How many looks stand in a row of the sheet, and how high they and filtered photos are in pixels.
const COLUMNS: usize = 9;
const LOOK: u32 = 500;
const PHOTO: u32 = 280;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().context("name a folder to write into")?);
    fs::create_dir_all(&folder)?;
    let given = given(arguments)?;
    let mut sheet = Sheet::default();
    let party = drawn(&Recipe::default())?;
    sheet.rows(COLUMNS, LOOK, &drawn_looks(&folder, &party)?)?;
    if !given.is_empty() {
        sheet.rows(COLUMNS, LOOK, &looks(&given)?)?;
    }
    for photo in party.iter().take(3).chain(&given) {
        sheet.rows(FilterName::ALL.len(), PHOTO, &filters(photo)?)?;
    }
    let path = folder.join("contact-sheet.jpg");
    fs::write(
        &path,
        encode::jpeg(&sheet.drawn(), 90, &encode::Metadata::default())?,
    )?;
    println!("{}", path.display());
    Ok(())
}

/// The photos named on the command line, one by one or by their folder.
fn given(mut arguments: impl Iterator<Item = OsString>) -> Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "--photos" {
            let folder = arguments.next().context("--photos needs a folder")?;
            files.extend(pictures_in(Path::new(&folder))?);
        } else {
            files.push(PathBuf::from(argument));
        }
    }
    let read = |file: PathBuf| fs::read(&file).with_context(|| file.display().to_string());
    files.into_iter().map(read).collect()
}

/// JPEG, PNG and WebP files of a folder, by name.
fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_picture = |path: &PathBuf| {
        let ending = path.extension().map(OsStr::to_ascii_lowercase);
        ending.is_some_and(|ending| {
            ["jpg", "jpeg", "png", "webp"]
                .iter()
                .any(|known| ending == *known)
        })
    };
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    let mut pictures: Vec<PathBuf> = paths.into_iter().filter(is_picture).collect();
    pictures.sort();
    Ok(pictures)
}

fn drawn(recipe: &Recipe) -> Result<Vec<Vec<u8>>> {
    let draw = |seed| {
        let photo = sample::photo_for(recipe, 3000, 2000, seed);
        Ok(sample::camera_jpeg(&photo, Orientation::NoTransforms)?)
    };
    (1..=4).map(draw).collect()
}

/// Every look on the photos.
fn looks(photos: &[Vec<u8>]) -> Result<Vec<Picture>> {
    let draw = |look: &BuiltinLook| Ok(Picture::new(look.title, shown(&look.recipe, photos)?));
    builtin().iter().map(draw).collect()
}

/// Every look on drawn photos, before a cloth where it wants one; each is also written as a file.
fn drawn_looks(folder: &Path, party: &[Vec<u8>]) -> Result<Vec<Picture>> {
    let draw = |look: &BuiltinLook| {
        let result = match look.recipe.chroma_key {
            Some(_) => written(look, &drawn(&look.recipe)?, folder),
            None => written(look, party, folder),
        };
        Ok(Picture::new(look.title, result?))
    };
    builtin().iter().map(draw).collect()
}

fn written(look: &BuiltinLook, photos: &[Vec<u8>], folder: &Path) -> Result<Encoded> {
    let started = Instant::now();
    let result = shown(&look.recipe, photos)?;
    let path = folder.join(format!("{}.{}", look.id, result.format.extension()));
    fs::write(&path, &result.bytes)?;
    println!("{} in {} ms", path.display(), started.elapsed().as_millis());
    Ok(result)
}

/// One photo under every filter, 3:2.
fn filters(photo: &[u8]) -> Result<Vec<Picture>> {
    let draw = |name: FilterName| {
        let mut recipe = Recipe {
            filter: Filter::full(name),
            ..Recipe::default()
        };
        (recipe.canvas.width, recipe.canvas.height) = (600, 400);
        let said = format!("{name:?}");
        Ok(Picture::new(&said, shown(&recipe, &[photo.to_vec()])?))
    };
    FilterName::ALL.into_iter().map(draw).collect()
}
