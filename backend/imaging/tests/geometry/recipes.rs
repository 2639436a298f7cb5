//! Recipes of every kind: written and read back, made smaller and larger.

use boothline_imaging::recipe::{
    Align, Background, Border, Canvas, ChromaKey, Code, Colour, Filter, FilterName, Focus, Font, Gradient,
    Recipe, Shadow, Slot, Text, VerticalAlign,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn colour() -> impl Strategy<Value = Colour> {
    any::<[u8; 4]>().prop_map(|[r, g, b, a]| Colour { r, g, b, a })
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_-]{0,12}(/[a-z]{1,6})?\\.png"
}

fn background() -> impl Strategy<Value = Background> {
    prop_oneof![
        colour().prop_map(Background::Colour),
        name().prop_map(Background::Image),
        (colour(), colour(), -360.0_f32..=360.0)
            .prop_map(|(from, to, angle)| Background::Gradient(Gradient { from, to, angle })),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let name = prop::sample::select(FilterName::ALL.to_vec());
    (name, 0.0_f32..=1.0).prop_map(|(name, strength)| Filter { name, strength })
}

fn chroma_key() -> impl Strategy<Value = ChromaKey> {
    let number = 0.0_f32..=1.0;
    let colour = prop_oneof![Just(Colour::rgb(0, 177, 64)), Just(Colour::rgb(0, 71, 187))];
    (colour, number.clone(), number.clone(), number).prop_map(|(colour, tolerance, softness, spill)| {
        ChromaKey {
            colour,
            tolerance,
            softness,
            spill,
        }
    })
}

fn border() -> impl Strategy<Value = Border> {
    (0_u32..=1000, option::of(0_u32..=1000), colour()).prop_map(|(width, bottom, colour)| Border {
        width,
        bottom,
        colour,
    })
}

fn shadow() -> impl Strategy<Value = Shadow> {
    (-1000..=1000, -1000..=1000, 0_u32..=500, colour()).prop_map(|(x, y, blur, colour)| Shadow {
        x,
        y,
        blur,
        colour,
    })
}

/// On a canvas of 1200x1800.
fn slot() -> impl Strategy<Value = Slot> {
    let place = (0..1000, 0..1500, 1_u32..800, 1_u32..1000);
    let shape = (-360.0_f32..=360.0, 0_u32..=6000, 0.0_f32..=1.0, 0.0_f32..=1.0);
    let extras = (option::of(name()), option::of(border()), option::of(shadow()));
    (place, shape, extras, option::of(0_u32..12)).prop_map(|(place, shape, extras, photo)| Slot {
        photo,
        rotation: shape.0,
        corner_radius: shape.1,
        focus: Focus {
            x: shape.2,
            y: shape.3,
        },
        mask: extras.0,
        border: extras.1,
        shadow: extras.2,
        ..Slot::at(place.0, place.1, place.2, place.3)
    })
}

fn text() -> impl Strategy<Value = Text> {
    let place = (0..1000, 0..1500, 1_u32..800, 1_u32..1000);
    let words = ("[^{}]{0,40}", 4_u32..=2000, -0.2_f32..=2.0, any::<bool>());
    let align = prop_oneof![Just(Align::Left), Just(Align::Center), Just(Align::Right)];
    let font = prop_oneof![Just(Font::Sans), Just(Font::SerifItalic), Just(Font::Hand)];
    (place, words, align, font, colour()).prop_map(|(place, words, align, font, colour)| Text {
        content: words.0,
        x: place.0,
        y: place.1,
        width: place.2,
        height: place.3,
        size: words.1,
        align,
        vertical_align: VerticalAlign::Top,
        colour,
        font,
        letter_spacing: words.2,
        capitals: words.3,
        rotation: 0.0,
    })
}

fn code() -> impl Strategy<Value = Code> {
    (0..700, 0..700, 40_u32..500, option::of("[a-z ]{0,20}"), colour()).prop_map(
        |(x, y, size, label, colour)| Code {
            x,
            y,
            size,
            colour,
            background: Colour::WHITE,
            label,
            label_font: Font::Serif,
            label_colour: colour,
        },
    )
}

prop_compose! {
    fn recipe()(
        background in background(),
        slots in vec(slot(), 0..6),
        chroma_key in option::of(chroma_key()),
        filter in filter(),
        overlay in option::of(name()),
        texts in vec(text(), 0..4),
        qr in option::of(code()),
        dpi in 72_u32..=1200,
    ) -> Recipe {
        Recipe {
            canvas: Canvas { dpi, ..Canvas::default() },
            background, slots, chroma_key, filter, overlay, texts, qr,
            ..Recipe::default()
        }
    }
}

proptest! {
    #[test]
    fn a_recipe_is_read_as_it_was_written(recipe in recipe()) {
        let written = serde_json::to_string(&recipe).expect("a recipe is plain data");
        let read = Recipe::from_json(&written);
        prop_assert_eq!(read.as_ref(), Ok(&recipe), "{}", written);
    }

    #[test]
    fn a_scaled_recipe_keeps_places_within_half_a_pixel(recipe in recipe(), percent in 5_u8..=250) {
        let factor = f32::from(percent) / 100.0;
        let scaled = recipe.scaled(factor);
        prop_assert_eq!(scaled.slots.len(), recipe.slots.len());
        for (small, large) in scaled.slots.iter().zip(&recipe.slots) {
            let ends = |slot: &Slot| {
                [(slot.x, slot.width), (slot.y, slot.height)]
                    .map(|(start, length)| (f64::from(start), f64::from(start) + f64::from(length)))
            };
            for (small, large) in ends(small).into_iter().zip(ends(large)) {
                prop_assert!((small.0 - large.0 * f64::from(factor)).abs() <= 0.501);
                // At least a pixel is left of the thinnest slot.
                let end = (large.1 * f64::from(factor)).max(small.0 + 1.0);
                prop_assert!((small.1 - end).abs() <= 0.501, "{} {}", small.1, end);
            }
        }
        prop_assert_eq!(&recipe.scaled(1.0), &recipe);
    }

    #[test]
    fn the_shots_of_a_look_are_those_it_shows(recipe in recipe()) {
        let shown = recipe.shot_of_each_slot();
        prop_assert_eq!(shown.len(), recipe.filled_slots().len());
        prop_assert!(shown.iter().all(|shot| *shot < recipe.shots()));
    }
}
