//! Paper, linen and masks, drawn by arithmetic on first use and kept as files.

use std::sync::LazyLock;

use image::{RgbImage, Rgba, RgbaImage};
use rayon::prelude::*;

use super::ASSET_PREFIX;
use super::noise::{grain, smooth};
use super::scenery::{beach, stage};
use crate::encode::{self, Metadata};

/// The textures' size: the most usual canvas.
const SIZE: (u32, u32) = (1200, 1800);

/// The image file of a built-in name such as `builtin/linen`, or nothing for an unknown name.
#[must_use]
pub fn asset(name: &str) -> Option<&'static [u8]> {
    static LINEN: LazyLock<Vec<u8>> = LazyLock::new(|| texture(linen));
    static PAPER: LazyLock<Vec<u8>> = LazyLock::new(|| texture(paper));
    static ALBUM: LazyLock<Vec<u8>> = LazyLock::new(|| texture(album));
    static STAGE: LazyLock<Vec<u8>> = LazyLock::new(|| texture(stage));
    static BEACH: LazyLock<Vec<u8>> = LazyLock::new(|| texture(beach));
    static OVAL: LazyLock<Vec<u8>> = LazyLock::new(oval);
    match name.strip_prefix(ASSET_PREFIX)? {
        "linen" => Some(&LINEN),
        "paper" => Some(&PAPER),
        "album" => Some(&ALBUM),
        "stage" => Some(&STAGE),
        "beach" => Some(&BEACH),
        "oval" => Some(&OVAL),
        _ => None,
    }
}

/// A picture of one colour for each point, as a JPEG so fine that no block shows.
fn texture(colour_at: impl Fn(u32, u32) -> [f32; 3] + Sync) -> Vec<u8> {
    let mut picture = RgbImage::new(SIZE.0, SIZE.1);
    let rows = picture.par_chunks_exact_mut(SIZE.0 as usize * 3);
    rows.zip(0_u32..SIZE.1).for_each(|(row, y)| {
        for (pixel, x) in row.as_chunks_mut::<3>().0.iter_mut().zip(0..) {
            *pixel = colour_at(x, y).map(byte);
        }
    });
    encode::jpeg(&picture, 94, &Metadata::default())
        .expect("a picture of this size is within the format's limits")
}

fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Threads of uneven strength crossing each other, lit from the top left.
fn linen(x: u32, y: u32) -> [f32; 3] {
    let warp = smooth((x, y), (3.2, 90.0), 11) + 0.5 * smooth((x, y), (1.7, 30.0), 12);
    let weft = smooth((x, y), (90.0, 3.2), 13) + 0.5 * smooth((x, y), (30.0, 1.7), 14);
    let weave = (warp + weft - 1.5) * 17.0;
    let light = (across(x) + down(y) - 1.0) * -13.0;
    [214.0, 205.0, 192.0].map(|base| base + weave + light)
}

/// Heavy cotton paper: faint clouds and a fine tooth.
fn paper(x: u32, y: u32) -> [f32; 3] {
    let clouds = (smooth((x, y), (140.0, 110.0), 21) - 0.5) * 3.0;
    let tooth = (smooth((x, y), (2.6, 2.6), 22) - 0.5) * 6.0 + (grain(x, y, 23) - 0.5) * 2.0;
    [250.0, 247.0, 241.0].map(|base| base + clouds + tooth)
}

/// An old album page: cream, browner towards its edges, with a few specks.
fn album(x: u32, y: u32) -> [f32; 3] {
    let edge = (2.0 * across(x) - 1.0).powi(6) + (2.0 * down(y) - 1.0).powi(8);
    let clouds = smooth((x, y), (260.0, 200.0), 31) + 0.5 * smooth((x, y), (90.0, 70.0), 32) - 0.75;
    let tooth = (smooth((x, y), (2.4, 2.4), 33) - 0.5) * 7.0;
    let speck = if smooth((x, y), (5.0, 5.0), 34) > 0.955 {
        -10.0
    } else {
        0.0
    };
    let age = edge * 0.5 + clouds * 0.28;
    [
        241.0 - 24.0 * age + tooth + speck,
        231.0 - 38.0 * age + tooth + speck,
        211.0 - 58.0 * age + tooth + speck,
    ]
}

/// From 0 at the left edge to 1 at the right one.
pub(super) fn across(x: u32) -> f32 {
    x as f32 / SIZE.0 as f32
}

/// From 0 at the top edge to 1 at the bottom one.
pub(super) fn down(y: u32) -> f32 {
    y as f32 / SIZE.1 as f32
}

/// A mask: an ellipse that touches all four sides.
fn oval() -> Vec<u8> {
    let (width, height) = (800, 1000);
    let mask = RgbaImage::from_fn(width, height, |x, y| {
        Rgba([255, 255, 255, ellipse_coverage((x, y), (width, height))])
    });
    encode::png(&mask, &Metadata::default()).expect("a picture of this size can be written")
}

/// The implicit function of the ellipse over the length of its gradient is nearly the distance
/// to the edge.
fn ellipse_coverage((x, y): (u32, u32), (width, height): (u32, u32)) -> u8 {
    let (a, b) = (width as f32 / 2.0, height as f32 / 2.0);
    let (dx, dy) = (x as f32 + 0.5 - a, y as f32 + 0.5 - b);
    let value = (dx / a).powi(2) + (dy / b).powi(2) - 1.0;
    let slope = (2.0 * dx / (a * a)).hypot(2.0 * dy / (b * b)).max(1e-6);
    byte((0.5 - value / slope) * 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Want, decode};
    use crate::limits::Limits;

    #[test]
    fn built_in_images_are_readable_and_names_are_exact() {
        for name in ["linen", "paper", "album", "stage", "beach", "oval"] {
            let bytes = asset(&format!("{ASSET_PREFIX}{name}")).unwrap();
            assert!(decode(bytes, &Limits::default(), Want::Full).is_ok(), "{name}");
            assert!(asset(name).is_none());
        }
        assert!(asset("builtin/none").is_none());
    }

    #[test]
    fn the_oval_touches_the_middles_of_its_sides_and_spares_the_corners() {
        assert_eq!(ellipse_coverage((0, 0), (800, 1000)), 0);
        assert_eq!(ellipse_coverage((400, 500), (800, 1000)), 255);
        assert!(ellipse_coverage((2, 500), (800, 1000)) > 200);
        assert!(ellipse_coverage((400, 997), (800, 1000)) > 200);
    }
}
