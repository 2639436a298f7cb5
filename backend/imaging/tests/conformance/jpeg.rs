//! Every kind of JPEG against libjpeg: process, sampling, order of scans, restarts, colours, odd segments, orientation.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::probe;

use crate::cases::{Case, corpus, decoded, without_alpha};
use crate::compare::Apart;

/// Inverse transforms differ in the last bit, colour conversion in one more.
const SAME: Apart = Apart {
    luma_mean: 0.6,
    luma_most: 3.0,
    mean: 0.9,
    most: 5,
};

/// The reference of soft pictures is what was encoded, not what libjpeg decodes.
const SOFT: Apart = Apart {
    luma_mean: 0.6,
    luma_most: 2.5,
    mean: 1.5,
    most: 10,
};

/// Where chroma is rarer than every second pixel libjpeg repeats it; we go in straight lines from sample to sample.
const SMOOTHER: Apart = Apart {
    luma_mean: 0.5,
    luma_most: 15.0,
    mean: 6.0,
    most: 80,
};

fn has_rare_chroma(case: &Case) -> bool {
    ["411", "410", "1x4", "3x1"]
        .iter()
        .any(|kind| case.file.contains(kind))
}

#[test]
fn every_sound_jpeg_looks_as_libjpeg_shows_it() {
    let mut off = Vec::new();
    for case in corpus().jpeg.iter().filter(|case| case.is_sound()) {
        let photo = decoded(&case.bytes(), &case.file);
        assert_eq!(photo.warnings, [], "{}", case.file);
        let shown = photo.pixels.flatten(image::Rgb([255; 3]));
        let apart = Apart::of(&shown, &without_alpha(case.expected()), &case.file);
        let bound = match case {
            case if case.soft => SOFT,
            case if has_rare_chroma(case) => SMOOTHER,
            _ => SAME,
        };
        if !apart.is_within(bound) {
            off.push(format!("{}: {apart:?}", case.file));
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}
#[test]
fn the_probe_knows_size_and_orientation() {
    for case in corpus().jpeg.iter().filter(|case| case.is_sound()) {
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

#[test]
fn kinds_that_are_not_taken_are_refused_by_name() {
    let refused = |case: &Case| -> Option<String> {
        let error = decode(&case.bytes(), &Limits::default(), Want::Full).err()?;
        Some(error.code().to_owned())
    };
    let corpus = corpus();
    let cases: Vec<&Case> = corpus.jpeg.iter().filter(|c| c.refused.is_some()).collect();
    assert!(cases.len() >= 6);
    for case in cases {
        assert_eq!(refused(case), case.refused, "{}", case.file);
    }
}
