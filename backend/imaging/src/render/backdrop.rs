//! Draws the background: the sheet before anything lies on it.

use std::f32::consts::SQRT_2;

use super::layers::Layers;
use super::sheet::{Layer, Sheet};
use super::{Pixels, RenderError};
use crate::layout::cover;
use crate::recipe::{Background, Canvas, Focus, Gradient};
use crate::resize::{resize_rgb, resize_rgba};

/// The sheet with the recipe's background.
pub(super) fn draw(
    canvas: Canvas,
    background: &Background,
    layers: &Layers<'_>,
) -> Result<Sheet, RenderError> {
    match background {
        Background::Colour(colour) => Ok(Sheet::filled(canvas.width, canvas.height, *colour)),
        Background::Gradient(gradient) => Ok(draw_gradient(canvas, gradient)),
        Background::Image(name) => draw_image(canvas, layers.picture(name, canvas)?),
    }
}

fn draw_image(canvas: Canvas, picture: Pixels) -> Result<Sheet, RenderError> {
    let middle = Focus { x: 0.5, y: 0.5 };
    let size = (canvas.width, canvas.height);
    let crop = cover(picture.dimensions(), size, middle);
    Ok(match picture {
        Pixels::Rgb(picture) => Sheet::opaque(resize_rgb(&picture, crop, size.0, size.1)),
        Pixels::Rgba(picture) => {
            let fitted = resize_rgba(&picture, crop, size.0, size.1);
            Sheet::clear(Layer::from_straight(fitted))
        }
    })
}

/// Ordered dither of Bayer, "An Optimum Method for Two-Level Rendition of Continuous-Tone
/// Pictures", 1973: a soft gradient over two thousand pixels would show its 8-bit steps in print.
const BAYER: [[f32; 4]; 4] = [
    [0.5, 8.5, 2.5, 10.5],
    [12.5, 4.5, 14.5, 6.5],
    [3.5, 11.5, 1.5, 9.5],
    [15.5, 7.5, 13.5, 5.5],
];

fn draw_gradient(canvas: Canvas, gradient: &Gradient) -> Sheet {
    // Transparency decides the kind of sheet; the gradient then covers it whole.
    let thinner = if gradient.from.a < gradient.to.a {
        gradient.from
    } else {
        gradient.to
    };
    let mut sheet = if thinner.a == 255 {
        Sheet::filled(canvas.width, canvas.height, thinner)
    } else {
        Sheet::filled(canvas.width, canvas.height, crate::recipe::Colour::TRANSPARENT)
    };
    let ramp = Ramp::new(canvas, gradient);
    sheet.lay_each((0, 0), (canvas.width, canvas.height), |x, y| ramp.at(x, y));
    sheet
}

/// The gradient line of CSS Images, section 3.1.1: through the middle, just so long that the two
/// corners it points away from and to get the pure colours.
struct Ramp {
    middle: (f32, f32),
    direction: (f32, f32),
    from: [f32; 4],
    step: [f32; 4],
}

impl Ramp {
    fn new(canvas: Canvas, gradient: &Gradient) -> Self {
        let (width, height) = (canvas.width as f32, canvas.height as f32);
        let (sin, cos) = gradient.angle.to_radians().sin_cos();
        let length = (width * sin).abs() + (height * cos).abs();
        let length = length.max(1.0 / SQRT_2);
        let from = gradient.from.premultiplied().map(f32::from);
        let to = gradient.to.premultiplied().map(f32::from);
        Self {
            middle: (width / 2.0, height / 2.0),
            direction: (sin / length, -cos / length),
            from,
            step: std::array::from_fn(|channel| to[channel] - from[channel]),
        }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let (dx, dy) = (x as f32 + 0.5 - self.middle.0, y as f32 + 0.5 - self.middle.1);
        let t = (dx * self.direction.0 + dy * self.direction.1 + 0.5).clamp(0.0, 1.0);
        let dither = BAYER[y as usize % 4][x as usize % 4] / 16.0;
        std::array::from_fn(|channel| (self.from[channel] + t * self.step[channel] + dither) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Colour;

    fn gradient(angle: f32) -> image::RgbImage {
        let canvas = Canvas {
            width: 64,
            height: 100,
            dpi: 300,
        };
        let gradient = Gradient {
            from: Colour::BLACK,
            to: Colour::WHITE,
            angle,
        };
        match draw_gradient(canvas, &gradient).into_pixels() {
            Pixels::Rgb(picture) => picture,
            Pixels::Rgba(_) => panic!("opaque colours make an opaque sheet"),
        }
    }

    #[test]
    fn a_gradient_runs_in_its_direction_from_end_to_end() {
        let down = gradient(180.0);
        assert!(down.get_pixel(0, 0).0[0] < 4 && down.get_pixel(63, 99).0[0] > 251);
        assert!(down.get_pixel(0, 50).0[0].abs_diff(down.get_pixel(63, 50).0[0]) < 3);
        let right = gradient(90.0);
        assert!(right.get_pixel(0, 99).0[0] < 4 && right.get_pixel(63, 0).0[0] > 251);
        let up = gradient(0.0);
        assert!(up.get_pixel(32, 0).0[0] > 251);
    }

    #[test]
    fn a_see_through_end_makes_a_see_through_sheet() {
        let canvas = Canvas::default();
        let gradient = Gradient {
            from: Colour::WHITE,
            to: Colour::TRANSPARENT,
            angle: 180.0,
        };
        assert!(matches!(
            draw_gradient(canvas, &gradient).into_pixels(),
            Pixels::Rgba(_)
        ));
    }
}
