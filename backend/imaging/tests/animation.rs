//! Looks that move, judged by decoders: frames, times, loops, colours, size.

use std::io::Cursor;

use boothline_imaging::animation::Frames;
use boothline_imaging::limits::Limits;
use boothline_imaging::looks::builtin;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::probe::probe;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::{Outputs, Overlays, Scene, memory_cost, render, render_frames};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use image::AnimationDecoder;
use image::codecs::webp::WebPDecoder;
use image::{Rgb, RgbImage};
use quantette::color_space::srgb8_to_oklab;
use quantette::deps::palette::Srgb;

fn shots(count: u32) -> Vec<Vec<u8>> {
    let shot = |moment| sample::camera_jpeg(&sample::moment(600, 400, 3, moment), Orientation::NoTransforms);
    (0..count)
        .map(|moment| shot(moment).expect("JPEG takes this size"))
        .collect()
}

fn frames_of(recipe: &Recipe, photos: &[Vec<u8>]) -> Option<Frames> {
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    render_frames(&scene(recipe, &photos, &Variables::default())).expect("the look is right")
}

fn scene<'a>(recipe: &'a Recipe, photos: &'a [&'a [u8]], variables: &'a Variables) -> Scene<'a> {
    const LIMITS: &Limits = &Limits {
        max_bytes: 1 << 24,
        max_pixels: 1 << 24,
        max_side: 8192,
        max_scans: 100,
        deadline: None,
    };
    static OVERLAYS: std::sync::LazyLock<Overlays> = std::sync::LazyLock::new(Overlays::new);
    static OUTPUTS: std::sync::LazyLock<Outputs> = std::sync::LazyLock::new(Outputs::default);
    Scene {
        recipe,
        photos,
        assets: &(),
        overlays: &OVERLAYS,
        overlay: None,
        variables,
        qr_text: None,
        limits: LIMITS,
        outputs: &OUTPUTS,
    }
}

fn recipe(more: &str) -> Recipe {
    let text = format!(
        r#"{{"canvas":{{"width":401,"height":300}},"shots":4,"animation":{{"kind":"boomerang"{more}}}}}"#
    );
    Recipe::from_json(&text).expect("a recipe")
}

/// A GIF's frames as they are seen, with their delays in hundredths, and how often it plays again.
fn seen(file: &[u8]) -> (Vec<RgbImage>, Vec<u16>, gif::Repeat) {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(file).expect("a GIF");
    let mut canvas = RgbImage::new(decoder.width().into(), decoder.height().into());
    let (mut pictures, mut delays) = (Vec::new(), Vec::new());
    while let Some(frame) = decoder.read_next_frame().expect("a whole GIF") {
        let width = usize::from(frame.width);
        for (place, pixel) in frame.buffer.as_chunks::<4>().0.iter().enumerate() {
            let (x, y) = (
                place % width + usize::from(frame.left),
                place / width + usize::from(frame.top),
            );
            if pixel[3] == 255 {
                canvas.put_pixel(x as u32, y as u32, Rgb([pixel[0], pixel[1], pixel[2]]));
            }
        }
        pictures.push(canvas.clone());
        delays.push(frame.delay);
    }
    (pictures, delays, decoder.repeat())
}

/// Mean distance in Oklab of 4 by 4 blocks' means: dithering is meant to be right on average.
fn distance(a: &RgbImage, b: &RgbImage) -> f32 {
    let small = |picture: &RgbImage| {
        let (width, height) = (picture.width() / 4, picture.height() / 4);
        let small = image::imageops::thumbnail(picture, width, height);
        let pixels: Vec<Srgb<u8>> = small.pixels().map(|pixel| pixel.0.into()).collect();
        srgb8_to_oklab(&pixels)
    };
    let (a, b) = (small(a), small(b));
    let far = |(a, b): (&_, &_)| {
        let (a, b): (&quantette::deps::palette::Oklab, &quantette::deps::palette::Oklab) = (a, b);
        ((a.l - b.l).powi(2) + (a.a - b.a).powi(2) + (a.b - b.b).powi(2)).sqrt()
    };
    a.iter().zip(&b).map(far).sum::<f32>() / a.len() as f32
}

#[test]
fn a_gif_shows_every_frame_in_its_colours_and_time() {
    let frames = frames_of(&recipe(r#","loops":3,"frame_ms":90"#), &shots(4)).expect("it moves");
    assert_eq!((frames.size(), frames.count()), ((400, 300), 6));
    let (pictures, delays, repeat) = seen(&frames.gif().unwrap());
    assert_eq!(delays, [9; 6]);
    assert_eq!(repeat, gif::Repeat::Finite(2));
    assert_eq!(pictures.len(), 6);
    for (shown, drawn) in pictures.iter().zip(frames.in_order()) {
        let off = distance(shown, drawn);
        assert!(off < 0.008, "{off}");
    }
    assert_eq!(pictures[1], pictures[5], "there and back it is the same picture");
}

#[test]
fn a_webp_shows_every_frame_in_its_time_and_for_ever() {
    let frames = frames_of(&recipe(""), &shots(4)).expect("it moves");
    let file = frames.webp().unwrap();
    let decoder = WebPDecoder::new(Cursor::new(&file)).unwrap();
    assert!(matches!(
        decoder.loop_count(),
        image::metadata::LoopCount::Infinite
    ));
    let shown = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(shown.len(), 6);
    for (shown, drawn) in shown.iter().zip(frames.in_order()) {
        assert_eq!(shown.delay().numer_denom_ms(), (120, 1));
        let picture = image::DynamicImage::from(shown.buffer().clone()).into_rgb8();
        let off = distance(&picture, drawn);
        assert!(off < 0.012, "{off}");
    }
}

/// Naive: every frame whole, with a palette of its own by NeuQuant.
#[test]
fn files_are_far_smaller_than_naive_ones() {
    let frames = frames_of(&recipe(""), &shots(4)).expect("it moves");
    let (width, height) = frames.size();
    let mut naive = Vec::new();
    let (w, h) = (width as u16, height as u16);
    let mut encoder = gif::Encoder::new(&mut naive, w, h, &[]).unwrap();
    for picture in frames.in_order() {
        let frame = gif::Frame::from_rgb_speed(w, h, picture.as_raw(), 10);
        encoder.write_frame(&frame).unwrap();
    }
    drop(encoder);
    let (gif, webp) = (frames.gif().unwrap().len(), frames.webp().unwrap().len());
    assert!(gif * 10 < naive.len() * 9, "{gif} of {}", naive.len());
    assert!(webp * 2 < gif, "{webp} of {gif}");
}

#[test]
fn nothing_but_pictures_is_in_the_files() {
    let frames = frames_of(&recipe(""), &shots(3)).expect("it moves");
    for file in [frames.gif().unwrap(), frames.webp().unwrap()] {
        for hidden in [&b"EXIF"[..], b"XMP", b"ICCP", b"ICCRGBG1", b"Exif"] {
            assert!(!file.windows(hidden.len()).any(|window| window == hidden));
        }
    }
}

#[test]
fn one_photo_makes_a_still_and_more_than_asked_for_no_more_frames() {
    let recipe = recipe("");
    assert!(frames_of(&recipe, &shots(1)).is_none());
    assert_eq!(
        frames_of(&recipe, &shots(2)).map(|frames| frames.count()),
        Some(2)
    );
    assert_eq!(
        frames_of(&recipe, &shots(7)).map(|frames| frames.count()),
        Some(6)
    );
    assert!(frames_of(&Recipe::default(), &shots(3)).is_none());
}

#[test]
fn the_still_picture_is_the_poster() {
    let photos = shots(4);
    let all: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let words = Variables::default();
    let posed = recipe(r#","poster":2"#);
    let plain = Recipe {
        animation: None,
        ..posed.clone()
    };
    let poster = render(&scene(&posed, &all, &words)).unwrap();
    let third = render(&scene(&plain, &all[2..3], &words)).unwrap();
    assert_eq!(poster.result.bytes, third.result.bytes);
}

#[test]
fn every_slot_moves_on_by_one_shot() {
    let flat = |level: u8| {
        let picture = RgbImage::from_pixel(64, 64, Rgb([level; 3]));
        sample::camera_jpeg(&picture, Orientation::NoTransforms).unwrap()
    };
    let photos = vec![flat(40), flat(120), flat(200)];
    let recipe = Recipe::from_json(
        r#"{"canvas":{"width":200,"height":100},"shots":3,"animation":{"kind":"burst"},
            "slots":[{"x":0,"y":0,"width":100,"height":100},{"x":100,"y":0,"width":100,"height":100}]}"#,
    )
    .unwrap();
    let frames = frames_of(&recipe, &photos).expect("it moves");
    let at = |picture: &RgbImage, x| i32::from(picture.get_pixel(x, 50).0[0]);
    let levels: Vec<(i32, i32)> = frames.in_order().map(|p| (at(p, 50), at(p, 150))).collect();
    for ((left, right), wanted) in levels.iter().zip([(40, 120), (120, 200), (200, 40)]) {
        assert!(
            (left - wanted.0).abs() < 4 && (right - wanted.1).abs() < 4,
            "{levels:?}"
        );
    }
}

#[test]
fn the_cost_of_moving_is_foretold() {
    let photos = shots(5);
    let probes: Vec<_> = photos
        .iter()
        .map(|photo| probe(photo, &Limits::default()).unwrap())
        .collect();
    for look in builtin().iter().filter(|look| look.recipe.animation.is_some()) {
        let frames = frames_of(&look.recipe, &photos).expect("it moves");
        let (width, height) = frames.size();
        let different = u64::from(width) * u64::from(height) * 3 * 5;
        let cost = memory_cost(&look.recipe, &probes, 2);
        assert!(cost > 2 * different && cost < 512 << 20, "{}: {cost}", look.id);
    }
}
