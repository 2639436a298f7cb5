//! Files of every kind, made by code.

use std::borrow::Cow;
use std::io::Cursor;

use boothline_imaging::decode::{Photo, Pixels, Want, decode};
use boothline_imaging::error::PhotoError;
use boothline_imaging::limits::Limits;
use image::{ExtendedColorType, ImageEncoder, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// A picture no two corners of which are alike, with sides that are no multiple of a block.
pub(crate) fn asymmetric() -> RgbImage {
    RgbImage::from_fn(67, 41, |x, y| {
        let (right, low) = (x > 33, y > 20);
        let shade = (x * 2 + y) as u8;
        image::Rgb(match (right, low) {
            (false, false) => [220, 30, shade / 4],
            (true, false) => [30, 200, shade / 4],
            (false, true) => [40, shade / 4, 210],
            (true, true) => [230, 220, shade / 4],
        })
    })
}

/// A setting of the JPEG encoder.
pub(crate) type Setting = fn(&mut Encoder<&mut Vec<u8>>);

/// A JPEG of `picture` at quality 95, as `set` wants it.
pub(crate) fn jpeg(picture: &RgbImage, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    encode_jpeg(picture.as_raw(), picture.dimensions(), ColorType::Rgb, set)
}

pub(crate) fn encode_jpeg(
    samples: &[u8],
    (width, height): (u32, u32),
    colour: ColorType,
    set: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    set(&mut encoder);
    encoder
        .encode(samples, width as u16, height as u16, colour)
        .unwrap();
    file
}

/// A PNG with `set` applied to its header.
pub(crate) fn png(
    samples: &[u8],
    (width, height): (u32, u32),
    colour: png::ColorType,
    set: impl FnOnce(&mut png::Info<'_>),
) -> Vec<u8> {
    let mut info = png::Info::with_size(width, height);
    info.color_type = colour;
    info.bit_depth = png::BitDepth::Eight;
    set(&mut info);
    let mut file = Vec::new();
    let mut writer = png::Encoder::with_info(&mut file, info)
        .unwrap()
        .write_header()
        .unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    file
}

pub(crate) fn rgb_png(picture: &RgbImage) -> Vec<u8> {
    png(picture, picture.dimensions(), png::ColorType::Rgb, |_| {})
}

pub(crate) fn rgba_png(picture: &RgbaImage) -> Vec<u8> {
    png(picture, picture.dimensions(), png::ColorType::Rgba, |_| {})
}

pub(crate) fn with_profile(profile: Vec<u8>) -> impl FnOnce(&mut png::Info<'_>) {
    |info| info.icc_profile = Some(Cow::Owned(profile))
}

pub(crate) fn lossless_webp(picture: &RgbImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image::codecs::webp::WebPEncoder::new_lossless(&mut file)
        .write_image(
            picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    file.into_inner()
}

/// `jpeg` with a segment put right after its first two bytes.
pub(crate) fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

/// `png` with a chunk put right after IHDR.
pub(crate) fn with_chunk(png: &[u8], kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    const AFTER_IHDR: usize = 33;
    let named = [kind, body].concat();
    let length = (body.len() as u32).to_be_bytes();
    let check = crc(&named).to_be_bytes();
    [&png[..AFTER_IHDR], &length, &named, &check, &png[AFTER_IHDR..]].concat()
}

/// CRC-32 of PNG chunks (W3C PNG, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 }
        })
    })
}

/// Where the first scan's data begins.
pub(crate) fn first_scan_data(jpeg: &[u8]) -> usize {
    let sos = jpeg.windows(2).position(|two| two == [0xFF, 0xDA]).unwrap();
    sos + 2 + usize::from(jpeg[sos + 2]) * 256 + usize::from(jpeg[sos + 3])
}

pub(crate) fn decode_full(bytes: &[u8]) -> Photo {
    decode(bytes, &Limits::default(), Want::Full).unwrap()
}

pub(crate) fn rgb(photo: Photo) -> RgbImage {
    match photo.pixels {
        Pixels::Rgb(picture) => picture,
        Pixels::Rgba(_) => panic!("transparency where there is none"),
    }
}

pub(crate) fn refusal(bytes: &[u8]) -> PhotoError {
    match decode(bytes, &Limits::default(), Want::Full) {
        Ok(photo) => panic!("became a picture of {:?}", photo.pixels.dimensions()),
        Err(error) => error,
    }
}

/// Mean absolute difference of all samples, in levels.
pub(crate) fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}
