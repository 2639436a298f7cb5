//! HEIC against libheif: samplings, depths, grids, alpha, turns and crops.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::error::PhotoError;
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::{Format, probe};
use image::RgbaImage;

use crate::cases::{Case, corpus, decoded, read};

fn apart(found: &RgbaImage, expected: &RgbaImage, what: &str) -> (f64, u8) {
    assert_eq!(found.dimensions(), expected.dimensions(), "{what}");
    let samples = || found.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b));
    let mean = samples().map(f64::from).sum::<f64>() / found.len() as f64;
    (mean, samples().max().unwrap())
}

/// Mean and largest difference: one level of rounding, or what x265 costs a soft picture.
fn bound(case: &Case) -> (f64, u8) {
    if case.soft { (1.5, 12) } else { (0.3, 2) }
}

#[test]
fn every_heic_looks_as_libheif_shows_it() {
    let mut off = Vec::new();
    for case in &corpus().heif {
        let photo = decoded(&case.bytes(), &case.file);
        assert_eq!(photo.warnings, [], "{}", case.file);
        let (mean, most) = apart(&photo.pixels.into_rgba(), &case.expected(), &case.file);
        if mean > bound(case).0 || most > bound(case).1 {
            off.push(format!("{}: {mean:.2} in the mean, {most} at most", case.file));
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
fn the_boxes_turn_the_picture_and_exif_does_not_turn_it_again() {
    let corpus = corpus();
    let turned: Vec<_> = corpus
        .heif
        .iter()
        .filter(|case| case.orientation.is_some())
        .collect();
    assert_eq!(turned.len(), 8);
    for case in turned {
        let probe = probe(&case.bytes(), &Limits::default()).unwrap();
        assert_eq!(probe.format, Format::Heic);
        assert_eq!(
            Some(probe.orientation.to_exif()),
            case.orientation,
            "{}",
            case.file
        );
        assert_eq!(probe.size(), (48, 32), "{}", case.file);
    }
}

#[test]
fn a_smaller_decode_is_the_picture_averaged_down() {
    for name in ["420.heic", "grid.heic", "cropped.heic", "orientation-6.heic"] {
        let file = read(&format!("heif/{name}"));
        let whole = decoded(&file, name);
        let want = Want::AtLeast {
            width: whole.full_width / 4,
            height: whole.full_height / 4,
        };
        let small = decode(&file, &Limits::default(), want).unwrap();
        assert_eq!(
            small.pixels.dimensions(),
            (whole.full_width.div_ceil(2), whole.full_height.div_ceil(2)),
            "{name}"
        );
    }
}

#[test]
fn a_cut_or_oversized_heic_is_refused() {
    for name in ["420.heic", "grid.heic", "alpha.heic"] {
        let file = read(&format!("heif/{name}"));
        for length in 12..file.len() {
            let refused = decode(&file[..length], &Limits::default(), Want::Full).unwrap_err();
            assert!(
                matches!(refused, PhotoError::Truncated),
                "{length} bytes of {name}: {refused:?}"
            );
        }
        let small = Limits {
            max_pixels: 1000,
            ..Limits::default()
        };
        let refused = probe(&file, &small).unwrap_err();
        assert_eq!(refused.code(), "photo_too_many_pixels");
    }
}

#[test]
fn a_coded_picture_larger_than_the_boxes_say_is_refused() {
    let mut file = read("heif/444.heic");
    let at = file.windows(4).position(|four| four == b"ispe").unwrap() + 8;
    file[at..at + 4].copy_from_slice(&10_u32.to_be_bytes());
    file[at + 4..at + 8].copy_from_slice(&4_u32.to_be_bytes());
    // One block of padding is allowed for; a hundred pixels are not.
    let refused = decode(&file, &Limits::default(), Want::Full).unwrap_err();
    assert_eq!(refused.code(), "photo_format_unsupported", "{refused:?}");
}

#[test]
fn a_decode_past_its_deadline_is_stopped_between_tiles() {
    let limits = Limits {
        deadline: Some(std::time::Duration::ZERO),
        ..Limits::default()
    };
    for name in ["420.heic", "grid.heic"] {
        let refused = decode(&read(&format!("heif/{name}")), &limits, Want::Full).unwrap_err();
        assert_eq!(refused.code(), "photo_decode_timeout");
    }
}

#[test]
fn scrambled_heics_never_panic() {
    let limits = Limits {
        max_pixels: 1 << 20,
        ..Limits::default()
    };
    for name in ["420.heic", "grid.heic", "alpha.heic", "orientation-7.heic"] {
        let whole = read(&format!("heif/{name}"));
        for at in 0..whole.len().min(900) {
            let mut file = whole.clone();
            file[at] = [0x00, 0x7F, 0xFF][at % 3];
            if let Err(error) = decode(&file, &limits, Want::Full) {
                assert!(!error.code().is_empty());
            }
        }
    }
}
