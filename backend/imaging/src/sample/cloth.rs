//! A booth with a coloured cloth: badly lit, in folds, with loose hair before it and its light on the guests.

use super::dice::Dice;
use super::figure::{self, Guest};
use super::paint::{Layer, Light, Point, Scene, cover, dim, ellipse, mix, pixel_size};
use super::party;

/// The guests of the same seed's party before a cloth of the colour `dyed`.
pub(super) fn scene(width: u32, height: u32, seed: u64, dyed: Light) -> Scene {
    let pixel = pixel_size(width, height);
    let (half_width, tall) = (0.5 * width as f32 * pixel, height as f32 * pixel);
    let cotton = mix(dyed, [0.35; 3], 0.12);
    let guests = party::guests_of(seed, half_width, tall);
    let mut dice = Dice::new(!seed);
    let layers = guests.iter().flat_map(|guest| {
        let mut layers = figure::wisps(guest, &mut dice, pixel);
        layers.extend(figure::layers(guest, pixel));
        let guest = *guest;
        layers
            .into_iter()
            .map(move |layer| in_the_light_of(cotton, guest, layer))
    });
    let layers = layers.collect();
    Scene {
        background: Box::new(move |p| {
            let shade = guests.iter().map(|guest| shadow_of(guest, p)).fold(0.0, f32::max);
            dim(
                cotton,
                lamp(p, half_width, tall) * folds(p) * (1.0 - 0.45 * shade),
            )
        }),
        layers,
    }
}

/// One lamp at the top left; the far corner gets a sixth of its light.
fn lamp(p: Point, half_width: f32, tall: f32) -> f32 {
    let (x, y) = ((p.x + 0.4 * half_width) / half_width, (p.y + 0.75 * tall) / tall);
    0.1 + 1.25 * (-0.8 * x * x - 1.3 * y * y).exp()
}

/// Soft vertical folds of three widths, leaning a little.
fn folds(p: Point) -> f32 {
    let across = p.x + 0.06 * (p.y * 2.3).sin();
    1.0 + 0.13 * (across * 11.0).sin()
        + 0.08 * (across * 27.0 + p.y * 1.7).sin()
        + 0.03 * (across * 71.0 - p.y * 3.0).sin()
}

/// The lamp throws each guest's shadow to the right, 0 to 1.
fn shadow_of(guest: &Guest, p: Point) -> f32 {
    let head = guest.head;
    let q = Point {
        x: (p.x - guest.centre.x) / head - 0.7,
        y: (p.y - guest.centre.y) / head - 0.2,
    };
    let body = Point { x: q.x, y: q.y - 4.0 };
    cover(ellipse(q, 1.0, 1.25).min(ellipse(body, 2.1, 3.1)), 1.1)
}

/// The cloth's light falls on everything, most at the sides, and colours what is bright.
fn in_the_light_of(cotton: Light, guest: Guest, layer: Layer) -> Layer {
    let Layer { bounds, paint } = layer;
    Layer {
        bounds,
        paint: Box::new(move |p| {
            let (colour, covered) = paint(p);
            let aside = cover(1.3 - (p.x - guest.centre.x).abs() / guest.head, 1.6);
            let spill = 0.06 + 0.4 * aside;
            let lit = std::array::from_fn(|c| colour[c] * (1.0 + spill * cotton[c]) + 0.004 * cotton[c]);
            (lit, covered)
        }),
    }
}
