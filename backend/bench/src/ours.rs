//! The tasks done by Boothline's own crate, through the calls that the service makes.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use anyhow::{Context, Result};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::fitted;
use boothline_imaging::qr;
use boothline_imaging::recipe::{self, Canvas, Focus, Recipe};
use boothline_imaging::render::{Compressed, Outputs, Overlays, Scene, render};
use boothline_imaging::text::Variables;

use crate::task::{Collage, Slot, Task};

/// Does the task and returns the files it makes.
pub(crate) fn perform(task: &Task, overlays: &Overlays) -> Result<Vec<Vec<u8>>> {
    match task {
        Task::Fit {
            photo,
            long_edge,
            quality,
        } => Ok(vec![fit(photo, *long_edge, *quality)?]),
        Task::Collage(collage) => make(collage, overlays),
        Task::Codes { text, size, times } => codes(text, *size, *times),
        Task::Spin { steps } => {
            black_box(spin(*steps));
            Ok(Vec::new())
        }
    }
}

fn fit(photo: &Path, long_edge: u32, quality: u8) -> Result<Vec<u8>> {
    let photo = read(photo)?;
    Ok(fitted(&photo, &Limits::default(), long_edge, quality)?.jpeg)
}

fn make(collage: &Collage, overlays: &Overlays) -> Result<Vec<Vec<u8>>> {
    let photos = collage.photos.iter().map(|path| read(path));
    let photos = photos.collect::<Result<Vec<_>>>()?;
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let overlay = collage.overlay.as_deref().map(read).transpose()?;
    let rendered = render(&Scene {
        recipe: &recipe(collage),
        photos: &photos,
        assets: &(),
        overlays,
        overlay: overlay.as_deref(),
        variables: &Variables::default(),
        qr_text: None,
        limits: &Limits::default(),
        outputs: &Outputs {
            result_quality: collage.result_quality,
            compressed: Compressed::LongEdge(collage.copy_edge),
            compressed_quality: collage.copy_quality,
            thumbnail_edge: collage.thumbnail_edge,
            ..Outputs::default()
        },
    })?;
    let files = [rendered.result, rendered.compressed, rendered.thumbnail];
    Ok(files.map(|file| file.bytes).into())
}

fn recipe(collage: &Collage) -> Recipe {
    let slots = collage.slots.iter().map(|&Slot(x, y, width, height)| {
        // The peers crop around the middle.
        let focus = Focus { x: 0.5, y: 0.5 };
        recipe::Slot {
            focus,
            ..recipe::Slot::at(x.cast_signed(), y.cast_signed(), width, height)
        }
    });
    Recipe {
        canvas: Canvas {
            width: collage.width,
            height: collage.height,
            ..Canvas::default()
        },
        slots: slots.collect(),
        ..Recipe::default()
    }
}

/// Draws the code so many times and returns the last one.
fn codes(text: &str, size: u32, times: u32) -> Result<Vec<Vec<u8>>> {
    let mut code = Vec::new();
    for _ in 0..times {
        code = qr::png(black_box(text), size)?;
    }
    Ok(vec![code])
}

/// A chain of dependent steps (xorshift, G. Marsaglia 2003) that the compiler cannot shorten.
fn spin(steps: u64) -> u64 {
    (0..steps).fold(0x9E37_79B9_7F4A_7C15, |mut state: u64, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^ (state << 17)
    })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

#[cfg(test)]
mod tests {
    use boothline_imaging::orientation::Orientation;
    use boothline_imaging::sample;

    use super::*;

    fn size(file: &[u8]) -> (u32, u32) {
        boothline_imaging::probe::probe(file, &Limits::default())
            .unwrap()
            .size()
    }

    #[test]
    fn a_turned_photo_is_fitted_upright() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("photo.jpg");
        fs::write(&photo, sample::jpeg(80, 120, 1, Orientation::Rotate90).unwrap()).unwrap();
        let fit = Task::Fit {
            photo,
            long_edge: 60,
            quality: 80,
        };
        let files = perform(&fit, &Overlays::new()).unwrap();
        assert_eq!(size(&files[0]), (40, 60));
    }

    #[test]
    fn a_collage_has_a_result_a_copy_and_a_thumbnail() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("photo.jpg");
        fs::write(
            &photo,
            sample::jpeg(300, 200, 1, Orientation::NoTransforms).unwrap(),
        )
        .unwrap();
        let collage = Collage {
            photos: vec![photo.clone(), photo],
            overlay: None,
            width: 200,
            height: 300,
            slots: vec![Slot(0, 0, 200, 150), Slot(0, 150, 200, 150)],
            result_quality: 92,
            copy_edge: 150,
            copy_quality: 80,
            thumbnail_edge: 60,
        };
        let files = perform(&Task::Collage(collage), &Overlays::new()).unwrap();
        let sizes: Vec<_> = files.iter().map(|file| size(file)).collect();
        assert_eq!(sizes, [(200, 300), (100, 150), (40, 60)]);
    }

    #[test]
    fn codes_are_drawn_as_large_as_asked() {
        let codes = Task::Codes {
            text: "https://example.org".to_owned(),
            size: 120,
            times: 2,
        };
        let files = perform(&codes, &Overlays::new()).unwrap();
        assert_eq!(size(&files[0]), (120, 120));
    }
}
