//! The room: evening light, a garland and lamps out of focus, and the guests before them.

use super::dice::Dice;
use super::figure::{self, Guest};
use super::paint::{Layer, Light, Point, Scene, cover, mix, pixel_size, srgb};

const WALLS: [(Light, Light); 4] = [
    ([0.010, 0.014, 0.060], [0.160, 0.050, 0.110]),
    ([0.004, 0.030, 0.040], [0.120, 0.090, 0.050]),
    ([0.030, 0.008, 0.040], [0.220, 0.070, 0.050]),
    ([0.012, 0.020, 0.030], [0.100, 0.110, 0.160]),
];

/// A party of one to three guests, as many as the width has room for, `moment` shots after the first.
pub(super) fn scene(width: u32, height: u32, seed: u64, moment: u32) -> Scene {
    let mut dice = Dice::new(seed);
    let pixel = pixel_size(width, height);
    let (half_width, tall) = (0.5 * width as f32 * pixel, height as f32 * pixel);
    let (above, below) = dice.pick(&WALLS);
    let mut layers = lamps(&mut dice, half_width, tall);
    let guests = guests(&mut dice, half_width, tall);
    let guests = guests.into_iter().map(|guest| guest.after(moment));
    layers.extend(guests.flat_map(|guest| figure::layers(&guest, pixel)));
    Scene {
        background: Box::new(move |p| {
            let down = 1.0 + p.y / tall;
            let haze = 0.5 + 0.5 * (p.x * 5.0 + down * 2.0).sin();
            mix(
                mix(above, below, down * down),
                [0.2, 0.12, 0.1],
                0.12 * haze * down,
            )
        }),
        layers,
    }
}

/// Discs of light as a wide-open lens draws them: even inside, a brighter rim.
fn lamps(dice: &mut Dice, half_width: f32, tall: f32) -> Vec<Layer> {
    let colours = [
        srgb(255, 196, 120),
        srgb(255, 150, 90),
        srgb(255, 120, 160),
        srgb(130, 180, 255),
    ];
    let count = (44.0 * half_width * tall * 2.0) as usize;
    (0..count)
        .map(|_| {
            let centre = Point {
                x: dice.between(-half_width, half_width),
                y: dice.between(-tall, -0.25 * tall),
            };
            let radius = dice.between(0.012, 0.062);
            lamp(centre, radius, dice.pick(&colours), dice.between(0.12, 0.55))
        })
        .collect()
}

fn lamp(centre: Point, radius: f32, colour: Light, strength: f32) -> Layer {
    let reach = radius * 1.2;
    Layer {
        bounds: [
            centre.x - reach,
            centre.y - reach,
            centre.x + reach,
            centre.y + reach,
        ],
        paint: Box::new(move |p| {
            let distance = (p.x - centre.x).hypot(p.y - centre.y) - radius;
            let rim = cover(distance.abs() - 0.04 * radius, 0.16 * radius);
            (
                colour,
                strength * cover(distance, 0.12 * radius) * (0.72 + 0.28 * rim),
            )
        }),
    }
}

/// The guests of the party of this seed, farthest first.
pub(super) fn guests_of(seed: u64, half_width: f32, tall: f32) -> Vec<Guest> {
    let mut dice = Dice::new(seed);
    // The dice roll for the room first.
    dice.pick(&WALLS);
    lamps(&mut dice, half_width, tall);
    guests(&mut dice, half_width, tall)
}

fn guests(dice: &mut Dice, half_width: f32, tall: f32) -> Vec<Guest> {
    let head = 0.155 * tall.min(1.32);
    let room = (half_width / (head * 1.9)).floor().clamp(1.0, 3.0) as usize;
    let count = dice.pick(&[1, 2, 2, 3]).min(room);
    let spacing = 2.15 * head;
    // The one in the middle stands in front and is painted last.
    let mut places: Vec<f32> = (0..count)
        .map(|n| (n as f32 - 0.5 * (count - 1) as f32) * spacing)
        .collect();
    places.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    places
        .into_iter()
        .map(|x| {
            let centre = Point {
                x: x + dice.between(-0.1, 0.1) * head,
                y: -0.54 * tall.min(1.32) + dice.between(-0.22, 0.22) * head,
            };
            Guest::invite(dice, centre, head)
        })
        .collect()
}
