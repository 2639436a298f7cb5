//! Decodes at every smaller scale against the reference averaged down to the same size.

use boothline_imaging::decode::{Want, decode};
use boothline_imaging::limits::Limits;
use image::{Rgb, RgbImage};

use crate::cases::{Case, corpus, without_alpha};
use crate::compare::Apart;

/// The mean of the part of `picture` that each of `width` x `height` pixels covers.
fn averaged(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let span = |at: u32, of: u32, from: u32| {
        let length = f64::from(from) / f64::from(of);
        (f64::from(at) * length, f64::from(at + 1) * length)
    };
    let share = |at: u32, (start, end): (f64, f64)| f64::from(at + 1).min(end) - f64::from(at).max(start);
    RgbImage::from_fn(width, height, |column, row| {
        let (across, down) = (
            span(column, width, picture.width()),
            span(row, height, picture.height()),
        );
        let (mut sums, mut weight) = ([0.0; 3], 0.0);
        for y in down.0 as u32..(down.1.ceil() as u32).min(picture.height()) {
            for x in across.0 as u32..(across.1.ceil() as u32).min(picture.width()) {
                let part = share(x, across) * share(y, down);
                let pixel = picture.get_pixel(x, y).0;
                sums.iter_mut()
                    .zip(pixel)
                    .for_each(|(sum, sample)| *sum += part * f64::from(sample));
                weight += part;
            }
        }
        Rgb(sums.map(|sum: f64| (sum / weight).round() as u8))
    })
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
    luma_mean: 13.0,
    luma_most: 70.0,
    mean: 22.0,
    most: 120,
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
    // 5/7 of the wanted scale: a decode leaves 7/5 of what is wanted for the scaling to come.
    let side = |full: u32| (full.div_ceil(divisor) * 5 / 7).max(1);
    let want = Want::AtLeast {
        width: side(width),
        height: side(height),
    };
    let photo = decode(&case.bytes(), &Limits::default(), want).unwrap();
    assert_eq!((photo.full_width, photo.full_height), (width, height));
    let shown = photo.pixels.flatten(Rgb([255; 3]));
    Apart::of(&shown, &averaged(&expected, shown.dimensions()), &case.file)
}
