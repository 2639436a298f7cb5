//! What no camera gives us: the finest fabric there can be, and a frame with windows.

use std::f32::consts::TAU;

use image::{Rgb, RgbImage, Rgba, RgbaImage};

use crate::task::{Slot, WINDOWS};

/// A zone plate in the colours of cloth: rings that grow finer outwards, to one dark and one light pixel.
///
/// What a smaller picture cannot show must turn to even grey; whatever rings are left there are moiré.
pub(super) fn fabric((width, height): (u32, u32)) -> RgbImage {
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    // Half a cycle a pixel, the finest there is, is reached at the left and right edges.
    let finest = 0.5 / middle_x;
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
        let cycles = 0.5 * finest * (dx * dx + dy * dy);
        let weave = (TAU * cycles.fract()).cos();
        Rgb([0.96, 1.0, 1.08].map(|tint| (tint * (118.0 + 60.0 * weave)).round() as u8))
    })
}

/// A frame of 1200 x 1800 with a soft edge around each window of [`WINDOWS`].
pub(super) fn overlay() -> RgbaImage {
    RgbaImage::from_fn(1200, 1800, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let outside = WINDOWS.map(|window| distance(window, x, y));
        let nearest = outside.into_iter().fold(f32::INFINITY, f32::min);
        // Clear ten pixels inside the window, and a shadow that falls from there.
        let alpha = if nearest > -10.0 {
            255.0
        } else {
            200.0 * (1.0 + (nearest + 10.0) / 24.0)
        };
        let wave = |amount: f32, length: f32, at: f32| amount * (at / length).sin();
        Rgba(
            [
                200.0 + wave(40.0, 170.0, x),
                120.0 + wave(60.0, 240.0, y),
                160.0 + wave(60.0, 300.0, x + y),
                alpha,
            ]
            .map(|channel| channel.clamp(0.0, 255.0).round() as u8),
        )
    })
}

/// How far a point lies outside a window with round corners; negative inside.
fn distance(Slot(left, top, width, height): Slot, x: f32, y: f32) -> f32 {
    const RADIUS: f32 = 36.0;
    let (half_x, half_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let dx = (x - left as f32 - half_x).abs() - half_x + RADIUS;
    let dy = (y - top as f32 - half_y).abs() - half_y + RADIUS;
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - RADIUS
}
