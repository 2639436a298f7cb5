//! All eight orientations, by exact pixels where the format is lossless.

use boothline_imaging::decode::{Pixels, Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::probe::probe;
use boothline_imaging::sample;
use image::RgbImage;

use crate::files::{asymmetric, decode_full, difference, jpeg, rgb, rgb_png, with_chunk, with_segment};

/// Where a pixel of the upright picture is stored, by the definition of the tag (EXIF 3.0, 4.6.4): which edges of the
/// picture the stored row 0 and column 0 are.
fn stored_at(exif: u8, x: u32, y: u32, (width, height): (u32, u32)) -> (u32, u32) {
    let (right, bottom) = (width - 1 - x, height - 1 - y);
    match exif {
        1 => (x, y),
        2 => (right, y),
        3 => (right, bottom),
        4 => (x, bottom),
        5 => (y, x),
        6 => (y, right),
        7 => (bottom, right),
        8 => (bottom, x),
        _ => panic!("no orientation {exif}"),
    }
}

fn stored(upright: &RgbImage, exif: u8) -> RgbImage {
    let (width, height) = upright.dimensions();
    let (stored_width, stored_height) = if exif >= 5 {
        (height, width)
    } else {
        (width, height)
    };
    let mut picture = RgbImage::new(stored_width, stored_height);
    for (x, y, pixel) in upright.enumerate_pixels() {
        let (to_x, to_y) = stored_at(exif, x, y, (width, height));
        picture.put_pixel(to_x, to_y, *pixel);
    }
    picture
}

fn exif_block(kind: u8, value: [u8; 4]) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0".to_vec();
    block.extend([kind, 0, 0, 0, 1]);
    block.extend(value);
    block.extend([0; 4]);
    block
}

#[test]
fn all_eight_come_out_upright_to_the_pixel_from_png() {
    let upright = asymmetric();
    for exif in 1..=8 {
        let file = with_chunk(
            &rgb_png(&stored(&upright, exif)),
            b"eXIf",
            &exif_block(3, [0, exif, 0, 0]),
        );
        assert_eq!(
            probe(&file, &Limits::default()).unwrap().size(),
            upright.dimensions()
        );
        assert_eq!(rgb(decode_full(&file)), upright, "orientation {exif}");
    }
}

#[test]
fn all_eight_come_out_upright_from_jpeg_at_every_scale() {
    let upright = sample::photo(480, 320, 3);
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        let file = sample::camera_jpeg(&stored(&upright, exif), orientation).unwrap();
        let full = decode_full(&file);
        assert_eq!((full.full_width, full.full_height), (480, 320));
        assert!(difference(&rgb(full), &upright) < 3.0, "orientation {exif}");
        let want = Want::AtLeast {
            width: 80,
            height: 50,
        };
        let small = decode(&file, &Limits::default(), want).unwrap();
        assert_eq!((small.full_width, small.full_height), (480, 320));
        assert_eq!(small.pixels.dimensions(), (120, 80), "orientation {exif}");
    }
}

#[test]
fn the_sample_writer_stores_what_the_tag_means() {
    let upright = sample::photo(64, 48, 5);
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        let ours = sample::jpeg(64, 48, 5, orientation).unwrap();
        let by_definition = sample::camera_jpeg(&stored(&upright, exif), orientation).unwrap();
        assert_eq!(ours, by_definition, "orientation {exif}");
    }
}

#[test]
fn senseless_orientations_never_cost_the_photo() {
    let upright = asymmetric();
    let plain = jpeg(&upright, |_| {});
    let untouched = rgb(decode_full(&plain));
    let blocks = [
        exif_block(3, [0, 0, 0, 0]),
        exif_block(3, [0, 9, 0, 0]),
        exif_block(3, [0xFF, 0xFF, 0, 0]),
        exif_block(2, *b"abc\0"),
        b"MM\0*\xff\xff\xff\xff".to_vec(),
        b"garbage".to_vec(),
        Vec::new(),
    ];
    for block in blocks {
        let file = with_segment(&plain, 0xE1, &[b"Exif\0\0", block.as_slice()].concat());
        assert_eq!(rgb(decode_full(&file)), untouched, "{block:?}");
    }
    let long = exif_block(4, [0, 0, 0, 3]);
    let file = with_segment(&plain, 0xE1, &[b"Exif\0\0", long.as_slice()].concat());
    let turned = decode_full(&file).pixels;
    assert_eq!(turned, Pixels::Rgb(image::imageops::rotate180(&untouched)));
}
