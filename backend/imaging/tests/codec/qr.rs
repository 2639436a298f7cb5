//! QR codes that a reader reads back.

use boothline_imaging::decode::{Pixels, Want, decode};
use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::limits::Limits;
use boothline_imaging::qr::{self, QrError};
use image::{GrayImage, RgbImage, imageops};

use crate::files::{decode_full, rgb};

const DRIVE: &str = "https://drive.google.com/uc?id=1AbCdEfGhIjKlMnOpQrStUvWxYz0123456&export=download";

fn picture(text: &str, size: u32) -> RgbImage {
    rgb(decode_full(&qr::png(text, size).unwrap()))
}

fn read_back(picture: &RgbImage) -> String {
    let grey: GrayImage = imageops::grayscale(picture);
    let (width, height) = grey.dimensions();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
            grey.get_pixel(x as u32, y as u32).0[0]
        });
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1, "one symbol in the picture");
    grids[0].decode().unwrap().1
}

/// Dark pixels' left, top, right and bottom edge.
fn bounds(picture: &RgbImage) -> [u32; 4] {
    let dark = || picture.enumerate_pixels().filter(|(_, _, p)| p.0[0] == 0);
    [
        dark().map(|(x, _, _)| x).min().unwrap(),
        dark().map(|(_, y, _)| y).min().unwrap(),
        dark().map(|(x, _, _)| x).max().unwrap() + 1,
        dark().map(|(_, y, _)| y).max().unwrap() + 1,
    ]
}

#[test]
fn every_size_is_exact_centred_sharp_and_readable() {
    for size in [120, 121, 200, 360, 511, 1024] {
        let picture = picture(DRIVE, size);
        assert_eq!(picture.dimensions(), (size, size));
        assert!(
            picture.pixels().all(|p| p.0 == [0; 3] || p.0 == [255; 3]),
            "black and white only"
        );
        let modules = qr::matrix(DRIVE).unwrap().width() as u32;
        let [left, top, right, bottom] = bounds(&picture);
        assert_eq!((right - left) % modules, 0, "whole pixels a module");
        let module = (right - left) / modules;
        assert!(
            module >= 2 && left >= 2 * module && top >= 2 * module,
            "a quiet zone at {size}"
        );
        assert!((size - right).abs_diff(left) <= 1 && (size - bottom).abs_diff(top) <= 1);
        assert_eq!(read_back(&picture), DRIVE);
    }
}

#[test]
fn the_smallest_picture_of_any_length_is_readable_and_one_pixel_less_is_refused() {
    for length in [10, 60, 150, 400, 900] {
        let text = format!("https://photos.example/{}", "a".repeat(length));
        let Err(QrError::TooDense { needed, .. }) = qr::png(&text, 10) else {
            panic!("ten pixels are too few");
        };
        assert_eq!(read_back(&picture(&text, needed)), text);
        let refused = qr::png(&text, needed - 1).unwrap_err();
        assert_eq!(
            refused,
            QrError::TooDense {
                size: needed - 1,
                needed
            }
        );
        assert_eq!(refused.code(), "qr_too_dense");
    }
}

#[test]
fn a_code_on_a_picture_survives_the_compressed_copy() {
    let symbol = picture(DRIVE, 160);
    let mut print = boothline_imaging::sample::photo(600, 900, 1);
    imageops::replace(&mut print, &symbol, 420, 720);
    let copy = encode::jpeg(&print, 70, &Metadata::default()).unwrap();
    let Pixels::Rgb(shown) = decode(&copy, &Limits::default(), Want::Full).unwrap().pixels else {
        panic!("a JPEG has no alpha");
    };
    assert_eq!(read_back(&shown), DRIVE);
}

#[test]
fn the_picture_is_one_bit_grey_and_small() {
    let file = qr::png(DRIVE, 1024).unwrap();
    assert_eq!(file[24..26], [1, 0], "bit depth 1, greyscale");
    assert!(file.len() < 8000, "{} bytes", file.len());
}

#[test]
fn the_svg_draws_the_same_modules() {
    let matrix = qr::matrix(DRIVE).unwrap();
    let svg = qr::svg(DRIVE).unwrap();
    let side = matrix.width() + 8;
    assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
    let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    let mut drawn = vec![false; side * side];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
        let start = y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap();
        drawn[start..start + length].fill(true);
    }
    for (index, drawn) in drawn.into_iter().enumerate() {
        let (x, y) = ((index % side).wrapping_sub(4), (index / side).wrapping_sub(4));
        assert_eq!(drawn, matrix.is_dark(x, y));
    }
}

#[test]
fn more_text_than_a_symbol_holds_is_refused() {
    let refused = qr::png(&"a".repeat(2400), 1024).unwrap_err();
    assert_eq!(refused, QrError::TooLong { bytes: 2400 });
}
