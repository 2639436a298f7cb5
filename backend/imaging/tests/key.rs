//! Guests cut out of a coloured cloth, on photos drawn as booths take them.

#[path = "looks/distance.rs"]
mod distance;

use boothline_imaging::decode::{Pixels, Want, decode};
use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::key::cut_out;
use boothline_imaging::limits::Limits;
use boothline_imaging::recipe::{ChromaKey, Colour, Recipe};
use boothline_imaging::render::{Outputs, Overlays, Rendered, ResultFormat, Scene, render};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

const SIZE: (u32, u32) = (800, 1200);
const GREEN: Colour = Colour::rgb(0, 177, 64);
const BLUE: Colour = Colour::rgb(0, 71, 187);

fn key(colour: Colour) -> ChromaKey {
    ChromaKey {
        colour,
        ..ChromaKey::default()
    }
}

fn cut(photo: RgbImage, key: &ChromaKey) -> RgbaImage {
    match cut_out(Pixels::Rgb(photo), key) {
        Pixels::Rgba(cut) => cut,
        Pixels::Rgb(_) => panic!("the cloth was not found"),
    }
}

/// Whether a colour leans to the cloth's: by how much its channel stands above both others.
fn excess(pixel: &Rgb<u8>, colour: Colour) -> i32 {
    let [r, g, b] = pixel.0.map(i32::from);
    if colour == GREEN {
        g - r.max(b)
    } else {
        b - r.max(g)
    }
}

fn on_grey(cut: RgbaImage) -> RgbImage {
    Pixels::Rgba(cut).flatten(Rgb([110; 3]))
}

/// The part of the pixels whose alpha is one of `alphas`.
fn share_of(cut: &RgbaImage, alphas: std::ops::RangeInclusive<u8>) -> f64 {
    let many = cut.pixels().filter(|pixel| alphas.contains(&pixel.0[3])).count();
    many as f64 / f64::from(cut.width() * cut.height())
}

#[test]
fn nothing_of_the_cloth_is_left_in_any_light() {
    for colour in [GREEN, BLUE] {
        for seed in 1..=6 {
            let photo = sample::before_cloth(SIZE.0, SIZE.1, seed, colour);
            let worn = sample::photo(SIZE.0, SIZE.1, seed);
            let left = on_grey(cut(photo, &key(colour)));
            // What a guest wears may be of the cloth's hue by itself.
            let pairs = left.pixels().zip(worn.pixels());
            let coloured = pairs.filter(|(left, worn)| excess(left, colour) > 14 && excess(worn, colour) < 8);
            let part = coloured.count() as f64 / f64::from(SIZE.0 * SIZE.1);
            assert!(part < 0.001, "{colour}, photo {seed}: {part}");
        }
    }
}

#[test]
fn the_darkest_corner_is_as_clear_as_the_brightest() {
    let photo = sample::before_cloth(SIZE.0, SIZE.1, 1, GREEN);
    let (bright, dark) = (photo.get_pixel(150, 200).0[1], photo.get_pixel(795, 850).0[1]);
    assert!(
        u32::from(bright) * 10 > u32::from(dark) * 17,
        "the cloth is badly lit: {bright} and {dark}"
    );
    let cut = cut(photo, &key(GREEN));
    let corners = [(0, 0), (700, 0), (0, 800), (760, 800)];
    for (left, top) in corners {
        let corner = image::imageops::crop_imm(&cut, left, top, 40, 100).to_image();
        assert!(share_of(&corner, 0..=3) > 0.99, "{left},{top}");
    }
}

#[test]
fn edges_are_soft_and_narrow() {
    let photo = sample::before_cloth(SIZE.0, SIZE.1, 1, GREEN);
    let edge = share_of(&cut(photo.clone(), &key(GREEN)), 20..=235);
    assert!((0.0005..0.05).contains(&edge), "{edge}");
    let scissors = ChromaKey {
        softness: 0.0,
        ..key(GREEN)
    };
    let edge = share_of(&cut(photo, &scissors), 20..=235);
    assert!(edge < 0.0001, "{edge}");
}

/// Skin of six tones and lips before the cloth: what a face loses besides green light.
#[test]
fn skin_stays_as_it_was() {
    let tones = [
        [246, 211, 186],
        [234, 190, 158],
        [214, 163, 126],
        [180, 124, 88],
        [139, 91, 62],
        [96, 61, 43],
        [178, 72, 80],
    ];
    for colour in [GREEN, BLUE] {
        for tone in tones {
            let mut photo = sample::before_cloth(400, 400, 1, colour);
            let face = |x: u32, y: u32| (150..250).contains(&x) && (150..250).contains(&y);
            for (x, y, pixel) in photo.enumerate_pixels_mut().filter(|(x, y, _)| face(*x, *y)) {
                let noise = i32::try_from((x * 7 + y * 13) % 9).expect("a small number") - 4;
                let noisy = |channel: u8| u8::try_from((i32::from(channel) + noise).clamp(0, 255));
                *pixel = Rgb(tone.map(|channel| noisy(channel).expect("clamped to a byte")));
            }
            let before = image::imageops::crop_imm(&photo, 160, 160, 80, 80).to_image();
            let cut = cut(photo, &key(colour));
            let after = image::imageops::crop_imm(&cut, 160, 160, 80, 80).to_image();
            assert!(after.pixels().all(|pixel| pixel.0[3] == 255), "{tone:?}");
            let distance = distance::worst_block(&before, &on_grey(after));
            assert!(distance < 0.5, "{tone:?} before {colour}: {distance}");
        }
    }
}

#[test]
fn a_photo_without_the_cloth_is_not_touched() {
    for seed in 1..=4 {
        let photo = Pixels::Rgb(sample::photo(SIZE.0, SIZE.1, seed));
        // Not assert_eq: it would print every pixel.
        assert!(cut_out(photo.clone(), &key(GREEN)) == photo, "{seed}");
    }
    let nothing = Pixels::Rgb(RgbImage::new(0, 7));
    assert_eq!(cut_out(nothing.clone(), &key(GREEN)), nothing);
}

#[test]
fn what_was_see_through_before_stays_so() {
    let mut photo = Pixels::Rgb(sample::before_cloth(200, 300, 1, GREEN)).into_rgba();
    for pixel in photo.pixels_mut() {
        pixel.0[3] = 100;
    }
    match cut_out(Pixels::Rgba(photo), &key(GREEN)) {
        Pixels::Rgba(cut) => assert!(cut.pixels().all(|Rgba([.., alpha])| *alpha <= 100)),
        Pixels::Rgb(_) => panic!("alpha was lost"),
    }
}

fn rendered(recipe: &Value) -> Rendered {
    let recipe = Recipe::from_value(recipe).expect("the test's recipe is valid");
    let photo = sample::before_cloth(600, 800, 1, GREEN);
    let photo = encode::jpeg(&photo, 92, &Metadata::default()).expect("a size JPEG can say");
    let rendered = render(&Scene {
        recipe: &recipe,
        photos: &[&photo],
        assets: &(),
        overlays: &Overlays::new(),
        overlay: None,
        variables: &Variables::default(),
        qr_text: None,
        limits: &Limits::default(),
        outputs: &Outputs::default(),
    });
    rendered.expect("the look renders")
}

fn pixels(rendered: &Rendered) -> Pixels {
    let decoded = decode(&rendered.result.bytes, &Limits::default(), Want::Full);
    decoded.expect("our own file is readable").pixels
}

fn colours(rendered: &Rendered) -> RgbImage {
    pixels(rendered).flatten(Rgb([255, 0, 255]))
}

#[test]
fn every_slot_of_a_collage_shows_the_background_behind_the_guests() {
    let rendered = rendered(&json!({
        "background": "#203060",
        "chroma_key": {},
        "filter": "glow",
        "slots": [
            {"x": 0, "y": 0, "width": 600, "height": 900, "photo": 0},
            {"x": 600, "y": 0, "width": 600, "height": 900, "photo": 0, "corner_radius": 40},
            {"x": 300, "y": 1000, "width": 600, "height": 700, "photo": 0, "rotation": 4},
        ],
    }));
    assert_eq!(rendered.result.format, ResultFormat::Jpeg);
    let picture = colours(&rendered);
    for (x, y) in [
        (40, 60),
        (560, 60),
        (660, 80),
        (1150, 80),
        (370, 1080),
        (840, 1080),
    ] {
        let at = picture.get_pixel(x, y).0;
        let near = at.iter().zip([0x20, 0x30, 0x60]).all(|(a, b)| a.abs_diff(b) < 8);
        assert!(near, "{x},{y}: {at:?}");
    }
}

#[test]
fn only_a_see_through_background_makes_a_see_through_picture() {
    let white = rendered(&json!({"chroma_key": {}}));
    assert_eq!(white.result.format, ResultFormat::Jpeg);
    assert!(
        colours(&white)
            .get_pixel(20, 20)
            .0
            .iter()
            .all(|channel| *channel > 250)
    );
    let clear = rendered(&json!({"chroma_key": {}, "background": "transparent"}));
    assert_eq!(clear.result.format, ResultFormat::Png);
    assert_eq!(pixels(&clear).into_rgba().get_pixel(20, 20).0[3], 0);
}
