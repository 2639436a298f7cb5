//! What a job's files are like: sizes, formats, layers, variables, errors.

use std::collections::HashMap;
use std::io::Cursor;

use boothline_imaging::decode::{Photo, Pixels, Want, decode};
use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::probe::probe;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::{
    Compressed, Encoded, Outputs, Overlays, RenderError, RenderWarning, Rendered, ResultFormat, Scene,
    memory_cost, render, render_plain, render_preview,
};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use image::{GrayImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

/// The ingredients of a scene, owned.
struct Job {
    recipe: Recipe,
    photos: Vec<Vec<u8>>,
    assets: HashMap<String, Vec<u8>>,
    overlay: Option<Vec<u8>>,
    variables: Variables,
    link: Option<&'static str>,
    outputs: Outputs,
}

impl Job {
    fn new(recipe: &Value) -> Self {
        Self {
            recipe: Recipe::from_value(recipe).expect("the test's recipe is valid"),
            photos: vec![plain_photo([40, 90, 160])],
            assets: HashMap::new(),
            overlay: None,
            variables: Variables::default(),
            link: None,
            outputs: Outputs::default(),
        }
    }

    fn with_scene<T>(&self, use_it: impl FnOnce(&Scene<'_>) -> T) -> T {
        let photos: Vec<&[u8]> = self.photos.iter().map(Vec::as_slice).collect();
        use_it(&Scene {
            recipe: &self.recipe,
            photos: &photos,
            assets: &self.assets,
            overlays: &Overlays::new(),
            overlay: self.overlay.as_deref(),
            variables: &self.variables,
            qr_text: self.link,
            limits: &Limits::default(),
            outputs: &self.outputs,
        })
    }

    fn render(&self) -> Result<Rendered, RenderError> {
        self.with_scene(render)
    }

    fn result(&self) -> RgbImage {
        opaque(&self.render().expect("the job renders").result)
    }
}

fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .expect("a vector takes every byte");
    bytes
}

/// A lossless photo of one colour.
fn plain_photo([r, g, b]: [u8; 3]) -> Vec<u8> {
    png(&RgbaImage::from_pixel(300, 200, Rgba([r, g, b, 255])))
}

fn decoded(file: &Encoded) -> Photo {
    decode(&file.bytes, &Limits::default(), Want::Full).expect("our own file is readable")
}

fn opaque(file: &Encoded) -> RgbImage {
    match decoded(file).pixels {
        Pixels::Rgb(picture) => picture,
        Pixels::Rgba(picture) => panic!("{:?} has alpha", picture.dimensions()),
    }
}

fn assert_near(picture: &RgbImage, (x, y): (u32, u32), colour: [u8; 3]) {
    let at = picture.get_pixel(x, y).0;
    let near = at.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 6);
    assert!(near, "at {x},{y}: {at:?} instead of {colour:?}");
}

#[test]
fn a_portrait_has_a_result_a_copy_and_a_thumbnail() {
    let job = Job::new(&json!({"canvas": {"width": 2400, "height": 3600, "dpi": 600}}));
    let rendered = job.render().unwrap();
    let sizes = [&rendered.result, &rendered.compressed, &rendered.thumbnail].map(|file| {
        let said = (file.width, file.height);
        assert_eq!(opaque(file).dimensions(), said);
        assert_eq!(file.format, ResultFormat::Jpeg);
        said
    });
    assert_eq!(sizes, [(2400, 3600), (1200, 1800), (267, 400)]);
    assert!(rendered.warnings.is_empty());
}

#[test]
fn every_file_carries_the_canvas_dpi() {
    let rendered = Job::new(&json!({"canvas": {"dpi": 240}})).render().unwrap();
    for file in [&rendered.result, &rendered.compressed, &rendered.thumbnail] {
        // JFIF: unit 1 (inch), then horizontal and vertical density.
        assert_eq!(&file.bytes[6..11], b"JFIF\0");
        assert_eq!(&file.bytes[13..18], [1, 0, 240, 0, 240]);
    }
}

#[test]
fn the_exact_size_is_kept_when_configured() {
    let mut job = Job::new(&json!({"canvas": {"width": 2400, "height": 3600}}));
    job.outputs.compressed = Compressed::Exact(1200, 1800);
    let copy = job.render().unwrap().compressed;
    assert_eq!((copy.width, copy.height), (1200, 1800));
}

#[test]
fn a_photo_that_hides_a_see_through_background_is_a_png_all_the_same() {
    let rendered = Job::new(&json!({"background": "transparent"})).render().unwrap();
    assert_eq!(rendered.result.format, ResultFormat::Png);
    assert_eq!(rendered.compressed.format, ResultFormat::Png);
}

#[test]
fn a_see_through_background_makes_pngs_and_a_white_thumbnail() {
    let job = Job::new(&json!({
        "background": "transparent",
        "slots": [{"x": 300, "y": 300, "width": 600, "height": 600, "corner_radius": 80}],
    }));
    let rendered = job.render().unwrap();
    assert_eq!(rendered.result.format, ResultFormat::Png);
    assert_eq!(rendered.compressed.format, ResultFormat::Png);
    match decoded(&rendered.result).pixels {
        Pixels::Rgba(picture) => {
            assert_eq!(picture.get_pixel(10, 10).0[3], 0);
            assert_eq!(picture.get_pixel(303, 303).0[3], 0, "the corner is round");
            assert_eq!(picture.get_pixel(600, 600).0, [40, 90, 160, 255]);
        }
        Pixels::Rgb(_) => panic!("the result lost its transparency"),
    }
    assert_near(&opaque(&rendered.thumbnail), (4, 4), [255; 3]);
}

#[test]
fn photos_are_repeated_when_there_are_fewer_than_shots() {
    let slots: Vec<_> = (0..3)
        .map(|i| json!({"x": 0, "y": i * 600, "width": 1200, "height": 600}))
        .collect();
    let mut job = Job::new(&json!({"slots": slots}));
    job.photos = vec![plain_photo([200, 0, 0]), plain_photo([0, 200, 0])];
    let result = job.result();
    assert_near(&result, (600, 300), [200, 0, 0]);
    assert_near(&result, (600, 900), [0, 200, 0]);
    assert_near(&result, (600, 1500), [200, 0, 0]);
}

#[test]
fn layers_lie_in_their_order_and_keep_their_colours() {
    let mut job = Job::new(&json!({
        "filter": "black_and_white",
        "overlay": "frame",
        "slots": [{"x": 0, "y": 0, "width": 1200, "height": 900}],
        "background": "#00ff00",
    }));
    let left_half = |colour| {
        let picture = RgbaImage::from_fn(
            60,
            90,
            |x, _| {
                if x < 30 { Rgba(colour) } else { Rgba([0, 0, 0, 0]) }
            },
        );
        png(&picture)
    };
    let top_half = RgbaImage::from_fn(60, 90, |_, y| {
        if y < 45 {
            Rgba([255, 0, 0, 128])
        } else {
            Rgba([0, 0, 0, 0])
        }
    });
    job.assets.insert("frame".to_owned(), left_half([0, 0, 255, 255]));
    job.overlay = Some(png(&top_half));
    let result = job.result();
    assert_near(&result, (900, 1700), [0, 255, 0]);
    assert_near(&result, (300, 1700), [0, 0, 255]);
    assert_near(&result, (300, 200), [128, 0, 127]);
    let [r, g, b] = result.get_pixel(900, 200).0;
    assert!(g.abs_diff(b) < 4 && r > g + 90, "red over grey: {r} {g} {b}");
}

#[test]
fn a_mask_cuts_the_photo_out() {
    let mut job = Job::new(&json!({
        "slots": [{"x": 0, "y": 0, "width": 1200, "height": 1800, "mask": "half.png"}],
    }));
    let mask = RgbaImage::from_fn(40, 60, |x, _| Rgba([0, 0, 0, if x < 20 { 255 } else { 0 }]));
    job.assets.insert("half.png".to_owned(), png(&mask));
    let result = job.result();
    assert_near(&result, (300, 900), [40, 90, 160]);
    assert_near(&result, (900, 900), [255; 3]);
}

#[test]
fn borders_and_turned_slots_are_drawn_where_they_belong() {
    let mut slot = json!({"x": 400, "y": 800, "width": 400, "height": 200,
        "border": {"width": 50, "bottom": 120, "colour": "#ff0000"}});
    let straight = Job::new(&json!({"slots": [slot]})).result();
    assert_near(&straight, (600, 900), [40, 90, 160]);
    assert_near(&straight, (360, 900), [255, 0, 0]);
    assert_near(&straight, (600, 1110), [255, 0, 0]);
    assert_near(&straight, (600, 740), [255; 3]);
    slot["rotation"] = json!(90);
    let turned = Job::new(&json!({"slots": [slot]})).result();
    assert_near(&turned, (600, 900), [40, 90, 160]);
    // Clockwise: what was below is now on the left.
    assert_near(&turned, (400, 900), [255, 0, 0]);
    assert_near(&turned, (600, 1090), [40, 90, 160]);
    assert_near(&turned, (600, 1130), [255, 0, 0]);
    assert_near(&turned, (800, 900), [255; 3]);
}

#[test]
fn text_without_its_variable_leaves_no_trace() {
    let text = json!({"content": "{guest} · {event}", "x": 100, "y": 100, "width": 1000, "height": 120,
        "size": 90, "colour": "#ffffff"});
    let mut job = Job::new(&json!({"texts": [text]}));
    let bare = Job::new(&json!({})).result();
    assert_eq!(job.result(), bare);
    job.variables.guest = "Zoë".to_owned();
    let ink = job.result().pixels().filter(|pixel| pixel.0[0] > 200).count();
    assert!(ink > 500, "{ink} bright pixels");
}

#[test]
fn characters_no_font_has_are_left_out_with_a_warning() {
    let text = json!({"content": "{guest}", "x": 0, "y": 0, "width": 600, "height": 100, "size": 60});
    let mut job = Job::new(&json!({"texts": [text]}));
    job.variables.guest = "Mia 🎉".to_owned();
    assert_eq!(
        job.render().unwrap().warnings,
        [RenderWarning::TextIncomplete { index: 0 }]
    );
}

fn read_code(picture: &RgbImage) -> String {
    let grey = GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b] = picture.get_pixel(x, y).0.map(u16::from);
        image::Luma([u8::try_from((r + g + b) / 3).expect("a mean of bytes is a byte")])
    });
    let mut prepared = rqrr::PreparedImage::prepare(grey);
    let grids = prepared.detect_grids();
    grids
        .first()
        .expect("a code is found")
        .decode()
        .expect("the code is whole")
        .1
}

#[test]
fn the_code_on_the_picture_is_read_back_from_both_files() {
    let link = "https://booth.example/p/4fQ2mXo9vT7LrWc1";
    let mut job = Job::new(&json!({
        "canvas": {"width": 2400, "height": 3600},
        "qr": {"x": 1960, "y": 3100, "size": 360, "label": "Your photo", "colour": "#1a2b3c"},
    }));
    // The job's overlay covers everything, yet not the code.
    job.overlay = Some(png(&RgbaImage::from_pixel(24, 36, Rgba([200, 60, 60, 255]))));
    job.link = Some(link);
    let rendered = job.render().unwrap();
    assert_eq!(read_code(&opaque(&rendered.result)), link);
    assert_eq!(read_code(&opaque(&rendered.compressed)), link);
    assert!(rendered.warnings.is_empty());
}

#[test]
fn a_code_too_small_for_its_link_is_left_out_with_a_warning() {
    let mut job = Job::new(&json!({"qr": {"x": 0, "y": 0, "size": 60}}));
    let without = job.result();
    job.link = Some("https://drive.example/file/d/1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p7/view");
    let rendered = job.render().unwrap();
    assert_eq!(rendered.warnings, [RenderWarning::CodeTooDense]);
    assert_eq!(opaque(&rendered.result), without);
}

#[test]
fn what_is_wrong_is_named() {
    let code = |job: &Job| {
        let error = job.render().unwrap_err();
        (error.code(), error.to_string())
    };
    let mut job = Job::new(&json!({}));
    job.photos.clear();
    assert_eq!(code(&job).0, "render_no_photos");

    job = Job::new(&json!({"overlay": "nowhere.png"}));
    assert_eq!(code(&job).0, "render_asset_missing");
    assert!(code(&job).1.contains("nowhere.png"));
    job.assets
        .insert("nowhere.png".to_owned(), b"no picture at all".to_vec());
    assert_eq!(code(&job).0, "render_asset_invalid");

    job = Job::new(&json!({}));
    job.overlay = Some(b"no picture at all".to_vec());
    assert_eq!(code(&job).0, "render_overlay_invalid");

    job = Job::new(&json!({"slots": [
        {"x": 0, "y": 0, "width": 600, "height": 900},
        {"x": 600, "y": 0, "width": 600, "height": 900}]}));
    job.photos.push(b"no picture at all".to_vec());
    let (name, sentence) = code(&job);
    assert_eq!(name, "photo_format_unknown");
    assert!(sentence.starts_with("Photo 2"), "{sentence}");

    job.recipe.canvas.width = 1_000_000;
    assert_eq!(code(&job).0, "render_recipe_invalid");
    assert!(code(&job).1.contains("canvas.width"));
}

#[test]
fn a_turned_photo_stands_upright_in_a_look() {
    let mut job = Job::new(&json!({}));
    job.photos = vec![sample::jpeg(400, 600, 3, Orientation::NoTransforms).unwrap()];
    let upright = job.result();
    for exif in 2..=8 {
        let orientation = Orientation::from_exif(exif).unwrap();
        job.photos = vec![sample::jpeg(400, 600, 3, orientation).unwrap()];
        let result = job.result();
        let pairs = result.as_raw().iter().zip(upright.as_raw());
        let difference: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = difference / result.as_raw().len() as u64;
        assert!(mean < 4, "EXIF {exif}: {mean}");
    }
}

#[test]
fn a_plain_render_keeps_the_photos_own_size() {
    let photo = sample::jpeg(640, 480, 5, Orientation::Rotate90).unwrap();
    let rendered = render_plain(&photo, None, &Limits::default(), &Outputs::default()).unwrap();
    assert_eq!((rendered.result.width, rendered.result.height), (640, 480));
    assert_eq!(
        (rendered.compressed.width, rendered.compressed.height),
        (640, 480)
    );
    assert_eq!((rendered.thumbnail.width, rendered.thumbnail.height), (400, 300));
}

#[test]
fn a_plain_render_with_an_overlay_takes_the_overlays_size() {
    let overlay = RgbaImage::from_fn(1200, 1800, |_, y| {
        Rgba([9, 200, 9, if y < 100 { 255 } else { 0 }])
    });
    let photo = plain_photo([40, 90, 160]);
    let rendered = render_plain(
        &photo,
        Some(&png(&overlay)),
        &Limits::default(),
        &Outputs::default(),
    )
    .unwrap();
    let result = opaque(&rendered.result);
    assert_eq!(result.dimensions(), (1200, 1800));
    assert_near(&result, (600, 50), [9, 200, 9]);
    assert_near(&result, (600, 900), [40, 90, 160]);
}

#[test]
fn a_plain_render_of_a_transparent_photo_lies_on_white() {
    let photo = png(&RgbaImage::from_pixel(90, 60, Rgba([10, 20, 30, 0])));
    let rendered = render_plain(&photo, None, &Limits::default(), &Outputs::default()).unwrap();
    assert_eq!(rendered.result.format, ResultFormat::Jpeg);
    assert_near(&opaque(&rendered.result), (45, 30), [255, 255, 255]);
}

#[test]
fn a_preview_is_the_look_made_small() {
    let job = Job::new(&json!({
        "slots": [{"x": 0, "y": 0, "width": 1200, "height": 900}],
        "background": "#336699",
    }));
    let preview = job.with_scene(|scene| render_preview(scene, 300)).unwrap();
    let picture = opaque(&preview);
    assert_eq!(picture.dimensions(), (200, 300));
    assert_near(&picture, (100, 70), [40, 90, 160]);
    assert_near(&picture, (100, 225), [0x33, 0x66, 0x99]);
    let huge = job.with_scene(|scene| render_preview(scene, 99_999)).unwrap();
    assert_eq!((huge.width, huge.height), (1200, 1800));
}

#[test]
fn the_memory_cost_grows_with_canvas_and_photos() {
    let limits = Limits::default();
    let large = sample::jpeg(3000, 2000, 1, Orientation::NoTransforms).unwrap();
    let large = probe(&large, &limits).unwrap();
    let small = probe(&plain_photo([1, 2, 3]), &limits).unwrap();
    let recipe = Recipe::default();
    let hd = recipe.scaled(2.0);
    let area = 1200 * 1800;
    let cost = memory_cost(&recipe, std::slice::from_ref(&small), 1);
    assert!(cost > area * 6, "canvas and files fit in: {cost}");
    assert!(cost < area * 24, "no wild overestimate: {cost}");
    assert!(memory_cost(&hd, std::slice::from_ref(&small), 1) > 3 * cost);
    assert!(memory_cost(&hd, std::slice::from_ref(&large), 1) >= memory_cost(&hd, &[small], 1));
}

#[test]
fn the_result_has_the_photos_colours() {
    let result = Job::new(&json!({})).result();
    assert!(result.pixels().all(|pixel| {
        let Rgb([r, g, b]) = *pixel;
        r.abs_diff(40) < 5 && g.abs_diff(90) < 5 && b.abs_diff(160) < 5
    }));
}
