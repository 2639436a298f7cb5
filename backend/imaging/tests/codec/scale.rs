//! Decoding no larger than needed, and what it is foretold to cost.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::preview;
use boothline_imaging::probe::probe;
use boothline_imaging::resize::{CropBox, resize_rgb};
use boothline_imaging::sample;
use proptest::prelude::*;

use crate::files::{decode_full, difference, jpeg, lossless_webp, rgb, rgb_png};

#[test]
fn every_format_comes_at_least_half_again_as_large_as_wanted_and_not_whole() {
    let photo = sample::photo(640, 480, 2);
    let want = Want::AtLeast {
        width: 100,
        height: 75,
    };
    for file in [jpeg(&photo, |_| {}), rgb_png(&photo), lossless_webp(&photo)] {
        let small = decode(&file, &Limits::default(), want).unwrap();
        let (width, height) = small.pixels.dimensions();
        assert!(width >= 150 && height >= 113, "{width} x {height}");
        assert!(width <= 320 && height <= 240, "{width} x {height}");
        assert_eq!((small.full_width, small.full_height), (640, 480));
    }
}

#[test]
fn a_scaled_decode_looks_like_the_photo() {
    let photo = sample::photo(640, 480, 2);
    let reference = resize_rgb(&photo, CropBox::whole(640, 480), 100, 75);
    let want = Want::AtLeast {
        width: 100,
        height: 75,
    };
    for file in [jpeg(&photo, |_| {}), rgb_png(&photo), lossless_webp(&photo)] {
        let small = rgb(decode(&file, &Limits::default(), want).unwrap());
        let whole = CropBox::whole(small.width(), small.height());
        assert!(difference(&resize_rgb(&small, whole, 100, 75), &reference) < 2.0);
    }
}

#[test]
fn a_photo_smaller_than_wanted_comes_whole() {
    let photo = sample::photo(90, 60, 2);
    let want = Want::AtLeast {
        width: 5000,
        height: 5000,
    };
    for file in [jpeg(&photo, |_| {}), rgb_png(&photo), lossless_webp(&photo)] {
        let whole = decode(&file, &Limits::default(), want).unwrap();
        assert_eq!(whole.pixels.dimensions(), (90, 60));
    }
}

#[test]
fn narrow_pictures_scale_by_their_long_side() {
    for (width, height) in [(1, 800), (800, 1), (3, 500), (500, 7)] {
        let file = jpeg(&sample::photo(width, height, 1), |_| {});
        let want = Want::AtLeast {
            width: width.div_ceil(8),
            height: height.div_ceil(8),
        };
        let small = decode(&file, &Limits::default(), want)
            .unwrap()
            .pixels
            .dimensions();
        assert!(
            small.0 >= width.div_ceil(8) && small.1 >= height.div_ceil(8),
            "{small:?}"
        );
    }
}

#[test]
fn less_detail_is_foretold_to_cost_less_memory() {
    let photo = sample::photo(640, 480, 2);
    let want = Want::AtLeast {
        width: 60,
        height: 40,
    };
    let progressive = jpeg(&photo, |e| e.set_progressive(true));
    for file in [
        jpeg(&photo, |_| {}),
        rgb_png(&photo),
        lossless_webp(&photo),
        progressive,
    ] {
        let probe = probe(&file, &Limits::default()).unwrap();
        assert!(probe.decode_cost(want) < probe.decode_cost(Want::Full));
        // Never less than the picture itself.
        assert!(probe.decode_cost(Want::Full) > 640 * 480 * 3);
    }
}

#[test]
fn a_preview_fits_the_long_edge_upright_and_is_never_scaled_up() {
    let orientation = Orientation::Rotate90;
    let file = sample::jpeg(400, 600, 4, orientation).unwrap();
    let small = preview::preview(&file, &Limits::default(), 200).unwrap();
    assert_eq!((small.width, small.height), (133, 200));
    let picture = rgb(decode_full(&small.jpeg));
    assert_eq!(picture.dimensions(), (133, 200));
    let upright = sample::photo(400, 600, 4);
    let reference = resize_rgb(&upright, CropBox::whole(400, 600), 133, 200);
    assert!(difference(&picture, &reference) < 6.0);
    let same = preview::preview(&file, &Limits::default(), 2000).unwrap();
    assert_eq!((same.width, same.height), (400, 600));
}

#[test]
fn a_preview_takes_the_eighths_that_come_close() {
    for (full, small) in [
        // An eighth of 24 megapixels; of 12 there is none between 640 and 800.
        ((6000, 4000), (750, 500)),
        ((4000, 6000), (500, 750)),
        ((4032, 3024), (800, 600)),
        ((1920, 1080), (720, 405)),
        ((801, 10), (701, 9)),
        ((800, 600), (800, 600)),
        ((80, 60), (80, 60)),
        ((16_000, 2), (800, 1)),
    ] {
        assert_eq!(preview::size(full, 800), small, "{full:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_decode_is_never_smaller_than_wanted_unless_the_photo_is(
        width in 1u32..120, height in 1u32..120, want_width in 1u32..200, want_height in 1u32..200,
        kind in 0..3,
    ) {
        let photo = sample::photo(width, height, 1);
        let file = match kind {
            0 => jpeg(&photo, |_| {}),
            1 => rgb_png(&photo),
            _ => lossless_webp(&photo),
        };
        let want = Want::AtLeast { width: want_width, height: want_height };
        let got = decode(&file, &Limits::default(), want).unwrap().pixels.dimensions();
        prop_assert!(got.0 >= want_width.min(width) && got.1 >= want_height.min(height));
        prop_assert!(got.0 <= width && got.1 <= height);
    }

    #[test]
    fn a_preview_has_the_size_that_was_foretold(
        (width, height) in (1u32..300, 1u32..300), edge in 1u32..300, exif in 1u8..=8,
    ) {
        let orientation = Orientation::from_exif(exif).unwrap();
        let file = sample::jpeg(width, height, 1, orientation).unwrap();
        let small = preview::preview(&file, &Limits::default(), edge).unwrap();
        let foretold = preview::size((width, height), edge);
        prop_assert_eq!((small.width, small.height), foretold);
        prop_assert_eq!(rgb(decode_full(&small.jpeg)).dimensions(), foretold);
        let longer = foretold.0.max(foretold.1);
        prop_assert!(longer <= edge && longer >= (edge - edge / 5).min(width.max(height)));
    }
}
