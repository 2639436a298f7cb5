//! What we write, read by an independent decoder.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use boothline_jpeg::{EncodeError, Options, Region, Scale, Settings, Ycc420, decode, encode};
use proptest::prelude::*;

const PLAIN: Settings<'static> = Settings {
    quality: 90,
    dpi: None,
    exif: None,
};

/// Smooth colours with one hard edge.
fn picture(width: u32, height: u32) -> Ycc420 {
    let (wide, high) = Ycc420::chroma_size(width, height);
    let plane = |width: u32, height: u32, of: &dyn Fn(u32, u32) -> u8| {
        (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| of(x, y))
            .collect::<Vec<u8>>()
    };
    Ycc420 {
        width,
        height,
        luma: plane(width, height, &|x, y| {
            if x * 2 > width {
                235
            } else {
                (40 + (x * 3 + y * 2) % 160) as u8
            }
        }),
        chroma: [
            plane(wide, high, &|x, _| (100 + x % 60) as u8),
            plane(wide, high, &|_, y| (170 - y % 80) as u8),
        ],
    }
}

/// Luma and the size, by the independent decoder.
fn luma(file: &[u8]) -> (u16, u16, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(file);
    decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    (info.width, info.height, pixels.into_iter().step_by(3).collect())
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum::<f64>()
        / a.len() as f64
}

#[test]
fn others_read_what_we_write() {
    for (width, height) in [(64, 48), (67, 45), (1, 1), (16, 17), (200, 3)] {
        let picture = picture(width, height);
        let file = encode(&picture, &PLAIN).unwrap();
        let (wide, high, shown) = luma(&file);
        assert_eq!((u32::from(wide), u32::from(high)), (width, height));
        assert!(mean_difference(&shown, &picture.luma) < 2.5, "{width} x {height}");
    }
}

#[test]
fn we_read_what_we_write_chroma_too() {
    let picture = picture(96, 80);
    let file = encode(&picture, &Settings { quality: 97, ..PLAIN }).unwrap();
    let shown = decode(
        &file,
        &Options {
            scale: Scale::FULL,
            region: Region::WHOLE,
            max_pixels: u64::MAX,
            keep_going: &|| true,
        },
    )
    .unwrap();
    for (plane, expected) in shown
        .planes
        .iter()
        .zip([&picture.luma, &picture.chroma[0], &picture.chroma[1]])
    {
        let rows: Vec<u8> = (0..plane.height).flat_map(|y| plane.row(y).to_vec()).collect();
        assert!(mean_difference(&rows, expected) < 1.2);
    }
}

#[test]
fn quality_trades_size_for_fidelity() {
    let picture = picture(256, 256);
    let mut before = (0, f64::MAX);
    for quality in [1, 10, 40, 75, 92, 100] {
        let file = encode(&picture, &Settings { quality, ..PLAIN }).unwrap();
        let off = mean_difference(&luma(&file).2, &picture.luma);
        assert!(
            file.len() > before.0 && off < before.1,
            "{quality}: {} bytes, {off} off",
            file.len()
        );
        before = (file.len(), off);
    }
}

#[test]
fn density_and_exif_are_written_and_nothing_else() {
    let block = b"II*\0\x08\0\0\0\0\0\0\0\0\0";
    let settings = Settings {
        quality: 80,
        dpi: Some(300),
        exif: Some(block),
    };
    let file = encode(&picture(16, 16), &settings).unwrap();
    assert_eq!(
        &file[2..20],
        b"\xFF\xE0\0\x10JFIF\0\x01\x02\x01\x01\x2C\x01\x2C\0\0"
    );
    assert_eq!(&file[20..30], b"\xFF\xE1\0\x16Exif\0\0");
    assert_eq!(&file[30..44], block);
    assert!(file.ends_with(&[0xFF, 0xD9]));
}

#[test]
fn a_picture_that_contradicts_itself_is_refused() {
    let mut wrong = picture(20, 20);
    wrong.luma.pop();
    assert_eq!(encode(&wrong, &PLAIN), Err(EncodeError::Size));
    let empty = Ycc420 {
        width: 0,
        height: 5,
        luma: Vec::new(),
        chroma: [Vec::new(), Vec::new()],
    };
    assert_eq!(encode(&empty, &PLAIN), Err(EncodeError::Size));
    let exif = vec![0; 65_528];
    let settings = Settings {
        exif: Some(&exif),
        ..PLAIN
    };
    assert_eq!(encode(&picture(8, 8), &settings), Err(EncodeError::Exif));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// Noise has every size of number and run of zeros.
    #[test]
    fn any_samples_come_back(
        samples in prop::collection::vec(any::<u8>(), 24 * 24),
        quality in 1u8..=100,
    ) {
        let noise = Ycc420 {
            width: 24,
            height: 24,
            chroma: [samples[..144].to_vec(), samples[144..288].to_vec()],
            luma: samples,
        };
        let file = encode(&noise, &Settings { quality, ..PLAIN }).unwrap();
        let shown = luma(&file).2;
        if quality == 100 {
            prop_assert!(mean_difference(&shown, &noise.luma) < 1.0);
        }
        let ours = decode(&file, &Options { scale: Scale::FULL, region: Region::WHOLE,
 max_pixels: u64::MAX, keep_going: &|| true }).unwrap();
        let rows: Vec<u8> = (0..24).flat_map(|y| ours.planes[0].row(y).to_vec()).collect();
        prop_assert!(rows.iter().zip(&shown).all(|(a, b)| a.abs_diff(*b) <= 2));
    }
}
