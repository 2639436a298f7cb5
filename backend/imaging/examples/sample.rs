//! Writes sample photos as a camera would: `cargo run -p boothline-imaging --example sample -- FOLDER [WIDTH HEIGHT]`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use boothline_imaging::orientation::Orientation;
use boothline_imaging::sample;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("name a folder to write into")?);
    let width = arguments.next().map_or(Ok(1500), |w| w.parse())?;
    let height = arguments.next().map_or(Ok(1000), |h| h.parse())?;
    std::fs::create_dir_all(&folder)?;
    for seed in 1..=6 {
        let photo = sample::jpeg(width, height, seed, Orientation::NoTransforms)?;
        std::fs::write(folder.join(format!("sample-{seed}.jpg")), photo)?;
    }
    Ok(())
}
