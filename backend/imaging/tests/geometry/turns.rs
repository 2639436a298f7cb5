//! The eight orientations as maps of coordinates, and as a group.

use boothline_imaging::decode::Pixels;
use boothline_imaging::orientation::{Orientation, upright};
use image::{Rgb, RgbImage};
use proptest::prelude::*;

/// A picture in which every pixel is different, so that each can be found again.
fn stored(width: u32, height: u32) -> RgbImage {
    let byte = |side: u32| u8::try_from(side).expect("sides are below 256");
    RgbImage::from_fn(width, height, |x, y| Rgb([byte(x), byte(y), 7]))
}

fn turned(picture: RgbImage, exif: u8) -> RgbImage {
    let orientation = Orientation::from_exif(exif).expect("1 to 8");
    match upright(Pixels::Rgb(picture), orientation) {
        Pixels::Rgb(picture) => picture,
        Pixels::Rgba(_) => panic!("turning adds no alpha"),
    }
}

/// Where EXIF 3.0, section 4.6.5.1.6 says the stored pixel (x, y) is seen: the value names the
/// sides on which the 0th row and the 0th column lie.
fn seen(exif: u8, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let (right, bottom) = (width - 1 - x, height - 1 - y);
    match exif {
        1 => (x, y),
        2 => (right, y),
        3 => (right, bottom),
        4 => (x, bottom),
        5 => (y, x),
        6 => (bottom, x),
        7 => (bottom, right),
        8 => (y, right),
        _ => unreachable!("there are eight"),
    }
}

/// Row `i`, column `j`: the one orientation that is first `i + 1`, then `j + 1` (the symmetries of
/// the square).
const THEN: [[u8; 8]; 8] = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [2, 1, 4, 3, 8, 7, 6, 5],
    [3, 4, 1, 2, 7, 8, 5, 6],
    [4, 3, 2, 1, 6, 5, 8, 7],
    [5, 6, 7, 8, 1, 2, 3, 4],
    [6, 5, 8, 7, 4, 3, 2, 1],
    [7, 8, 5, 6, 3, 4, 1, 2],
    [8, 7, 6, 5, 2, 1, 4, 3],
];

proptest! {
    #[test]
    fn every_pixel_lands_where_exif_says(width in 1_u32..40, height in 1_u32..40, exif in 1_u8..=8) {
        let picture = stored(width, height);
        let turned = turned(picture.clone(), exif);
        let size = if exif < 5 { (width, height) } else { (height, width) };
        prop_assert_eq!(turned.dimensions(), size);
        for (x, y, pixel) in picture.enumerate_pixels() {
            let (at_x, at_y) = seen(exif, (x, y), (width, height));
            prop_assert_eq!(turned.get_pixel(at_x, at_y), pixel);
        }
    }

    #[test]
    fn two_turns_are_one(width in 1_u32..20, height in 1_u32..20, first in 1_u8..=8, second in 1_u8..=8) {
        let picture = stored(width, height);
        let both = turned(turned(picture.clone(), first), second);
        let one = THEN[usize::from(first) - 1][usize::from(second) - 1];
        prop_assert_eq!(both, turned(picture, one));
    }
}

#[test]
fn every_turn_can_be_undone() {
    for turns in THEN {
        assert!(turns.contains(&1));
    }
}
