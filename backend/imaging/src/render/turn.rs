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

/// Lays a layer in its pose: the pixel `p` of the sheet shows the layer's point
/// `R(−degrees) · (p − centre) / scale + pivot`, pixel middles at halves. Beyond its edges the layer is transparent, which smooths them.
///
/// Layers with detail are resampled with the cubic kernel of Catmull and Rom, "A Class of Local
/// Interpolating Splines", 1974; enlarged ones have none, and linear interpolation does.
pub(super) fn lay(sheet: &mut Sheet, layer: &Layer, pose: Pose) {
    let (width, height) = layer.dimensions();
    if width == 0 || height == 0 {
        return;
    }
    let (first, last) = bounds(pose, (width, height), sheet.dimensions());
    let (sin, cos) = pose.degrees.to_radians().sin_cos();
    let (cos, sin) = (cos / pose.scale, sin / pose.scale);
    let place = move |x: u32, y: u32| {
        let (dx, dy) = (real(x) + 0.5 - pose.centre.0, real(y) + 0.5 - pose.centre.1);
        (
            cos * dx + sin * dy + pose.pivot.0 - 0.5,
            cos * dy - sin * dx + pose.pivot.1 - 0.5,
        )
    };
    if pose.scale > 1.0 {
        sheet.lay_each(first, last, |x, y| sample(layer, place(x, y), linear));
    } else {
        sheet.lay_each(first, last, |x, y| sample(layer, place(x, y), cubic));
    }
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

fn on_sheet(at: f32, side: u32) -> u32 {
    at.clamp(0.0, real(side)) as u32
}

fn real(length: u32) -> f32 {
    length as f32
}

/// The layer's colour between its pixels, from `N` by `N` neighbours weighed by `kernel`.
#[inline]
fn sample<const N: usize>(layer: &Layer, (u, v): (f32, f32), kernel: impl Fn(f32) -> [f32; N]) -> [u8; 4] {
    let (width, height) = layer.dimensions();
    if u <= -2.0 || v <= -2.0 || u >= real(width) + 1.0 || v >= real(height) + 1.0 {
        return [0; 4];
    }
    let (column, row) = (u.floor(), v.floor());
    let (across, down) = (kernel(u - column), kernel(v - row));
    let before = N as i32 / 2 - 1;
    let neighbours = neighbours::<N>(layer, column as i32 - before, row as i32 - before);
    let mut sum = [0.0_f32; 4];
    for (line, weight) in neighbours.iter().zip(down) {
        let mut along = [0.0_f32; 4];
        for (pixel, weight) in line.iter().zip(across) {
            for (sum, channel) in along.iter_mut().zip(pixel) {
                *sum += weight * f32::from(*channel);
            }
        }
        for (sum, along) in sum.iter_mut().zip(along) {
            *sum += weight * along;
        }
    }
    premultiplied_byte(sum)
}

/// The square of pixels whose top left one is at `x`, `y`; beyond the layer all are transparent.
#[inline]
fn neighbours<const N: usize>(layer: &Layer, x: i32, y: i32) -> [[[u8; 4]; N]; N] {
    let (width, height) = layer.dimensions();
    let mut square = [[[0; 4]; N]; N];
    for (line, y) in square.iter_mut().zip(y..) {
        let Some(y) = u32::try_from(y).ok().filter(|y| *y < height) else {
            continue;
        };
        let start = y as usize * width as usize;
        let row = &layer.pixels()[start..start + width as usize];
        let inside = usize::try_from(x).ok().and_then(|x| row.get(x..x + N));
        if let Some(pixels) = inside {
            line.copy_from_slice(pixels);
            continue;
        }
        for (pixel, x) in line.iter_mut().zip(x..) {
            let there = usize::try_from(x).ok().and_then(|x| row.get(x));
            *pixel = there.copied().unwrap_or_default();
        }
    }
    square
}

/// The weights of two neighbours for a point `t` behind the first.
fn linear(t: f32) -> [f32; 2] {
    [1.0 - t, t]
}

/// The weights of four neighbours for a point `t` behind the second.
fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t3 + t2 - 0.5 * t,
        1.5 * t3 - 2.5 * t2 + 1.0,
        -1.5 * t3 + 2.0 * t2 + 0.5 * t,
        0.5 * t3 - 0.5 * t2,
    ]
}

/// The kernel overshoots at edges: no colour may be brighter than its alpha.
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
