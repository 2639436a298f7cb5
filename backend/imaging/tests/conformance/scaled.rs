//! Decodes at every smaller scale against the reference averaged down to the same size.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use image::{Rgb, RgbImage};

use crate::cases::{Case, corpus, without_alpha};
use crate::compare::Apart;

/// The mean of each square of `divisor` pixels; at the right and lower edge of those that are there.
fn averaged(picture: &RgbImage, divisor: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(
        width.div_ceil(divisor),
        height.div_ceil(divisor),
        |column, row| {
            let mut sums = [0u32; 3];
            let (right, bottom) = ((column + 1) * divisor, (row + 1) * divisor);
            let mut count = 0;
            for y in row * divisor..bottom.min(height) {
                for x in column * divisor..right.min(width) {
                    let pixel = picture.get_pixel(x, y).0;
                    sums.iter_mut()
                        .zip(pixel)
                        .for_each(|(sum, sample)| *sum += u32::from(sample));
                    count += 1;
                }
            }
            Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))
        },
    )
}

/// For a picture without detail every way to scale it down must give the same; chroma that the file holds at half the
/// size or less may come at that share of the smaller scale too.
const SOFT: Apart = Apart {
    luma_mean: 0.8,
    luma_most: 3.0,
    mean: 10.0,
    most: 40,
};
/// With fine lines and hard edges, averages and the low frequencies of blocks part ways.
const HARD: Apart = Apart {
    luma_mean: 9.0,
    luma_most: 70.0,
    mean: 20.0,
    most: 110,
};

#[test]
fn a_smaller_decode_is_the_picture_averaged_down() {
    let mut off = Vec::new();
    for case in corpus().jpeg.iter().filter(|case| case.is_sound()) {
        let bound = if case.soft { SOFT } else { HARD };
        for divisor in [2, 4, 8] {
            let apart = compared(case, divisor);
            if !apart.is_within(bound) {
                off.push(format!("{} at 1/{divisor}: {apart:?}", case.file));
            }
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

fn compared(case: &Case, divisor: u32) -> Apart {
    let expected = without_alpha(case.expected());
    let (width, height) = expected.dimensions();
    // Two thirds of the wanted scale: a decode leaves half as much again for the scaling to come.
    let side = |full: u32| (full.div_ceil(divisor) * 2 / 3).max(1);
    let want = Want::AtLeast {
        width: side(width),
        height: side(height),
    };
    let photo = decode(&case.bytes(), &Limits::default(), want).unwrap();
    assert_eq!((photo.full_width, photo.full_height), (width, height));
    let shown = photo.pixels.flatten(Rgb([255; 3]));
    let scale = [1, 2, 4, 8]
        .into_iter()
        .find(|&d| (width.div_ceil(d), height.div_ceil(d)) == shown.dimensions());
    let scale = scale.unwrap_or_else(|| panic!("{}: {:?}", case.file, shown.dimensions()));
    Apart::of(&shown, &averaged(&expected, scale), &case.file)
}
