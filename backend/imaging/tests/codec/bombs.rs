//! Small files that ask for much: refused before memory or time is spent.

use std::io::Write;
use std::time::Duration;

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::error::{PhotoError, Warning};
use boothline_imaging::limits::Limits;
use boothline_imaging::probe::probe;
use boothline_imaging::sample;

use crate::files::{decode_full, first_scan_data, jpeg, refusal, rgb, rgb_png, with_chunk};

fn resized_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = jpeg(&sample::photo(16, 16, 1), |_| {});
    let frame = file.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

fn resized_png(width: u32, height: u32) -> Vec<u8> {
    let mut file = rgb_png(&sample::photo(16, 16, 1));
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    file
}

/// The smallest VP8L: five prefix codes of a single symbol each, so that a pixel takes no bits at all.
fn blank_webp(width: u32, height: u32) -> Vec<u8> {
    let size = (width - 1) | (height - 1) << 14;
    let mut body = vec![0x2F];
    body.extend(size.to_le_bytes());
    // No transform, no colour cache, no meta codes; then five times: simple code, one symbol, of one bit, nought.
    let mut bits: u64 = 0;
    for code in 0..5 {
        bits |= 0b0001 << (3 + 4 * code);
    }
    body.extend(&bits.to_le_bytes()[..4]);
    let mut file = b"RIFF\0\0\0\0WEBPVP8L".to_vec();
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(&body);
    if body.len() % 2 == 1 {
        file.push(0);
    }
    let riff = (file.len() as u32 - 8).to_le_bytes();
    file[4..8].copy_from_slice(&riff);
    file
}

#[test]
fn a_kilobyte_that_claims_four_gigapixels_is_refused() {
    assert_eq!(
        refusal(&resized_jpeg(65_500, 65_500)).code(),
        "photo_too_many_pixels"
    );
    assert_eq!(
        refusal(&resized_png(65_500, 65_500)).code(),
        "photo_too_many_pixels"
    );
    assert_eq!(
        refusal(&resized_png(u32::MAX, u32::MAX)).code(),
        "photo_too_many_pixels"
    );
    assert_eq!(
        refusal(&blank_webp(16_384, 16_384)).code(),
        "photo_too_many_pixels"
    );
    assert_eq!(refusal(&resized_jpeg(20_000, 2)).code(), "photo_side_too_long");
}

#[test]
fn a_picture_without_pixels_is_refused() {
    for (width, height) in [(0, 0), (0, 10), (10, 0)] {
        assert_eq!(refusal(&resized_jpeg(width, height)).code(), "photo_zero_size");
        assert_eq!(
            refusal(&resized_png(width.into(), height.into())).code(),
            "photo_zero_size"
        );
    }
}

#[test]
fn thirty_four_bytes_of_webp_are_priced_by_their_pixels() {
    let file = blank_webp(7000, 7000);
    assert!(file.len() < 40);
    let cost = probe(&file, &Limits::default()).unwrap().decode_cost(Want::Full);
    assert!(cost > 7000 * 7000 * 7, "priced at {cost}");
    // A budget decides whether it may run; the decode itself works.
    let small = decode_full(&blank_webp(70, 50));
    assert_eq!(small.pixels.dimensions(), (70, 50));
}

/// A progressive JPEG whose last scan is repeated.
fn with_scans(scans: usize) -> Vec<u8> {
    let file = jpeg(&sample::photo(64, 64, 1), |e| e.set_progressive(true));
    let data = first_scan_data(&file);
    let header = data - 2 - usize::from(file[data - 3]);
    let start = file[..data]
        .windows(2)
        .rposition(|two| two == [0xFF, 0xDA])
        .unwrap();
    assert!(start <= header + 20);
    let end = data
        + file[data..]
            .windows(2)
            .position(|two| two[0] == 0xFF && two[1] != 0)
            .unwrap();
    let mut bomb = file[..start].to_vec();
    for _ in 0..scans {
        bomb.extend(&file[start..end]);
    }
    bomb.extend([0xFF, 0xD9]);
    bomb
}

#[test]
fn thousands_of_scans_are_refused_and_a_hundred_are_not() {
    assert!(matches!(
        refusal(&with_scans(5000)),
        PhotoError::TooComplex {
            scans: 5000,
            max: 100
        }
    ));
    assert_eq!(decode_full(&with_scans(100)).pixels.dimensions(), (64, 64));
}

#[test]
fn a_decode_past_its_deadline_is_stopped() {
    let limits = Limits {
        deadline: Some(Duration::ZERO),
        ..Limits::default()
    };
    let photo = sample::photo(64, 64, 1);
    for file in [
        jpeg(&photo, |_| {}),
        with_scans(90),
        rgb_png(&photo),
        blank_webp(70, 50),
    ] {
        let error = decode(&file, &limits, Want::Full).unwrap_err();
        assert_eq!(error.code(), "photo_decode_timeout", "{error:?}");
    }
}

fn deflated_zeros(megabytes: usize) -> Vec<u8> {
    // png is the one deflater at hand: a grey picture of zeros is a stream of zeros with a filter byte a row.
    let zeros = vec![0; megabytes << 20];
    let side = 1024;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, (megabytes as u32) << 10);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&zeros).unwrap();
    writer.finish().unwrap();
    let mut stream = Vec::new();
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        if &file[at + 4..at + 8] == b"IDAT" {
            stream.write_all(&file[at + 8..at + 8 + length]).unwrap();
        }
        at += 12 + length;
    }
    stream
}

#[test]
fn inflating_metadata_stops_at_its_limit_and_the_photo_is_shown() {
    let photo = sample::photo(32, 32, 1);
    let zeros = deflated_zeros(64);
    assert!(zeros.len() < 1 << 20);
    let profile = [b"bomb\0\0", zeros.as_slice()].concat();
    let text = [b"Comment\0\0", zeros.as_slice()].concat();
    let file = with_chunk(&with_chunk(&rgb_png(&photo), b"zTXt", &text), b"iCCP", &profile);
    let shown = decode_full(&file);
    assert!(shown.warnings.iter().all(|w| *w == Warning::ColourProfileIgnored));
    assert_eq!(rgb(shown), photo);
}
