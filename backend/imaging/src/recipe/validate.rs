//! The rules a recipe must keep before anyone draws it.

use std::fmt;
use std::ops::RangeInclusive;

use super::{Animation, Background, Canvas, ChromaKey, Code, Recipe, Slot, Text};
use crate::key::is_strong;
use crate::text::unknown_variable;

/// The smallest canvas side in pixels.
pub const MIN_CANVAS_SIDE: u32 = 64;
/// The largest canvas side in pixels: 20 inches at 300 dpi.
pub const MAX_CANVAS_SIDE: u32 = 6000;
/// The coarsest print resolution.
pub const MIN_DPI: u32 = 72;
/// The finest print resolution.
pub const MAX_DPI: u32 = 1200;
/// The most slots on one canvas.
pub const MAX_SLOTS: usize = 16;
/// The most texts on one canvas.
pub const MAX_TEXTS: usize = 16;
/// The most photos a look may ask for.
pub const MAX_SHOTS: u32 = 12;

/// The fewest photos that make a moving picture.
pub(crate) const MIN_FRAMES: u32 = 3;

const MAX_TEXT_LENGTH: usize = 240;
const MAX_ASSET_NAME: usize = 128;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field, such as `slots[1].width`.
    pub field: String,
    /// What is wrong, as the end of a sentence that begins with the field.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl Recipe {
    /// Checks every rule and reports all that are broken.
    ///
    /// # Errors
    /// One entry for each broken rule, in the order of the fields.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut check = Check {
            canvas: self.canvas,
            errors: Vec::new(),
        };
        check.recipe(self);
        if check.errors.is_empty() {
            Ok(())
        } else {
            Err(check.errors)
        }
    }
}

struct Check {
    canvas: Canvas,
    errors: Vec<FieldError>,
}

impl Check {
    fn recipe(&mut self, recipe: &Recipe) {
        self.number("version", recipe.version, 1..=1);
        self.number(
            "canvas.width",
            recipe.canvas.width,
            MIN_CANVAS_SIDE..=MAX_CANVAS_SIDE,
        );
        self.number(
            "canvas.height",
            recipe.canvas.height,
            MIN_CANVAS_SIDE..=MAX_CANVAS_SIDE,
        );
        self.number("canvas.dpi", recipe.canvas.dpi, MIN_DPI..=MAX_DPI);
        self.background(&recipe.background);
        let shots = recipe.shots.unwrap_or(MAX_SHOTS);
        self.number("shots", shots, 1..=MAX_SHOTS);
        self.count("slots", recipe.slots.len(), MAX_SLOTS);
        for (index, slot) in recipe.slots.iter().enumerate() {
            self.slot(&format!("slots[{index}]"), slot);
        }
        for (index, shot) in recipe.shot_of_each_slot().into_iter().enumerate() {
            self.number(
                &format!("slots[{index}].photo"),
                shot,
                0..=shots.saturating_sub(1),
            );
        }
        if let Some(key) = &recipe.chroma_key {
            self.chroma_key(key);
        }
        self.fraction("filter.strength", recipe.filter.strength);
        if let Some(name) = &recipe.overlay {
            self.asset("overlay", name);
        }
        self.count("texts", recipe.texts.len(), MAX_TEXTS);
        for (index, text) in recipe.texts.iter().enumerate() {
            self.text(&format!("texts[{index}]"), text);
        }
        if let Some(code) = &recipe.qr {
            self.code(code);
        }
        if let Some(animation) = &recipe.animation {
            self.animation(animation, recipe.shots());
        }
    }

    fn background(&mut self, background: &Background) {
        match background {
            Background::Colour(_) => {}
            Background::Gradient(gradient) => self.angle("background.gradient.angle", gradient.angle),
            Background::Image(name) => self.asset("background.image", name),
        }
    }

    fn slot(&mut self, path: &str, slot: &Slot) {
        self.sized(path, (slot.x, slot.y), (slot.width, slot.height));
        self.angle(&format!("{path}.rotation"), slot.rotation);
        self.fraction(&format!("{path}.focus.x"), slot.focus.x);
        self.fraction(&format!("{path}.focus.y"), slot.focus.y);
        self.number(
            &format!("{path}.corner_radius"),
            slot.corner_radius,
            0..=MAX_CANVAS_SIDE,
        );
        if let Some(name) = &slot.mask {
            self.asset(&format!("{path}.mask"), name);
        }
        if let Some(border) = &slot.border {
            self.number(&format!("{path}.border.width"), border.width, 0..=1000);
            self.number(&format!("{path}.border.bottom"), border.bottom(), 0..=1000);
        }
        if let Some(shadow) = &slot.shadow {
            self.number(&format!("{path}.shadow.x"), shadow.x, -1000..=1000);
            self.number(&format!("{path}.shadow.y"), shadow.y, -1000..=1000);
            self.number(&format!("{path}.shadow.blur"), shadow.blur, 0..=500);
        }
    }

    fn chroma_key(&mut self, key: &ChromaKey) {
        let colour = key.colour;
        if colour.a < 255 || !is_strong([colour.r, colour.g, colour.b]) {
            let message = "must be an opaque, strong colour, such as #00b140 (green) or #0047bb (blue)";
            self.wrong("chroma_key.colour", message.to_owned());
        }
        self.fraction("chroma_key.tolerance", key.tolerance);
        self.fraction("chroma_key.softness", key.softness);
        self.fraction("chroma_key.spill", key.spill);
    }

    fn text(&mut self, path: &str, text: &Text) {
        self.sized(path, (text.x, text.y), (text.width, text.height));
        self.number(&format!("{path}.size"), text.size, 4..=2000);
        self.angle(&format!("{path}.rotation"), text.rotation);
        if !(-0.2..=2.0).contains(&text.letter_spacing) {
            self.wrong(
                &format!("{path}.letter_spacing"),
                "must be between -0.2 and 2 em".to_owned(),
            );
        }
        self.words(&format!("{path}.content"), &text.content);
    }

    fn code(&mut self, code: &Code) {
        self.number("qr.size", code.size, 40..=MAX_CANVAS_SIDE);
        self.inside("qr", (code.x, code.y), (code.size, code.size));
        if let Some(label) = &code.label {
            self.words("qr.label", label);
        }
    }

    fn animation(&mut self, animation: &Animation, shots: u32) {
        if !(MIN_FRAMES..=MAX_SHOTS).contains(&shots) {
            let message = format!("moves {MIN_FRAMES} to {MAX_SHOTS} shots, and this look takes {shots}");
            self.wrong("animation", message);
        }
        let formats = &animation.formats;
        let doubled = (1..formats.len()).any(|place| formats[..place].contains(&formats[place]));
        if formats.is_empty() || doubled {
            let message = "must name one or more of gif, webp and mp4, each once".to_owned();
            self.wrong("animation.formats", message);
        }
        self.number("animation.frame_ms", animation.frame_ms, 40..=2000);
        self.number("animation.long_edge", animation.long_edge, 160..=1920);
        self.number("animation.loops", animation.loops, 0..=100);
        self.number("animation.poster", animation.poster, 0..=shots.saturating_sub(1));
    }

    /// A box that has an area and shows at least a part of itself on the canvas.
    fn sized(&mut self, path: &str, (x, y): (i32, i32), (width, height): (u32, u32)) {
        self.number(&format!("{path}.width"), width, 1..=2 * MAX_CANVAS_SIDE);
        self.number(&format!("{path}.height"), height, 1..=2 * MAX_CANVAS_SIDE);
        self.near(&format!("{path}.x"), (x, width), self.canvas.width);
        self.near(&format!("{path}.y"), (y, height), self.canvas.height);
    }

    fn near(&mut self, field: &str, (start, length): (i32, u32), side: u32) {
        let (start, length, side) = (i64::from(start), i64::from(length), i64::from(side));
        if length == 0 {
            return; // already reported
        }
        let end = start + length;
        let margin = side / 2;
        if end <= 0 || start >= side {
            self.wrong(field, "lies outside the canvas".to_owned());
        } else if start < -margin || end > side + margin {
            self.wrong(
                field,
                "reaches more than half a canvas beyond its edge".to_owned(),
            );
        }
    }

    fn inside(&mut self, path: &str, (x, y): (i32, i32), (width, height): (u32, u32)) {
        let across = [
            ("x", x, width, self.canvas.width),
            ("y", y, height, self.canvas.height),
        ];
        for (axis, start, length, side) in across {
            if start < 0 || i64::from(start) + i64::from(length) > i64::from(side) {
                self.wrong(
                    &format!("{path}.{axis}"),
                    "must lie wholly on the canvas".to_owned(),
                );
            }
        }
    }

    fn words(&mut self, field: &str, content: &str) {
        if content.chars().count() > MAX_TEXT_LENGTH {
            self.wrong(
                field,
                format!("must not be longer than {MAX_TEXT_LENGTH} characters"),
            );
        }
        if let Some(name) = unknown_variable(content) {
            self.wrong(
                field,
                format!("knows no variable {{{name}}}; there are {{event}}, {{date}}, {{time}}, {{guest}}, {{count}}"),
            );
        }
    }

    fn asset(&mut self, field: &str, name: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        let good = !name.is_empty()
            && name.len() <= MAX_ASSET_NAME
            && name.chars().all(plain)
            && !name.starts_with('/')
            && !name
                .split('/')
                .any(|part| part.is_empty() || part.starts_with('.'));
        if !good {
            self.wrong(
                field,
                "is not an asset name (letters, digits, - _ . /)".to_owned(),
            );
        }
    }

    fn angle(&mut self, field: &str, degrees: f32) {
        if !(-360.0..=360.0).contains(&degrees) {
            self.wrong(field, "must be between -360 and 360 degrees".to_owned());
        }
    }

    fn fraction(&mut self, field: &str, value: f32) {
        if !(0.0..=1.0).contains(&value) {
            self.wrong(field, "must be between 0 and 1".to_owned());
        }
    }

    fn count(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.wrong(field, format!("must not have more than {most} entries"));
        }
    }

    fn number<T: Copy + PartialOrd + fmt::Display>(
        &mut self,
        field: &str,
        value: T,
        range: RangeInclusive<T>,
    ) {
        if range.contains(&value) {
            return;
        }
        let message = if range.start() == range.end() {
            format!("must be {}", range.start())
        } else {
            format!("must be between {} and {}", range.start(), range.end())
        };
        self.wrong(field, message);
    }

    fn wrong(&mut self, field: &str, message: String) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wrong_fields(value: &Value) -> Vec<String> {
        let error = Recipe::from_value(value).unwrap_err();
        error.fields.into_iter().map(|f| f.field).collect()
    }

    #[test]
    fn every_broken_rule_is_reported_by_its_field() {
        let recipe = json!({
            "canvas": {"width": 9000, "dpi": 20},
            "shots": 13,
            "slots": [
                {"x": 0, "y": 0, "width": 0, "height": 10},
                {"x": 99999, "y": 0, "width": 10, "height": 10, "rotation": 400, "focus": {"x": 1.5}},
            ],
            "chroma_key": {"colour": "#888", "tolerance": -1, "softness": 1.1, "spill": 7},
            "filter": {"name": "cool", "strength": 2},
            "overlay": "../secrets.png",
            "texts": [{"content": "{evnt}", "x": 0, "y": 0, "width": 10, "height": 10, "size": 1}],
            "qr": {"x": 1, "y": 1795, "size": 200},
        });
        assert_eq!(
            wrong_fields(&recipe),
            [
                "canvas.width",
                "canvas.dpi",
                "shots",
                "slots[0].width",
                "slots[1].x",
                "slots[1].rotation",
                "slots[1].focus.x",
                "chroma_key.colour",
                "chroma_key.tolerance",
                "chroma_key.softness",
                "chroma_key.spill",
                "filter.strength",
                "overlay",
                "texts[0].size",
                "texts[0].content",
                "qr.y",
            ]
        );
    }

    #[test]
    fn a_look_that_moves_takes_three_to_twelve_shots() {
        let moving = |shots: u32| json!({"shots": shots, "animation": {"kind": "burst"}});
        assert_eq!(wrong_fields(&moving(2)), ["animation"]);
        assert_eq!(wrong_fields(&moving(13)), ["shots", "animation"]);
        assert!(Recipe::from_value(&moving(3)).is_ok());
        assert!(Recipe::from_value(&moving(12)).is_ok());
    }

    #[test]
    fn an_animation_is_refused_by_field() {
        let recipe = json!({"shots": 4, "animation": {
            "kind": "boomerang", "formats": ["gif", "gif"], "frame_ms": 10, "long_edge": 9000, "loops": 101, "poster": 4,
        }});
        assert_eq!(
            wrong_fields(&recipe),
            [
                "animation.formats",
                "animation.frame_ms",
                "animation.long_edge",
                "animation.loops",
                "animation.poster",
            ]
        );
        let unknown = json!({"shots": 4, "animation": {"kind": "boomerang", "fps": 12}});
        assert_eq!(wrong_fields(&unknown), ["animation.fps"]);
        let odd = json!({"shots": 4, "animation": {"kind": "spin"}});
        assert_eq!(wrong_fields(&odd), ["animation.kind"]);
    }

    #[test]
    fn a_slot_cannot_show_a_shot_that_is_never_taken() {
        let slot = json!({"x": 0, "y": 0, "width": 10, "height": 10, "photo": 2});
        assert_eq!(
            wrong_fields(&json!({"shots": 2, "slots": [slot]})),
            ["slots[0].photo"]
        );
    }

    #[test]
    fn numbers_that_are_no_numbers_are_refused() {
        let mut recipe = Recipe::default();
        recipe.filter.strength = f32::NAN;
        assert_eq!(recipe.validate().unwrap_err()[0].field, "filter.strength");
    }

    #[test]
    fn too_many_slots_or_texts_are_refused() {
        let slot = json!({"x": 0, "y": 0, "width": 10, "height": 10, "photo": 0});
        assert_eq!(wrong_fields(&json!({"slots": vec![slot; 17]})), ["slots"]);
    }
}
