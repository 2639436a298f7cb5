//! Photos cut off or scrambled: the part that arrived is shown, and nothing makes the decoder panic.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::error::{PhotoError, Warning};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::preview;
use boothline_imaging::sample;
use image::{RgbImage, imageops};
use proptest::prelude::*;

use crate::files::{
    Setting, decode_full, difference, first_scan_data, jpeg, lossless_webp, refusal, rgb, rgb_png,
};

const WIDTH: u32 = 160;
const HEIGHT: u32 = 120;

fn photo() -> RgbImage {
    sample::photo(WIDTH, HEIGHT, 1)
}

fn percent(warnings: &[Warning]) -> Option<u8> {
    match warnings {
        [] => None,
        [Warning::Truncated { percent }] => Some(*percent),
        other => panic!("{other:?}"),
    }
}

/// Difference of the rows above `share` percent.
fn top_difference(a: &RgbImage, b: &RgbImage, share: u8) -> f64 {
    // An MCU row is sixteen high; the last one begun is only partly there.
    let rows = (HEIGHT * u32::from(share) / 100).saturating_sub(16);
    if rows == 0 {
        return 0.0;
    }
    let top = |picture: &RgbImage| imageops::crop_imm(picture, 0, 0, WIDTH, rows).to_image();
    difference(&top(a), &top(b))
}

#[test]
fn a_cut_baseline_jpeg_shows_the_rows_that_arrived() {
    let kinds: [Setting; 2] = [|_| {}, |e| e.set_restart_interval(7)];
    for set in kinds {
        let whole = jpeg(&photo(), set);
        let reference = rgb(decode_full(&whole));
        let data = first_scan_data(&whole);
        let mut before = 1;
        for tenth in 1..10 {
            let cut = &whole[..data + (whole.len() - data) * tenth / 10];
            let shown = decode_full(cut);
            let percent = percent(&shown.warnings).unwrap();
            let shown = rgb(shown);
            assert_eq!(shown.dimensions(), (WIDTH, HEIGHT));
            // Repair ends at a whole MCU: the decoder's values above it are the very same.
            assert!(
                top_difference(&shown, &reference, percent) < 0.2,
                "{tenth} tenths"
            );
            assert!(percent >= before, "{percent} % of {tenth} tenths");
            before = percent;
        }
        assert!(
            before > 60,
            "nine tenths of the bytes are {before} % of the picture"
        );
    }
}

#[test]
fn the_missing_part_is_plain_and_not_noise() {
    let whole = jpeg(&photo(), |_| {});
    let data = first_scan_data(&whole);
    let shown = rgb(decode_full(&whole[..data + (whole.len() - data) / 3]));
    let last = imageops::crop_imm(&shown, 0, HEIGHT - 16, WIDTH, 16).to_image();
    let first = *last.get_pixel(0, 0);
    assert!(
        last.pixels()
            .all(|p| p.0.iter().zip(first.0).all(|(a, b)| a.abs_diff(b) <= 2))
    );
}

#[test]
fn a_cut_between_separate_scans_keeps_the_luma() {
    let whole = jpeg(&photo(), |e| e.set_optimized_huffman_tables(true));
    let scans: Vec<usize> = (0..whole.len() - 1)
        .filter(|&i| whole[i..].starts_with(&[0xFF, 0xDA]))
        .collect();
    assert!(scans.len() > 1);
    for cut in [scans[1] - 40, scans[1] + 30] {
        let shown = decode_full(&whole[..cut]);
        assert!(percent(&shown.warnings).is_some());
        let grey = imageops::grayscale(&rgb(shown));
        let expected = imageops::grayscale(&photo());
        let off: u64 = grey
            .iter()
            .zip(expected.iter())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        assert!(off / (grey.len() as u64) < 12, "the luma is there");
    }
}

#[test]
fn a_cut_progressive_jpeg_is_shown_whole_and_coarse() {
    let whole = jpeg(&photo(), |e| e.set_progressive(true));
    let data = first_scan_data(&whole);
    for tenth in 3..10 {
        let cut = &whole[..data + (whole.len() - data) * tenth / 10];
        let shown = decode_full(cut);
        assert!(percent(&shown.warnings).is_some());
        let off = difference(&rgb(shown), &photo());
        assert!(off < 16.0, "{tenth} tenths: {off} levels off");
    }
}

#[test]
fn a_jpeg_without_only_its_end_marker_is_whole() {
    let whole = jpeg(&photo(), |_| {});
    let shown = decode_full(&whole[..whole.len() - 2]);
    assert_eq!(shown.warnings, []);
    assert_eq!(rgb(shown), rgb(decode_full(&whole)));
}

#[test]
fn a_jpeg_cut_before_its_first_data_is_refused_as_truncated() {
    for set in [(|_| {}) as Setting, |e| {
        e.set_progressive(true);
    }] {
        let whole = jpeg(&photo(), set);
        for length in 3..=first_scan_data(&whole) {
            let error = refusal(&whole[..length]);
            assert!(
                matches!(error, PhotoError::Truncated),
                "{length} bytes: {error:?}"
            );
        }
    }
}

#[test]
fn cut_pngs_keep_their_rows_and_cut_webps_are_refused() {
    let whole = rgb_png(&photo());
    let shown = decode_full(&whole[..whole.len() / 2]);
    let percent = percent(&shown.warnings).unwrap();
    let rows = HEIGHT * u32::from(percent) / 100;
    let top = |picture: &RgbImage| imageops::crop_imm(picture, 0, 0, WIDTH, rows).to_image();
    assert_eq!(top(&rgb(shown)), top(&photo()));
    for length in 8..50 {
        assert_eq!(
            refusal(&whole[..length]).code(),
            "photo_truncated",
            "{length} bytes of PNG"
        );
    }
    let whole = lossless_webp(&photo());
    for share in 1..8 {
        let error = refusal(&whole[..whole.len() * share / 8]);
        assert_eq!(error.code(), "photo_truncated", "{share} eighths: {error:?}");
    }
}

#[test]
fn every_length_of_every_format_is_a_picture_or_a_refusal() {
    let small = sample::photo(24, 20, 1);
    let files = [
        jpeg(&small, |_| {}),
        jpeg(&small, |e| e.set_progressive(true)),
        jpeg(&small, |e| e.set_restart_interval(1)),
        jpeg(&small, |e| e.set_optimized_huffman_tables(true)),
        rgb_png(&small),
        lossless_webp(&small),
    ];
    for file in files {
        for length in 0..=file.len() {
            match decode(&file[..length], &Limits::default(), Want::Full) {
                Ok(photo) => assert_eq!(photo.pixels.dimensions(), (24, 20)),
                Err(error) => assert!(!error.code().is_empty()),
            }
        }
    }
}

#[test]
fn bytes_after_the_end_change_nothing() {
    for file in [jpeg(&photo(), |_| {}), rgb_png(&photo()), lossless_webp(&photo())] {
        let mut longer = file.clone();
        longer.extend(b"\xFF\xD8\xFF\xDA trailing \xFF\xC0 garbage");
        let (plain, longer) = (decode_full(&file), decode_full(&longer));
        assert_eq!(plain.pixels, longer.pixels);
        assert_eq!(longer.warnings, []);
    }
}

fn mutated(file: &[u8], changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut file = file.to_vec();
    for (at, value) in changes {
        let at = at.index(file.len());
        file[at] = *value;
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn scrambled_photos_never_panic(
        kind in 0..9usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let small = sample::photo(40, 28, 1);
        let file = match kind {
            0 => jpeg(&small, |_| {}),
            1 => jpeg(&small, |e| e.set_progressive(true)),
            2 => jpeg(&small, |e| e.set_restart_interval(2)),
            3 => jpeg(&small, |e| e.set_optimized_huffman_tables(true)),
            4 => rgb_png(&small),
            5 => lossless_webp(&small),
            6 => include_bytes!("../fixtures/lossy.webp").to_vec(),
            7 => include_bytes!("../fixtures/alpha.webp").to_vec(),
            _ => include_bytes!("../fixtures/animated.webp").to_vec(),
        };
        let mut file = mutated(&file, &changes);
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let limits = Limits { max_pixels: 1 << 22, ..Limits::default() };
        // Whatever passes at the upload also passes later.
        if preview(&file, &limits, 16).is_ok() {
            prop_assert!(decode(&file, &limits, Want::Full).is_ok());
        }
    }
}
