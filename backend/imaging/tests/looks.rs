//! Every built-in look against its golden picture, by the distance a person would see.
//!
//! `goldens/README.md` says how to make them anew.

#[path = "looks/distance.rs"]
mod distance;

use std::fs;
use std::path::{Path, PathBuf};

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::looks::{BuiltinLook, builtin};
use boothline_imaging::orientation::Orientation;
use boothline_imaging::recipe::{Filter, FilterName, Recipe};
use boothline_imaging::render::{Compressed, Outputs, Overlays, Scene, render};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use distance::worst_block;
use image::{Rgb, RgbImage};

/// Above the noise of a JPEG and of another machine's rounding (below 1), far below the faintest
/// mistake (see `a_wrong_picture_is_told_from_its_golden`).
const TOLERANCE: f32 = 2.0;

fn golden_path(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/goldens")
        .join(format!("{id}.jpg"))
}

fn photos(recipe: &Recipe) -> Vec<Vec<u8>> {
    let draw = |seed| {
        let photo = sample::photo_for(recipe, 1200, 800, seed);
        sample::camera_jpeg(&photo, Orientation::NoTransforms).expect("JPEG takes this size")
    };
    (1..=4).map(draw).collect()
}

/// The look's compressed copy with its long edge at 450 pixels: small enough for the repository,
/// large enough for the smallest line of text to be seen missing.
fn small(recipe: &Recipe, photos: &[Vec<u8>], variables: &Variables) -> Vec<u8> {
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let outputs = Outputs {
        compressed: Compressed::LongEdge(450),
        compressed_quality: 92,
        ..Outputs::default()
    };
    let rendered = render(&Scene {
        recipe,
        photos: &photos,
        assets: &(),
        overlays: &Overlays::new(),
        overlay: None,
        variables,
        qr_text: None,
        limits: &Limits::default(),
        outputs: &outputs,
    });
    rendered.expect("a built-in look renders").compressed.bytes
}

fn party() -> Variables {
    Variables {
        event: "Hanna & Émile".to_owned(),
        date: "20 June 2026".to_owned(),
        time: "21:47".to_owned(),
        guest: "Zoë".to_owned(),
        count: "128".to_owned(),
    }
}

fn pixels(bytes: &[u8]) -> RgbImage {
    let photo = decode(bytes, &Limits::default(), Want::Full).expect("our own file is readable");
    photo.pixels.flatten(Rgb([255; 3]))
}

fn golden(look: &BuiltinLook) -> RgbImage {
    let path = golden_path(look.id);
    pixels(&fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[test]
fn every_look_is_as_it_was() {
    let mut wrong = Vec::new();
    for look in builtin() {
        let made = small(&look.recipe, &photos(&look.recipe), &party());
        let distance = worst_block(&golden(look), &pixels(&made));
        if distance > TOLERANCE {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.jpg", look.id));
            fs::write(&path, made).unwrap();
            wrong.push(format!(
                "{} differs by {distance:.1}, see {}",
                look.id,
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_golden_outlives_its_look() {
    let ids: Vec<_> = builtin().iter().map(|look| golden_path(look.id)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        assert!(
            ids.contains(&path) || path.ends_with("README.md"),
            "{}",
            path.display()
        );
    }
}

/// Every kind of mistake the goldens are there to catch, made on purpose on every look.
#[test]
fn a_wrong_picture_is_told_from_its_golden() {
    for look in builtin() {
        let photos = photos(&look.recipe);
        let golden = golden(look);
        for (mistake, recipe) in mistakes(&look.recipe) {
            let made = pixels(&small(&recipe, &photos, &party()));
            let distance = worst_block(&golden, &made);
            assert!(distance > 1.5 * TOLERANCE, "{}: {mistake}: {distance}", look.id);
        }
        let others = [
            photos[2].clone(),
            photos[3].clone(),
            photos[0].clone(),
            photos[1].clone(),
        ];
        let made = pixels(&small(&look.recipe, &others, &party()));
        assert!(
            worst_block(&golden, &made) > 1.5 * TOLERANCE,
            "{}: other photos",
            look.id
        );
    }
}

fn mistakes(recipe: &Recipe) -> Vec<(String, Recipe)> {
    let mut mistakes = Vec::new();
    let swapped = match recipe.filter.name {
        FilterName::None => FilterName::Glow,
        FilterName::BlackAndWhite => FilterName::Sepia,
        _ => FilterName::None,
    };
    let mut other = recipe.clone();
    other.filter = Filter::full(swapped);
    mistakes.push(("another filter".to_owned(), other));
    for index in 0..recipe.texts.len() {
        let mut other = recipe.clone();
        other.texts.remove(index);
        mistakes.push((format!("no text {index}"), other));
    }
    if recipe.chroma_key.is_some() {
        let mut other = recipe.clone();
        other.chroma_key = None;
        mistakes.push(("the cloth is left".to_owned(), other));
    }
    if let Some(slot) = recipe.slots.len().checked_sub(1) {
        let mut other = recipe.clone();
        other.slots[slot].x += 8;
        mistakes.push((format!("slot {slot} moved"), other));
    }
    mistakes
}

/// Not a test: run it on purpose when a look has changed on purpose.
#[test]
#[ignore = "writes the goldens anew"]
fn make_goldens() {
    for look in builtin() {
        let made = small(&look.recipe, &photos(&look.recipe), &party());
        fs::write(golden_path(look.id), made).unwrap();
    }
}
