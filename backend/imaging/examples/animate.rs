//! Writes every look that moves as GIF and WebP: `cargo run -p boothline-imaging --example animate -- FOLDER [PHOTO…]`.
//!
//! Without photos, drawn ones are used.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use boothline_domain::AnimationFormat::{Gif, Webp};
use boothline_imaging::limits::Limits;
use boothline_imaging::looks::builtin;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::render::{Outputs, Overlays, Scene, render_frames};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().context("name a folder to write into")?;
    fs::create_dir_all(&folder)?;
    let photos = photos(arguments)?;
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let variables = Variables {
        event: "Hanna & Émile".to_owned(),
        date: "20 June 2026".to_owned(),
        ..Variables::default()
    };
    for look in builtin() {
        let Some(animation) = &look.recipe.animation else {
            continue;
        };
        let started = Instant::now();
        let frames = render_frames(&Scene {
            recipe: &look.recipe,
            photos: &photos,
            assets: &(),
            overlays: &Overlays::new(),
            overlay: None,
            variables: &variables,
            qr_text: None,
            limits: &Limits::default(),
            outputs: &Outputs::default(),
        })?;
        let frames = frames.context("several photos move")?;
        println!(
            "{}: {} frames of {:?} in {} ms",
            look.id,
            frames.count(),
            frames.size(),
            started.elapsed().as_millis()
        );
        for format in [Gif, Webp] {
            let started = Instant::now();
            let small = frames.scaled(animation.edge(format));
            let file = if format == Gif {
                small.gif()?
            } else {
                small.webp()?
            };
            let path = folder.join(format!("{}.{format}", look.id));
            fs::write(&path, &file)?;
            println!(
                "{} {:?} {} bytes in {} ms",
                path.display(),
                small.size(),
                file.len(),
                started.elapsed().as_millis()
            );
        }
    }
    Ok(())
}

fn photos(files: impl Iterator<Item = PathBuf>) -> Result<Vec<Vec<u8>>> {
    let read = |file: PathBuf| fs::read(&file).with_context(|| file.display().to_string());
    let given = files.map(read).collect::<Result<Vec<_>>>()?;
    if !given.is_empty() {
        return Ok(given);
    }
    let draw =
        |moment| sample::camera_jpeg(&sample::moment(3000, 2000, 3, moment), Orientation::NoTransforms);
    (0..8).map(|moment| Ok(draw(moment)?)).collect()
}
