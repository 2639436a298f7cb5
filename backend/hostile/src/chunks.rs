//! The bricks that photo files are made of, so that they can be put together wrongly.

use std::io::{Cursor, Write as _};

use boothline_imaging::orientation::Orientation;
use boothline_imaging::sample;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

/// What follows a PNG's signature and IHDR begins here.
pub(crate) const AFTER_IHDR: usize = 33;

/// A good small JPEG.
pub(crate) fn jpeg() -> Vec<u8> {
    sample::jpeg(64, 48, 1, Orientation::NoTransforms).expect("JPEG can say this size")
}

/// A good small JPEG in many scans.
pub(crate) fn progressive() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.set_progressive(true);
    encoder
        .encode(
            sample::photo(64, 48, 1).as_raw(),
            64,
            48,
            jpeg_encoder::ColorType::Rgb,
        )
        .expect("JPEG can say this size");
    file
}

/// A good small PNG.
pub(crate) fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 64, 48);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer
        .write_image_data(sample::photo(64, 48, 1).as_raw())
        .expect("rows");
    writer.finish().expect("an end");
    file
}

/// A good small WebP, lossless.
pub(crate) fn webp() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    WebPEncoder::new_lossless(&mut file)
        .write_image(&sample::photo(64, 48, 1), 64, 48, ExtendedColorType::Rgb8)
        .expect("WebP can say this size");
    file.into_inner()
}

/// A JPEG segment: marker, length, body.
pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a segment below 64 kB");
    [&[0xFF, marker], &length.to_be_bytes()[..], body].concat()
}

/// `jpeg` with `insert` right after its first two bytes.
pub(crate) fn after_start(jpeg: &[u8], insert: &[u8]) -> Vec<u8> {
    [&jpeg[..2], insert, &jpeg[2..]].concat()
}

/// Where the segment with this marker begins.
pub(crate) fn find(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2)
        .position(|two| two == [0xFF, marker])
        .expect("the file has this segment")
}

/// A PNG chunk: length, kind, body, check.
pub(crate) fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [kind, body].concat();
    let mut crc = Crc::new();
    crc.update(&named);
    let length = u32::try_from(body.len()).expect("a chunk below 4 GB");
    [&length.to_be_bytes(), &named[..], &crc.sum().to_be_bytes()].concat()
}

/// `png` with `insert` right after its IHDR.
pub(crate) fn after_ihdr(png: &[u8], insert: &[u8]) -> Vec<u8> {
    [&png[..AFTER_IHDR], insert, &png[AFTER_IHDR..]].concat()
}

/// The signature and IHDR of a PNG.
pub(crate) fn png_head(width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    let body = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, colour, 0, 0, interlace],
    ]
    .concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &body)].concat()
}

/// A RIFF chunk: kind, length, body, padded to an even length.
pub(crate) fn riff_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a chunk below 4 GB");
    let mut chunk = [kind, &length.to_le_bytes()[..], body].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A WebP of these chunks.
pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let length = u32::try_from(body.len() + 4).expect("a file below 4 GB");
    [&b"RIFF"[..], &length.to_le_bytes(), b"WEBP", &body].concat()
}

/// The chunk that holds the pixels of [`webp`].
pub(crate) fn webp_pixels() -> Vec<u8> {
    webp()[12..].to_vec()
}

/// The header of an extended WebP: its flags and the size of its canvas.
pub(crate) fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side.wrapping_sub(1)).to_le_bytes();
    riff_chunk(
        b"VP8X",
        &[&[flags, 0, 0, 0], &side(width)[..3], &side(height)[..3]].concat(),
    )
}

/// A VP8L stream that decodes to a blank picture of this size: five prefix codes of a single symbol each, so that
/// a pixel takes no bits (RFC 9649, 3.7).
pub(crate) fn blank_vp8l(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | (height - 1) << 14;
    // No transform, no colour cache, no meta codes; then five times: simple code, one symbol, of one bit, nought.
    let codes = (0..5).fold(0_u32, |bits, code| bits | 0b0001 << (3 + 4 * code));
    [&[0x2F], &size.to_le_bytes()[..], &codes.to_le_bytes()].concat()
}

/// `megabytes` of noughts as a zlib stream, a thousandth as long.
pub(crate) fn deflated_noughts(megabytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let megabyte = vec![0; 1 << 20];
    for _ in 0..megabytes {
        encoder.write_all(&megabyte).expect("memory takes it");
    }
    encoder.finish().expect("memory takes it")
}

/// These bytes as a zlib stream.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
