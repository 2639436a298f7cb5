//! WebP against libwebp: lossless to the level, lossy nearly so, of an animation the first frame.

use boothline_imaging::limits::Limits;
use boothline_imaging::probe::probe;
use image::RgbaImage;

use crate::cases::{corpus, decoded};

/// Levels that a lossy decode may be off, in the mean and at most: chroma is scaled up with other rounding.
const LOSSY: (f64, u8) = (0.1, 2);

fn apart(found: &RgbaImage, expected: &RgbaImage) -> (f64, u8) {
    assert_eq!(found.dimensions(), expected.dimensions());
    let samples = || found.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b));
    let mean = samples().map(f64::from).sum::<f64>() / found.len() as f64;
    (mean, samples().max().unwrap())
}

#[test]
fn every_webp_looks_as_libwebp_shows_it() {
    let mut off = Vec::new();
    for case in &corpus().webp {
        let photo = decoded(&case.bytes(), &case.file);
        assert_eq!(photo.warnings, [], "{}", case.file);
        let found = photo.pixels.into_rgba();
        let bound = if is_lossless(&case.file) { (0.0, 0) } else { LOSSY };
        let apart = apart(&found, &case.expected());
        if apart.0 > bound.0 || apart.1 > bound.1 {
            off.push(format!("{}: {apart:?}", case.file));
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

fn is_lossless(file: &str) -> bool {
    ["lossless", "palette", "orientation"]
        .iter()
        .any(|kind| file.contains(kind))
}

#[test]
fn the_probe_knows_size_and_orientation() {
    for case in &corpus().webp {
        let probe = probe(&case.bytes(), &Limits::default()).unwrap();
        assert_eq!(probe.size(), case.expected().dimensions(), "{}", case.file);
        assert_eq!(
            probe.orientation.to_exif(),
            case.orientation.unwrap_or(1),
            "{}",
            case.file
        );
    }
}
