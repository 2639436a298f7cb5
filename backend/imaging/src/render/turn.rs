//! Laying a layer on the sheet turned and scaled.

use super::sheet::{Layer, Sheet};

/// How a layer lies on the sheet: its point `pivot` (in its own pixels) on the sheet's point
/// `centre`, enlarged by `scale`, turned clockwise by `degrees`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    pub(super) centre: (f32, f32),
    pub(super) pivot: (f32, f32),
    pub(super) degrees: f32,
    pub(super) scale: f32,
}

/// Lays a layer in its pose, resampled with the cubic kernel of Catmull and Rom, "A Class of Local
/// Interpolating Splines", 1974. Beyond its edges the layer is transparent, which smooths them.
pub(super) fn lay(sheet: &mut Sheet, layer: &Layer, pose: Pose) {
    let (width, height) = layer.dimensions();
    if width == 0 || height == 0 {
        return;
    }
    let (first, last) = bounds(pose, (width, height), sheet.dimensions());
    let (sin, cos) = pose.degrees.to_radians().sin_cos();
    let (cos, sin) = (cos / pose.scale, sin / pose.scale);
    sheet.lay_each(first, last, |x, y| {
        let (dx, dy) = (real(x) + 0.5 - pose.centre.0, real(y) + 0.5 - pose.centre.1);
        let u = cos * dx + sin * dy + pose.pivot.0 - 0.5;
        let v = cos * dy - sin * dx + pose.pivot.1 - 0.5;
        sample(layer, u, v)
    });
}

/// The part of the sheet the layer may touch: first column and row, last column and row
/// (exclusive).
fn bounds(pose: Pose, layer: (u32, u32), sheet: (u32, u32)) -> ((u32, u32), (u32, u32)) {
    let (sin, cos) = pose.degrees.to_radians().sin_cos();
    let edges = |length: u32, pivot: f32| [-1.0 - pivot, real(length) + 1.0 - pivot];
    let mut low = (f32::MAX, f32::MAX);
    let mut high = (f32::MIN, f32::MIN);
    for u in edges(layer.0, pose.pivot.0) {
        for v in edges(layer.1, pose.pivot.1) {
            let x = pose.centre.0 + (u * cos - v * sin) * pose.scale;
            let y = pose.centre.1 + (u * sin + v * cos) * pose.scale;
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
    }
    let on = |at: f32, side: u32| on_sheet(at, side);
    (
        (on(low.0.floor(), sheet.0), on(low.1.floor(), sheet.1)),
        (on(high.0.ceil(), sheet.0), on(high.1.ceil(), sheet.1)),
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the sheet's side just before"
)]
fn on_sheet(at: f32, side: u32) -> u32 {
    at.clamp(0.0, real(side)) as u32
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels at most")]
fn real(length: u32) -> f32 {
    length as f32
}

/// The layer's colour between its pixels.
#[expect(
    clippy::cast_possible_truncation,
    reason = "positions that are far outside return before the cast"
)]
fn sample(layer: &Layer, u: f32, v: f32) -> [u8; 4] {
    let (width, height) = layer.dimensions();
    if u <= -2.0 || v <= -2.0 || u >= real(width) + 1.0 || v >= real(height) + 1.0 {
        return [0; 4];
    }
    let (column, row) = (u.floor(), v.floor());
    let across = kernel(u - column);
    let down = kernel(v - row);
    let (column, row) = (column as i32 - 1, row as i32 - 1);
    let mut sum = [0.0_f32; 4];
    for (y, weight_y) in (row..).zip(down) {
        for (x, weight_x) in (column..).zip(across) {
            let pixel = pixel_at(layer, x, y);
            let weight = weight_x * weight_y;
            for (sum, channel) in sum.iter_mut().zip(pixel) {
                *sum += weight * f32::from(channel);
            }
        }
    }
    premultiplied_byte(sum)
}

fn pixel_at(layer: &Layer, x: i32, y: i32) -> [u8; 4] {
    let (width, height) = layer.dimensions();
    match (u32::try_from(x), u32::try_from(y)) {
        (Ok(x), Ok(y)) if x < width && y < height => layer.pixels()[y as usize * width as usize + x as usize],
        _ => [0; 4],
    }
}

/// The weights of four neighbours for a point `t` behind the second.
fn kernel(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t3 + t2 - 0.5 * t,
        1.5 * t3 - 2.5 * t2 + 1.0,
        -1.5 * t3 + 2.0 * t2 + 0.5 * t,
        0.5 * t3 - 0.5 * t2,
    ]
}

/// The kernel overshoots at edges: no colour may be brighter than its alpha.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte just before"
)]
fn premultiplied_byte(sum: [f32; 4]) -> [u8; 4] {
    let alpha = sum[3].clamp(0.0, 255.0);
    sum.map(|channel| channel.clamp(0.0, alpha).round() as u8)
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;
    use crate::decode::Pixels;
    use crate::recipe::Colour;

    fn checks() -> RgbaImage {
        RgbaImage::from_fn(20, 10, |x, y| {
            if (x / 5 + y / 5) % 2 == 0 {
                Rgba([250, 10, 10, 255])
            } else {
                Rgba([10, 10, 250, 255])
            }
        })
    }

    fn turned(degrees: f32, centre: (f32, f32)) -> image::RgbImage {
        let mut sheet = Sheet::filled(40, 40, Colour::WHITE);
        let pose = Pose {
            centre,
            pivot: (10.0, 5.0),
            degrees,
            scale: 1.0,
        };
        lay(&mut sheet, &Layer::from_straight(checks()), pose);
        match sheet.into_pixels() {
            Pixels::Rgb(picture) => picture,
            Pixels::Rgba(_) => panic!("the sheet was opaque"),
        }
    }

    #[test]
    fn no_turn_is_an_exact_copy() {
        let picture = turned(0.0, (20.0, 20.0));
        for (x, y, pixel) in checks().enumerate_pixels() {
            assert_eq!(picture.get_pixel(x + 10, y + 15).0, pixel.0[..3]);
        }
    }

    #[test]
    fn a_quarter_turn_is_clockwise() {
        let picture = turned(90.0, (20.0, 20.0));
        // The layer's left edge becomes the top.
        for (x, y, pixel) in checks().enumerate_pixels() {
            let at = picture.get_pixel(15 + (9 - y), 10 + x);
            let close = at.0.iter().zip(pixel.0).all(|(a, b)| a.abs_diff(b) <= 1);
            assert!(close, "{x} {y}");
        }
    }

    #[test]
    fn a_layer_wholly_beside_the_sheet_leaves_no_mark() {
        let picture = turned(30.0, (-50.0, 400.0));
        assert!(picture.pixels().all(|pixel| pixel.0 == [255; 3]));
    }
}
