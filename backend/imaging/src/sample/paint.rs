//! Paints layers row by row in linear light and develops them as a sensor would: vignette, noise, sRGB.

use image::RgbImage;
use rayon::prelude::*;

use super::dice::grain;

/// Linear light, 0 to 1 a channel.
pub(super) type Light = [f32; 3];

/// A point in scene units: the short side is 1, x from the middle to the right, y from the bottom upwards negative.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// Something painted over what is behind it.
pub(super) struct Layer {
    /// Left, top, right, bottom: nothing is painted outside.
    pub(super) bounds: [f32; 4],
    /// Colour and cover (0 to 1) at a point.
    pub(super) paint: Box<dyn Fn(Point) -> (Light, f32) + Send + Sync>,
}

/// A background and the layers before it, farthest first.
pub(super) struct Scene {
    pub(super) background: Box<dyn Fn(Point) -> Light + Send + Sync>,
    pub(super) layers: Vec<Layer>,
}

/// Share of a scene unit that one pixel covers.
pub(super) fn pixel_size(width: u32, height: u32) -> f32 {
    1.0 / width.min(height).max(1) as f32
}

/// Exposes the scene to a sensor of `width` x `height` pixels.
pub(super) fn develop(width: u32, height: u32, seed: u64, scene: &Scene) -> RgbImage {
    let mut picture = RgbImage::new(width, height);
    if width == 0 || height == 0 {
        return picture;
    }
    let pixel = pixel_size(width, height);
    let camera = Camera {
        pixel,
        left: -0.5 * width as f32 * pixel,
        top: -(height as f32) * pixel,
        curve: tone_curve(),
        seed,
    };
    picture
        .par_chunks_exact_mut(3 * width as usize)
        .enumerate()
        .for_each_init(
            || vec![[0.0; 3]; width as usize],
            |light, (y, row)| {
                camera.expose(scene, y, light);
                camera.read_out(light, y as u32, row);
            },
        );
    picture
}

struct Camera {
    pixel: f32,
    left: f32,
    top: f32,
    curve: Vec<u8>,
    seed: u64,
}

impl Camera {
    fn expose(&self, scene: &Scene, row: usize, light: &mut [Light]) {
        let y = self.top + (row as f32 + 0.5) * self.pixel;
        for (column, light) in light.iter_mut().enumerate() {
            *light = (scene.background)(self.point(column, y));
        }
        for layer in &scene.layers {
            let [left, top, right, bottom] = layer.bounds;
            if y < top || y > bottom {
                continue;
            }
            let first = self.column(left).min(light.len());
            let last = (self.column(right) + 1).min(light.len());
            for (column, below) in light.iter_mut().enumerate().take(last).skip(first) {
                let (colour, cover) = (layer.paint)(self.point(column, y));
                if cover > 0.0 {
                    *below = mix(*below, colour, cover);
                }
            }
        }
    }

    /// Light falls off to the corners, the sensor adds noise, and the tone curve makes bytes of it.
    fn read_out(&self, light: &[Light], y: u32, row: &mut [u8]) {
        for ((x, light), pixel) in (0..).zip(light).zip(row.chunks_exact_mut(3)) {
            let at = self.point(x as usize, self.top + y as f32 * self.pixel);
            let off_axis = (at.x / self.left).powi(2) + (2.0 * at.y / self.top - 1.0).powi(2);
            let fall_off = 1.0 - 0.16 * off_axis;
            let noise = grain(x, y, self.seed) + grain(x, y, !self.seed) - 1.0;
            for (sample, light) in pixel.iter_mut().zip(light) {
                let level = (light * fall_off).clamp(0.0, 1.0) * (self.curve.len() - 1) as f32;
                let developed = f32::from(self.curve[level as usize]) + noise * 3.5;
                *sample = (developed + 0.5).clamp(0.0, 255.0) as u8;
            }
        }
    }

    fn point(&self, column: usize, y: f32) -> Point {
        Point {
            x: self.left + (column as f32 + 0.5) * self.pixel,
            y,
        }
    }

    fn column(&self, x: f32) -> usize {
        ((x - self.left) / self.pixel).max(0.0) as usize
    }
}

/// sRGB's transfer curve (IEC 61966-2-1) for 4096 levels of light.
fn tone_curve() -> Vec<u8> {
    (0..4096)
        .map(|level| {
            let light = level as f32 / 4095.0;
            let encoded = if light <= 0.003_130_8 {
                12.92 * light
            } else {
                1.055 * light.powf(1.0 / 2.4) - 0.055
            };
            (encoded * 255.0 + 0.5) as u8
        })
        .collect()
}

/// `above` over `below`, covering it by `cover`.
pub(super) fn mix(below: Light, above: Light, cover: f32) -> Light {
    std::array::from_fn(|c| below[c] + (above[c] - below[c]) * cover)
}

/// All channels by a factor.
pub(super) fn dim(light: Light, factor: f32) -> Light {
    light.map(|channel| channel * factor)
}

/// Linear light of an sRGB colour, by the gamma of 2.2 that is close enough for inventing colours.
pub(super) fn srgb(red: u8, green: u8, blue: u8) -> Light {
    [red, green, blue].map(|sample| (f32::from(sample) / 255.0).powf(2.2))
}

/// 1 inside (`distance` below nought), 0 outside, soft over `edge`.
pub(super) fn cover(distance: f32, edge: f32) -> f32 {
    let t = (0.5 - distance / edge).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Signed distance to an ellipse around the origin, exact enough near its edge.
pub(super) fn ellipse(p: Point, rx: f32, ry: f32) -> f32 {
    let (u, v) = (p.x / rx, p.y / ry);
    let length = (u * u + v * v).sqrt();
    let slope = ((u / rx).powi(2) + (v / ry).powi(2)).sqrt();
    if slope > 0.0 {
        length * (length - 1.0) / slope
    } else {
        -rx.min(ry)
    }
}

/// Signed distance to a stroke from `a` to `b` with round ends.
pub(super) fn stroke(p: Point, a: Point, b: Point, radius: f32) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy).max(1e-12);
    let along = along.clamp(0.0, 1.0);
    (p.x - a.x - along * dx).hypot(p.y - a.y - along * dy) - radius
}
