//! Files cut off at any tenth: what arrived is shown as it would have been, and the warning says how much.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::error::Warning;
use boothline_imaging::limits::Limits;

use crate::cases::{decoded_rgb, read};
use image::imageops;

/// Kinds of which every MCU that arrived is final.
const SEQUENTIAL: &[&str] = &[
    "444",
    "420",
    "420-optimised",
    "420-restart",
    "grey",
    "rgb-adobe",
    "cmyk",
    "420-large",
];

#[test]
fn a_cut_sequential_jpeg_keeps_the_rows_that_arrived() {
    for name in SEQUENTIAL {
        let whole = read(&format!("jpeg/{name}.jpg"));
        let reference = decoded_rgb(&whole, name);
        let data = scan_data(&whole);
        let mut before = 0;
        for tenth in 1..10 {
            let what = format!("{name}, {tenth} tenths");
            let cut = &whole[..data + (whole.len() - data) * tenth / 10];
            let Ok(photo) = decode(cut, &Limits::default(), Want::Full) else {
                assert!(tenth < 3, "{what} are refused");
                continue;
            };
            let [Warning::Truncated { percent }] = photo.warnings[..] else {
                panic!("{what}: {:?}", photo.warnings);
            };
            assert!(percent >= before, "{what}: {percent} % after {before} %");
            before = percent;
            let shown = photo.pixels.flatten(image::Rgb([255; 3]));
            assert_eq!(shown.dimensions(), reference.dimensions());
            // The last MCU row that was begun is only partly there, and blends into the one above.
            let rows = (shown.height() * u32::from(percent) / 100).saturating_sub(17);
            let top = |picture| imageops::crop_imm(picture, 0, 0, reference.width(), rows).to_image();
            assert_eq!(top(&shown), top(&reference), "{what}, {rows} rows");
        }
        assert!(before >= 50, "{name}: {before} %");
    }
}

#[test]
fn a_cut_progressive_jpeg_is_whole_and_coarser() {
    for name in [
        "420-progressive",
        "444-progressive",
        "grey-progressive",
        "ycck-progressive",
        "420-refined",
    ] {
        let whole = read(&format!("jpeg/{name}.jpg"));
        let reference = decoded_rgb(&whole, name);
        for tenth in 5..10 {
            let cut = &whole[..whole.len() * tenth / 10];
            let photo = decode(cut, &Limits::default(), Want::Full).unwrap();
            assert!(
                matches!(photo.warnings[..], [Warning::Truncated { .. }]),
                "{name}, {tenth} tenths"
            );
            let shown = photo.pixels.flatten(image::Rgb([255; 3]));
            let apart = crate::compare::Apart::of(&shown, &reference, name);
            assert!(apart.luma_mean < 20.0, "{name}, {tenth} tenths: {apart:?}");
        }
    }
}

/// Where the first scan's data begins.
fn scan_data(jpeg: &[u8]) -> usize {
    let mut at = 2;
    loop {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let marker = jpeg[at + 1];
        at += 2 + length;
        if marker == 0xDA {
            return at;
        }
    }
}
