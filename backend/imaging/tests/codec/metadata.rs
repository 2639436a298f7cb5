//! Nothing a camera or a guest wrote into a photo comes out again, and what we write is all there is.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::encode::{self, EncodeError, Metadata};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::preview;
use boothline_imaging::sample;
use image::{DynamicImage, RgbImage};

use crate::files::{jpeg, lossless_webp, rgb_png, with_chunk, with_segment};

const CANARY: &[u8] = b"CANARY-7f3a";

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The photo in every format, a canary wherever metadata can hide.
fn photos_with_canaries() -> Vec<Vec<u8>> {
    let photo = sample::photo(80, 60, 1);
    let mut jpeg = jpeg(&photo, |_| {});
    for (marker, name) in [
        (0xE1, &b"Exif\0\0MM\0*\0\0\0\x08\0\0"[..]),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
        (0xE2, b"MPF\0"),
        (0xED, b"Photoshop 3.0\0"),
        (0xE5, b""),
        (0xFE, b""),
    ] {
        jpeg = with_segment(&jpeg, marker, &[name, CANARY].concat());
    }
    let mut png = rgb_png(&photo);
    for (kind, name) in [
        (b"tEXt", &b"Author\0"[..]),
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0"),
        (b"vpAg", b""),
    ] {
        png = with_chunk(&png, kind, &[name, CANARY].concat());
    }
    let mut webp = lossless_webp(&photo);
    webp.extend(b"EXIF");
    webp.extend((CANARY.len() as u32).to_le_bytes());
    [jpeg, png, webp]
        .into_iter()
        .map(|mut file| {
            file.extend(CANARY);
            file
        })
        .collect()
}

#[test]
fn no_canary_comes_out_in_any_rendition() {
    for file in photos_with_canaries() {
        assert!(contains(&file, CANARY));
        let small = preview(&file, &Limits::default(), 50).unwrap();
        assert!(!contains(&small.jpeg, CANARY));
        let photo = decode(&file, &Limits::default(), Want::Full).unwrap();
        let full = photo.pixels.clone().flatten(image::Rgb([255; 3]));
        let result = encode::jpeg(&full, 92, &Metadata::default()).unwrap();
        assert!(!contains(&result, CANARY));
        let result = encode::png(&photo.pixels.into_rgba(), &Metadata::default()).unwrap();
        assert!(!contains(&result, CANARY));
    }
}

fn print_metadata() -> Metadata {
    Metadata {
        dpi: Some(300),
        copyright: Some("© Fotobox Müller".to_owned()),
    }
}

#[test]
fn a_jpeg_carries_density_and_copyright_and_no_other_segment() {
    let picture = sample::photo(40, 30, 1);
    let file = encode::jpeg(&picture, 90, &print_metadata()).unwrap();
    assert_eq!(&file[6..11], b"JFIF\0");
    assert_eq!(&file[13..18], [1, 1, 44, 1, 44], "300 dots an inch each way");
    assert!(contains(&file, "© Fotobox Müller\0".as_bytes()));
    assert!(
        contains(&file, &[0x98, 0x82, 2, 0]),
        "tag 0x8298, ASCII, little endian"
    );

    let plain = encode::jpeg(&picture, 90, &Metadata::default()).unwrap();
    let applications = plain
        .windows(2)
        .filter(|w| w[0] == 0xFF && (0xE0..=0xEF).contains(&w[1]));
    assert_eq!(applications.count(), 1, "JFIF alone");
    assert!(!contains(&plain, &[0xFF, 0xFE]), "no comment");
}

#[test]
fn a_png_carries_density_and_copyright_and_no_other_chunk() {
    let picture = DynamicImage::ImageRgb8(sample::photo(40, 30, 1)).into_rgba8();
    let file = encode::png(&picture, &print_metadata()).unwrap();
    // 300 dots an inch are 11,811 a metre.
    assert!(contains(&file, b"pHYs\0\0\x2E\x23\0\0\x2E\x23\x01"));
    assert!(contains(&file, b"tEXtCopyright\0\xA9 Fotobox M\xFCller"));
    let foreign = Metadata {
        copyright: Some("Фото".to_owned()),
        dpi: None,
    };
    let file = encode::png(&picture, &foreign).unwrap();
    assert!(contains(&file, b"iTXtCopyright\0"));
    let plain = encode::png(&picture, &Metadata::default()).unwrap();
    for chunk in [b"pHYs", b"tEXt", b"iTXt", b"tIME", b"gAMA"] {
        assert!(!contains(&plain, chunk));
    }
}

#[test]
fn png_and_jpeg_come_back_as_they_were_written() {
    let picture = sample::photo(50, 70, 2);
    let rgba = DynamicImage::ImageRgb8(picture.clone()).into_rgba8();
    let file = encode::png(&rgba, &print_metadata()).unwrap();
    assert_eq!(crate::files::decode_full(&file).pixels.into_rgba(), rgba);
    let file = encode::jpeg(&picture, 95, &print_metadata()).unwrap();
    let back = crate::files::rgb(crate::files::decode_full(&file));
    assert!(crate::files::difference(&back, &picture) < 6.0);
}

#[test]
fn what_cannot_be_written_is_an_error_and_not_a_panic() {
    let long = RgbImage::new(70_000, 1);
    let refused = encode::jpeg(&long, 90, &Metadata::default());
    assert!(matches!(
        refused,
        Err(EncodeError::Size {
            width: 70_000,
            height: 1
        })
    ));
    let refused = encode::jpeg(&RgbImage::new(0, 0), 90, &Metadata::default());
    assert!(matches!(refused, Err(EncodeError::Size { .. })));
    let endless = Metadata {
        copyright: Some("x".repeat(70_000)),
        dpi: Some(u32::MAX),
    };
    let refused = encode::jpeg(&RgbImage::new(2, 2), 90, &endless);
    assert!(matches!(refused, Err(EncodeError::CopyrightTooLong { .. })));
}
