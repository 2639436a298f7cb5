//! Texts on a picture: any content, any name of a guest, set and drawn on a small canvas.
#![no_main]

use std::sync::OnceLock;

use boothline_imaging::limits::Limits;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::{Compressed, Outputs, Overlays, Scene, render_preview};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const FONTS: [&str; 6] = ["sans", "sans_bold", "serif", "serif_italic", "script", "hand"];

static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();

fuzz_target!(|input: (u8, u8, i8, &str, &str)| {
    let (look, size, spacing, content, guest) = input;
    let text = json!({
        "content": content, "x": 4, "y": 4, "width": 120, "height": 50, "size": size.clamp(8, 60),
        "font": FONTS[usize::from(look) % FONTS.len()], "capitals": look & 64 != 0,
        "rotation": f32::from(spacing), "letter_spacing": f32::from(spacing) / 128.0,
    });
    let recipe = json!({"canvas": {"width": 128, "height": 64, "dpi": 300}, "texts": [text]});
    let Ok(recipe) = Recipe::from_value(&recipe) else {
        return;
    };
    let photo = PHOTO.get_or_init(|| {
        sample::jpeg(16, 8, 1, Orientation::NoTransforms).expect("JPEG can say this size")
    });
    let variables = Variables { guest: guest.to_owned(), ..Variables::default() };
    let scene = Scene {
        recipe: &recipe,
        photos: &[photo],
        assets: &(),
        overlays: &Overlays::new(),
        overlay: None,
        variables: &variables,
        qr_text: None,
        limits: &Limits::default(),
        outputs: &Outputs {
            result_quality: 80,
            compressed: Compressed::LongEdge(100),
            compressed_quality: 80,
            thumbnail_edge: 64,
            copyright: None,
        },
    };
    render_preview(&scene, 128).expect("a valid recipe is drawn, whatever its words");
});
