//! Writes the first inputs of each fuzz target into a folder: small files of every kind we take, made by our own code.

use std::fs;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

use boothline_imaging::orientation::Orientation;
use boothline_imaging::{looks, sample};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

fn main() -> io::Result<()> {
    let corpus: PathBuf = std::env::args_os()
        .nth(1)
        .map_or_else(|| "corpus".into(), Into::into);
    let photos = [jpegs(), pngs(), webps()].concat();
    for target in ["probe", "photo"] {
        write(&corpus.join(target), &photos)?;
    }
    write(&corpus.join("jpeg"), &[jpegs(), long_jpegs()].concat())?;
    write(&corpus.join("recipe"), &recipes())?;
    write(&corpus.join("words"), &words())
}

type Seed = (String, Vec<u8>);

fn write(folder: &Path, seeds: &[Seed]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    seeds
        .iter()
        .try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
}

fn picture() -> RgbImage {
    sample::photo(40, 24, 3)
}

/// Every sampling, sequential and progressive, with and without restarts, of one, three and four components.
fn jpegs() -> Vec<Seed> {
    let samplings = [
        ("444", SamplingFactor::F_1_1),
        ("422", SamplingFactor::F_2_1),
        ("440", SamplingFactor::F_1_2),
        ("420", SamplingFactor::F_2_2),
        ("411", SamplingFactor::F_4_1),
    ];
    let mut seeds = Vec::new();
    for (name, sampling) in samplings {
        for progressive in [false, true] {
            let file = jpeg(picture().as_raw(), ColorType::Rgb, |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
                encoder.set_optimized_huffman_tables(progressive);
            });
            seeds.push((format!("{name}-{progressive}.jpg"), file));
        }
    }
    let restarts = jpeg(picture().as_raw(), ColorType::Rgb, |encoder| {
        encoder.set_restart_interval(2);
    });
    seeds.push(("restarts.jpg".to_owned(), restarts));
    let grey = DynamicImage::ImageRgb8(picture()).into_luma8();
    seeds.push((
        "grey.jpg".to_owned(),
        jpeg(grey.as_raw(), ColorType::Luma, |_| {}),
    ));
    let inks = vec![90; 40 * 24 * 4];
    seeds.push(("cmyk.jpg".to_owned(), jpeg(&inks, ColorType::Cmyk, |_| {})));
    seeds.push(("ycck.jpg".to_owned(), jpeg(&inks, ColorType::CmykAsYcck, |_| {})));
    for exif in 1..=8 {
        let orientation = Orientation::from_exif(exif).expect("1 to 8");
        let file = sample::jpeg(24, 16, 1, orientation).expect("JPEG can say this size");
        seeds.push((format!("turned-{exif}.jpg"), file));
    }
    seeds
}

/// Files with so much data that they are read at two places at once.
fn long_jpegs() -> Vec<Seed> {
    let picture = sample::photo(200, 150, 3);
    let grey = DynamicImage::ImageRgb8(picture.clone()).into_luma8();
    let sampled = |sampling| {
        jpeg_of((200, 150), picture.as_raw(), ColorType::Rgb, |encoder| {
            encoder.set_sampling_factor(sampling);
        })
    };
    vec![
        ("long-444.jpg".to_owned(), sampled(SamplingFactor::F_1_1)),
        ("long-420.jpg".to_owned(), sampled(SamplingFactor::F_2_2)),
        (
            "long-grey.jpg".to_owned(),
            jpeg_of((200, 150), grey.as_raw(), ColorType::Luma, |_| {}),
        ),
    ]
}

fn jpeg(samples: &[u8], colour: ColorType, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    jpeg_of((40, 24), samples, colour, |encoder| {
        encoder.set_quality(80);
        set(encoder);
    })
}

fn jpeg_of(
    (width, height): (u16, u16),
    samples: &[u8],
    colour: ColorType,
    set: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    set(&mut encoder);
    encoder
        .encode(samples, width, height, colour)
        .expect("JPEG can say this size");
    file
}

/// Every colour type and depth.
fn pngs() -> Vec<Seed> {
    use png::{BitDepth, ColorType};
    let kinds = [
        (ColorType::Grayscale, BitDepth::One, 1),
        (ColorType::Grayscale, BitDepth::Eight, 8),
        (ColorType::Grayscale, BitDepth::Sixteen, 16),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, 16),
        (ColorType::Indexed, BitDepth::Four, 4),
        (ColorType::Indexed, BitDepth::Eight, 8),
        (ColorType::Rgb, BitDepth::Eight, 24),
        (ColorType::Rgb, BitDepth::Sixteen, 48),
        (ColorType::Rgba, BitDepth::Eight, 32),
        (ColorType::Rgba, BitDepth::Sixteen, 64),
    ];
    let files = kinds.into_iter().map(|(colour, depth, bits)| {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 24, 16);
        encoder.set_color(colour);
        encoder.set_depth(depth);
        if colour == ColorType::Indexed {
            encoder.set_palette(vec![7; 48]);
            encoder.set_trns(vec![0, 128]);
        }
        let rows: Vec<u8> = (0..24 * bits / 8 * 16)
            .map(|sample: usize| (sample % 13) as u8)
            .collect();
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&rows).expect("rows");
        writer.finish().expect("an end");
        (format!("{colour:?}-{depth:?}.png"), file)
    });
    files.collect()
}

fn webps() -> Vec<Seed> {
    let mut opaque = Cursor::new(Vec::new());
    WebPEncoder::new_lossless(&mut opaque)
        .write_image(&picture(), 40, 24, ExtendedColorType::Rgb8)
        .expect("WebP can say this size");
    let mut clear = Cursor::new(Vec::new());
    WebPEncoder::new_lossless(&mut clear)
        .write_image(&[9; 10 * 6 * 4], 10, 6, ExtendedColorType::Rgba8)
        .expect("WebP can say this size");
    vec![
        ("opaque.webp".to_owned(), opaque.into_inner()),
        ("clear.webp".to_owned(), clear.into_inner()),
        // The first key frame of RFC 6386's smallest kind: 16 x 16, every coefficient nought.
        ("lossy.webp".to_owned(), lossy_webp()),
    ]
}

/// A VP8 key frame whose partitions are noughts, which the bool decoder reads as a plain grey picture.
fn lossy_webp() -> Vec<u8> {
    let mut frame = vec![0x10, 0x04, 0x00, 0x9D, 0x01, 0x2A, 16, 0, 16, 0];
    frame.resize(80, 0);
    let mut file = b"RIFF\0\0\0\0WEBPVP8 ".to_vec();
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    let size = (file.len() as u32 - 8).to_le_bytes();
    file[4..8].copy_from_slice(&size);
    file
}

fn recipes() -> Vec<Seed> {
    let looks = looks::builtin().iter().enumerate();
    looks
        .map(|(index, look)| {
            let text = serde_json::to_vec(&look.recipe).expect("a recipe is plain data");
            (format!("look-{index}.json"), text)
        })
        .collect()
}

/// The bytes that `arbitrary` reads as settings, a content and a name.
fn words() -> Vec<Seed> {
    let texts = [
        "{event} · {date}",
        "Anna & José\n{guest}",
        "שלום {guest}",
        "{nobody}",
        "👩‍👩‍👧 e\u{301}",
    ];
    let seeds = texts.iter().zip(0_u8..).map(|(text, index)| {
        let mut bytes = vec![index, 30, 0];
        bytes.extend(text.as_bytes());
        bytes.extend("Zoë \u{202e}drawkcab".as_bytes());
        bytes.extend((text.len() as u64).to_le_bytes());
        (format!("words-{index}"), bytes)
    });
    seeds.collect()
}
