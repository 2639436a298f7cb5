//! Photos for every purpose, drawn here.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::{encode, sample};
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;

/// Hidden in photos wherever metadata can hide; must never come out again.
const CANARY: &[u8] = b"CANARY-4be1d7";

/// A small upright photo of people at a party, as a camera writes it.
pub(crate) fn photo(seed: u64) -> Vec<u8> {
    sample::jpeg(400, 600, seed, Orientation::NoTransforms).expect("JPEG can say this size")
}

/// [`photo`] taken with the camera held so that it needs `exif` to stand upright.
pub(crate) fn turned_photo(seed: u64, exif: u8) -> Vec<u8> {
    let orientation = Orientation::from_exif(exif).expect("1 to 8");
    sample::jpeg(400, 600, seed, orientation).expect("JPEG can say this size")
}

/// [`photo`] whose header claims another size.
pub(crate) fn resized(width: u16, height: u16) -> Vec<u8> {
    let mut file = photo(1);
    let frame = file
        .windows(2)
        .position(|two| two == [0xFF, 0xC0])
        .expect("a baseline frame");
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

/// 34 bytes of WebP that decode to a blank picture of this size: five prefix codes of a
/// single symbol each, so that a pixel takes no bits (RFC 9649, 3.7).
pub(crate) fn tiny_bomb(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | (height - 1) << 14;
    let mut body = vec![0x2F];
    body.extend(size.to_le_bytes());
    // No transform, no colour cache, no meta codes; then five times: simple code, one symbol, of one bit, nought.
    let codes = (0..5).fold(0_u32, |bits, code| bits | 0b0001 << (3 + 4 * code));
    body.extend(codes.to_le_bytes());
    let length = u8::try_from(body.len()).expect("a handful of bytes");
    let mut file = b"RIFF\0\0\0\0WEBPVP8L".to_vec();
    file.extend([length, 0, 0, 0]);
    file.extend(&body);
    file.push(0);
    file[4] = length + 13;
    file
}

/// A JPEG of one stored colour with the profile of Display P3.
pub(crate) fn p3_patch(stored: [u8; 3]) -> Vec<u8> {
    let profile = ColorProfile::new_display_p3()
        .encode()
        .expect("a profile of the library's own");
    let patch = RgbImage::from_pixel(240, 360, Rgb(stored));
    let plain = sample::camera_jpeg(&patch, Orientation::NoTransforms).expect("JPEG can say this size");
    with_segment(&plain, 0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], &profile].concat())
}

/// A photo with a canary wherever metadata can hide: GPS in EXIF, XMP, IPTC, maker
/// notes, a comment, bytes after the end.
pub(crate) fn canary_photo() -> Vec<u8> {
    let mut file = photo(3);
    for (marker, name) in [
        (0xE1, &b"http://ns.adobe.com/xap/1.0/\0"[..]),
        (0xE5, b""),
        (0xED, b"Photoshop 3.0\0"),
        (0xFE, b""),
    ] {
        file = with_segment(&file, marker, &[name, CANARY].concat());
    }
    file = with_segment(&file, 0xE1, &[&b"Exif\0\0"[..], &gps_block()].concat());
    file.extend(CANARY);
    file
}

/// The HEIC with a canary in boxes that hold metadata (XMP is one with an id of its own) or nothing (ISO 14496-12).
#[cfg(feature = "heif")]
pub(crate) fn with_canary_boxes(heic: &[u8]) -> Vec<u8> {
    let xmp = b"\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC";
    let mut file = heic.to_vec();
    for (kind, id) in [(b"uuid", &xmp[..]), (b"udta", b""), (b"free", b"")] {
        let size = u32::try_from(8 + id.len() + CANARY.len()).expect("a short canary");
        file.extend(size.to_be_bytes());
        file.extend(kind);
        file.extend(id);
        file.extend(CANARY);
    }
    file
}

/// Whether a canary is in these bytes.
pub(crate) fn contains(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY)
}

/// A TIFF block with a GPS directory whose only entry, the area's name, is the canary (EXIF 3.0, 4.6.6).
fn gps_block() -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    block.extend([0, 1, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]);
    block.extend([0, 1, 0x00, 0x1C, 0, 7, 0, 0, 0]);
    block.push(u8::try_from(CANARY.len()).expect("a short canary"));
    block.extend([0, 0, 0, 44, 0, 0, 0, 0]);
    block.extend(CANARY);
    block
}

/// An overlay with a red band above and nothing below.
pub(crate) fn overlay_png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |_, y| match y < height / 10 {
        true => Rgba([220, 20, 30, 255]),
        false => Rgba([0, 0, 0, 0]),
    });
    encode::png(&picture, &encode::Metadata::default()).expect("PNG takes every size")
}

/// The pixels of a picture the service made.
pub(crate) fn pixels(bytes: &[u8]) -> RgbImage {
    let photo = decode(bytes, &Limits::default(), Want::Full).expect("a picture");
    photo.pixels.flatten(Rgb([255; 3]))
}

/// `jpeg` with a segment put right after its first two bytes.
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a short segment");
    [
        &jpeg[..2],
        &[0xFF, marker],
        &length.to_be_bytes(),
        body,
        &jpeg[2..],
    ]
    .concat()
}
