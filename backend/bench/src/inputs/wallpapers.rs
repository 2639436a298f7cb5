//! Free photos from Debian's packages lomiri-wallpapers (CC BY and CC BY-SA), fetched for a run and never kept in git.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use boothline_imaging::decode::{Want, decode};
use boothline_imaging::layout::cover;
use boothline_imaging::limits::Limits;
use boothline_imaging::recipe::Focus;
use boothline_imaging::resize::resize_rgb;
use image::{Rgb, RgbImage};

/// Whether the photos were fetched into this folder.
pub(super) fn are_in(folder: &Path) -> bool {
    find(folder, "Kleiber").is_some()
}

/// The photo whose name begins so, cropped around its middle and scaled to the size; nothing where it is not.
pub(super) fn photo(folder: &Path, name: &str, size: (u32, u32)) -> Option<Result<RgbImage>> {
    let path = find(folder, name)?;
    Some(read(&path, size).with_context(|| format!("{} cannot be read", path.display())))
}

fn read(path: &Path, size: (u32, u32)) -> Result<RgbImage> {
    let photo = decode(&fs::read(path)?, &Limits::default(), Want::Full)?;
    let part = cover(photo.pixels.dimensions(), size, Focus { x: 0.5, y: 0.5 });
    let pixels = photo.pixels.flatten(Rgb([255; 3]));
    Ok(resize_rgb(&pixels, part, size.0, size.1))
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let begins = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|file| file.to_string_lossy().starts_with(name))
    };
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(|entry| Some(entry.ok()?.path())).find(begins)
}
