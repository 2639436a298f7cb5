//! Every kind of JPEG, PNG and WebP that cameras and phones make, and the kinds we refuse.

use boothline_imaging::decode::{Pixels, Want, decode};
use boothline_imaging::error::PhotoError;
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::{Format, probe, probe_header};
use boothline_imaging::sample;
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, SamplingFactor};

use crate::files::{
    Setting, decode_full, difference, encode_jpeg, jpeg, lossless_webp, png, refusal, rgb, rgb_png, rgba_png,
    with_segment,
};

/// Levels that 4:2:0 costs a small picture full of edges; a wrong decode is ten times as far off.
const LOSS: f64 = 8.0;

fn assert_like(file: &[u8], photo: &RgbImage, kind: &str) {
    let picture = rgb(decode_full(file));
    let off = difference(&picture, photo);
    assert!(off < LOSS, "{kind}: {off} levels off");
}

#[test]
fn every_chroma_sampling_decodes_interleaved_and_not() {
    use SamplingFactor as F;
    let photo = sample::photo(101, 67, 1);
    for sampling in [F::F_1_1, F::F_2_1, F::F_1_2, F::F_2_2, F::F_4_1, F::F_4_2] {
        let plain = jpeg(&photo, |e| e.set_sampling_factor(sampling));
        assert_like(&plain, &photo, &format!("{sampling:?}"));
        // Optimised tables make this encoder write one scan for each component.
        let separate = jpeg(&photo, |e| {
            e.set_sampling_factor(sampling);
            e.set_optimized_huffman_tables(true);
        });
        assert!(scans(&separate) > 1, "the file must not be interleaved");
        assert_like(&separate, &photo, &format!("{sampling:?}, not interleaved"));
    }
}

fn scans(jpeg: &[u8]) -> usize {
    jpeg.windows(2).filter(|two| *two == [0xFF, 0xDA]).count()
}

#[test]
fn progressive_and_restart_intervals_decode() {
    let photo = sample::photo(101, 67, 1);
    let settings: [(&str, Setting); 4] = [
        ("progressive", |e| e.set_progressive(true)),
        ("many scans", |e| e.set_progressive_scans(20)),
        ("restarts", |e| e.set_restart_interval(3)),
        ("both", |e| {
            e.set_progressive(true);
            e.set_restart_interval(5);
        }),
    ];
    for (kind, set) in settings {
        assert_like(&jpeg(&photo, set), &photo, kind);
    }
}

#[test]
fn grey_jpegs_and_pngs_become_rgb() {
    let grey: Vec<u8> = (0..60 * 40).map(|i| (i % 60 * 4) as u8).collect();
    let expected = RgbImage::from_fn(60, 40, |x, _| Rgb([x as u8 * 4; 3]));
    let file = encode_jpeg(&grey, (60, 40), ColorType::Luma, |_| {});
    assert_like(&file, &expected, "grey JPEG");
    let file = png(&grey, (60, 40), png::ColorType::Grayscale, |_| {});
    assert_eq!(rgb(decode_full(&file)), expected);
}

#[test]
fn an_rgb_jpeg_is_told_from_ycbcr_by_the_adobe_marker() {
    // Three equal planes of a mid grey read the same as YCbCr only by accident: use a colour.
    let photo = RgbImage::from_pixel(32, 32, Rgb([200, 100, 40]));
    let ycbcr = jpeg(&photo, |_| {});
    assert_like(&ycbcr, &photo, "YCbCr");
    let jfif_at = 2;
    let without_jfif = [&ycbcr[..jfif_at], &ycbcr[jfif_at + 18..]].concat();
    let marked = with_segment(&without_jfif, 0xEE, b"Adobe\0\x64\0\0\0\0\0");
    let raw = rgb(decode_full(&marked));
    let luma = 0.299 * 200.0 + 0.587 * 100.0 + 0.114 * 40.0;
    assert!(
        (f64::from(raw.get_pixel(9, 9).0[0]) - luma).abs() < 4.0,
        "planes pass untouched"
    );
}

#[test]
fn transparency_is_kept() {
    let picture = RgbaImage::from_fn(40, 30, |x, y| Rgba([200, 50, x as u8, (y * 8) as u8]));
    assert_eq!(
        decode_full(&rgba_png(&picture)).pixels,
        Pixels::Rgba(picture.clone())
    );
    let grey_alpha: Vec<u8> = picture.pixels().flat_map(|p| [p.0[2], p.0[3]]).collect();
    let file = png(&grey_alpha, (40, 30), png::ColorType::GrayscaleAlpha, |_| {});
    let Pixels::Rgba(decoded) = decode_full(&file).pixels else {
        panic!("the alpha is lost");
    };
    assert_eq!(decoded.get_pixel(7, 11), &Rgba([7, 7, 7, 88]));
}

#[test]
fn sixteen_bits_become_eight() {
    let samples: Vec<u8> = (0..20 * 10u32)
        .flat_map(|i| [i as u8, 0x80, 0x40, 0x00, 0xFF, 0xFF])
        .collect();
    let file = png(&samples, (20, 10), png::ColorType::Rgb, |info| {
        info.bit_depth = png::BitDepth::Sixteen;
    });
    let picture = rgb(decode_full(&file));
    assert_eq!(picture.get_pixel(5, 2), &Rgb([45, 0x40, 0xFF]));
}

#[test]
fn palettes_and_interlacing_decode() {
    let indices: Vec<u8> = (0..16 * 8).map(|i| (i % 3) as u8).collect();
    let file = png(&indices, (16, 8), png::ColorType::Indexed, |info| {
        info.palette = Some((&[255, 0, 0, 0, 255, 0, 0, 0, 255][..]).into());
        info.trns = Some((&[255, 128, 0][..]).into());
    });
    let Pixels::Rgba(picture) = decode_full(&file).pixels else {
        panic!("the palette's alpha is lost");
    };
    assert_eq!(picture.get_pixel(1, 0), &Rgba([0, 255, 0, 128]));

    let interlaced = include_bytes!("../fixtures/interlaced.png");
    let plain = include_bytes!("../fixtures/plain.png");
    assert_eq!(rgb(decode_full(interlaced)), rgb(decode_full(plain)));
}

#[test]
fn lossless_webp_comes_out_exactly_and_lossy_closely() {
    let photo = sample::photo(96, 64, 1);
    assert_eq!(rgb(decode_full(&lossless_webp(&photo))), photo);
    let plain = rgb(decode_full(include_bytes!("../fixtures/plain.png")));
    let lossy = rgb(decode_full(include_bytes!("../fixtures/lossy.webp")));
    assert!(difference(&lossy, &plain) < LOSS);
    let Pixels::Rgba(with_alpha) = decode_full(include_bytes!("../fixtures/alpha.webp")).pixels else {
        panic!("the alpha is lost");
    };
    assert!(with_alpha.pixels().any(|p| p.0[3] < 16) && with_alpha.pixels().any(|p| p.0[3] > 240));
}

#[test]
fn of_an_animation_the_first_frame_is_shown() {
    let photo = decode_full(include_bytes!("../fixtures/animated.webp"));
    let picture = photo.pixels.flatten(Rgb([0, 0, 0]));
    let first = picture.get_pixel(10, 10).0;
    assert!(
        first[0] > 200 && first[1] < 60 && first[2] < 60,
        "red is first: {first:?}"
    );
}

#[test]
fn the_name_of_the_format_comes_from_the_content() {
    let photo = sample::photo(16, 16, 1);
    for (file, format) in [
        (jpeg(&photo, |_| {}), Format::Jpeg),
        (rgb_png(&photo), Format::Png),
        (lossless_webp(&photo), Format::Webp),
    ] {
        let probe = probe(&file, &Limits::default()).unwrap();
        assert_eq!((probe.format, probe.size()), (format, (16, 16)));
    }
}

#[test]
fn kinds_of_jpeg_we_cannot_decode_are_named() {
    let plain = jpeg(&sample::photo(32, 32, 1), |_| {});
    let frame = plain.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    for (offset, value, said) in [
        (4, 12, "12-bit JPEG"),
        (1, 0xC3, "Lossless JPEG"),
        (1, 0xC9, "Arithmetic-coded JPEG"),
        (1, 0xC5, "Hierarchical JPEG"),
    ] {
        let mut file = plain.clone();
        file[frame + offset] = value;
        let error = refusal(&file);
        assert_eq!(error.code(), "photo_format_unsupported");
        assert!(error.to_string().starts_with(said), "{error}");
    }
}

#[test]
fn a_header_is_judged_while_the_rest_is_still_on_its_way() {
    let limits = Limits::default();
    let file = jpeg(&sample::photo(200, 100, 1), |_| {});
    assert_eq!(probe_header(&file[..10], &limits).unwrap(), None);
    assert_eq!(probe_header(&file[..100], &limits).unwrap(), None);
    let early = probe_header(&file[..file.len() / 2], &limits).unwrap().unwrap();
    assert_eq!(early.size(), (200, 100));
    let small = Limits {
        max_pixels: 1000,
        ..limits
    };
    let refused = probe_header(&file[..file.len() / 2], &small).unwrap_err();
    assert_eq!(refused.code(), "photo_too_many_pixels");
    let refused = probe_header(b"<!doctype html><html>", &limits).unwrap_err();
    assert_eq!(refused.code(), "photo_format_unknown");
}

/// Found by fuzzing: its first half was refused for good, and the whole was taken.
#[test]
fn a_scan_before_the_frame_header_is_refused_at_any_length() {
    let good = jpeg(&sample::photo(64, 64, 1), |_| {});
    let scan = good.windows(2).position(|two| two == [0xFF, 0xDA]).unwrap();
    let file = [&good[..2], &good[scan..good.len() - 2], &good[2..]].concat();
    for length in [file.len(), good.len() - scan] {
        let refused = probe_header(&file[..length], &Limits::default()).unwrap_err();
        assert_eq!(
            refused.code(),
            "photo_corrupt",
            "{length} bytes of {}",
            file.len()
        );
    }
}

/// The headers of a lossy WebP of this size; `canvas` is a chunk behind its frame.
fn lossy_webp(width: u8, height: u8, canvas: &[u8]) -> Vec<u8> {
    let frame = [0x10, 0, 0, 0x9D, 0x01, 0x2A, width, 0, height, 0];
    let chunk = [b"VP8 ", &10u32.to_le_bytes()[..], &frame].concat();
    [b"RIFF", &100u32.to_le_bytes()[..], b"WEBP", &chunk, canvas].concat()
}

/// Found by fuzzing: the canvas came behind the frame, so that half of the file was refused and the whole taken.
#[test]
fn a_webp_frame_without_pixels_is_refused_whatever_its_canvas() {
    let canvas = [b"VP8X", &10u32.to_le_bytes()[..], &[0; 10]].concat();
    for canvas in [&canvas[..], &[]] {
        let refused = probe_header(&lossy_webp(1, 0, canvas), &Limits::default()).unwrap_err();
        assert!(matches!(refused, PhotoError::ZeroSize), "{refused}");
    }
}

/// Found by fuzzing: 219 bytes made the decoder reserve 16 MiB that nobody had been asked for.
#[test]
fn a_lossy_webp_is_counted_with_the_partition_that_it_may_announce() {
    let cost = |file: &[u8]| {
        let probe = probe(file, &Limits::default()).unwrap();
        probe.decode_cost(Want::Full)
    };
    let lossless = lossless_webp(&sample::photo(64, 64, 1));
    assert!(cost(&lossy_webp(64, 64, &[])) > cost(&lossless) + (15 << 20));
}

/// Found by fuzzing: the PNG decoder panics at a palette of half a colour; what is caught becomes a refusal.
#[test]
fn a_palette_of_half_a_colour_is_refused() {
    let whole = png(&[0; 16 * 8], (16, 8), png::ColorType::Indexed, |info| {
        info.palette = Some([7; 48].as_slice().into());
        info.trns = Some([0, 128].as_slice().into());
    });
    decode_full(&whole);
    let half = png(&[0; 16 * 8], (16, 8), png::ColorType::Indexed, |info| {
        info.palette = Some([7; 49].as_slice().into());
        info.trns = Some([0, 128].as_slice().into());
    });
    assert_eq!(refusal(&half).code(), "photo_corrupt");
}

#[test]
fn no_bytes_and_too_many_bytes_are_refused() {
    assert_eq!(refusal(b"").code(), "photo_empty");
    let limits = Limits {
        max_bytes: 100,
        ..Limits::default()
    };
    let file = jpeg(&sample::photo(64, 64, 1), |_| {});
    let refused = decode(&file, &limits, Want::Full).unwrap_err();
    assert_eq!(refused.code(), "photo_too_large");
}
