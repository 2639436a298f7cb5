//! A look as data: what goes where on the canvas, validated with errors that name the field.

mod animation;
mod background;
mod canvas;
mod chroma_key;
mod code;
mod colour;
mod filter;
mod parse;
mod scale;
mod slot;
mod text;
mod validate;

pub use animation::{Animation, Movement};
pub use background::{Background, Gradient};
pub use canvas::Canvas;
pub use chroma_key::ChromaKey;
pub use code::Code;
pub use colour::{Colour, ColourError};
pub use filter::{Filter, FilterName};
pub use parse::RecipeError;
pub use slot::{Border, Focus, Shadow, Slot};
pub use text::{Align, Font, Text, VerticalAlign};
pub use validate::{
    FieldError, MAX_CANVAS_SIDE, MAX_DPI, MAX_SHOTS, MAX_SLOTS, MAX_TEXTS, MIN_CANVAS_SIDE, MIN_DPI,
};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Everything that turns a session's photos into one picture.
///
/// All lengths are canvas pixels from the top left corner; all angles are degrees clockwise.
/// Drawn from back to front: background, slots in their order, overlay, texts, the job's own
/// overlay, QR code. Every field has a default, so `{}` is a plain 1200x1800 portrait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// The version of this format; only 1 exists.
    pub version: u32,
    /// Size and print resolution of the picture.
    pub canvas: Canvas,
    /// What lies under everything. With transparency in it, the result is a PNG.
    pub background: Background,
    /// How many photos the kiosk takes. Left out: as many as the slots show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shots: Option<u32>,
    /// Where the photos go. Empty: one photo fills the canvas.
    pub slots: Vec<Slot>,
    /// A cloth to cut out of the photos, so that the background shows behind the guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chroma_key: Option<ChromaKey>,
    /// The colours of the photos; overlay, texts and borders keep theirs.
    pub filter: Filter,
    /// The name of a PNG asset laid over the photos, stretched to the canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// Lines of text over the overlay.
    pub texts: Vec<Text>,
    /// A QR code on the picture itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr: Option<Code>,
    /// A moving picture beside the still one, of 3 to 12 shots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub animation: Option<Animation>,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            version: 1,
            canvas: Canvas::default(),
            background: Background::default(),
            shots: None,
            slots: Vec::new(),
            chroma_key: None,
            filter: Filter::default(),
            overlay: None,
            texts: Vec::new(),
            qr: None,
            animation: None,
        }
    }
}

impl Recipe {
    /// The slots to fill: those of the recipe, or one as large as the canvas.
    #[must_use]
    pub fn filled_slots(&self) -> Vec<Slot> {
        if self.slots.is_empty() {
            return vec![Slot::covering(self.canvas.width, self.canvas.height)];
        }
        self.slots.clone()
    }

    /// Which shot each slot shows, in the order of [`Recipe::filled_slots`]. A slot that names none
    /// shows the shot of its own place in the list.
    #[must_use]
    pub fn shot_of_each_slot(&self) -> Vec<u32> {
        (0_u32..)
            .zip(self.filled_slots())
            .map(|(place, slot)| slot.photo.unwrap_or(place))
            .collect()
    }

    /// How many photos the kiosk should take for this look, at least 1.
    #[must_use]
    pub fn shots(&self) -> u32 {
        let shown = self
            .shot_of_each_slot()
            .into_iter()
            .max()
            .map_or(1, |last| last.saturating_add(1));
        self.shots.unwrap_or(shown)
    }

    /// The shot that the still picture begins with: 0, unless a look that moves names another.
    #[must_use]
    pub fn poster(&self) -> u32 {
        self.animation.as_ref().map_or(0, |animation| animation.poster)
    }

    /// Whether the result is a PNG with an alpha channel: the background's colours alone decide.
    #[must_use]
    pub fn is_transparent(&self) -> bool {
        self.background.is_transparent()
    }

    /// The names of all assets the recipe needs, each once: background, masks, overlay.
    #[must_use]
    pub fn asset_names(&self) -> Vec<&str> {
        let background = match &self.background {
            Background::Image(name) => Some(name),
            Background::Colour(_) | Background::Gradient(_) => None,
        };
        let masks = self.slots.iter().filter_map(|slot| slot.mask.as_ref());
        let names = background.into_iter().chain(masks).chain(&self.overlay);
        let names: BTreeSet<&str> = names.map(String::as_str).collect();
        names.into_iter().collect()
    }

    /// The canvas as a reduced ratio, such as `"2:3"`, the form kiosks know it in.
    #[must_use]
    pub fn aspect_ratio(&self) -> String {
        let (width, height) = (self.canvas.width.max(1), self.canvas.height.max(1));
        let divisor = greatest_common_divisor(width, height);
        format!("{}:{}", width / divisor, height / divisor)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_recipe_is_a_plain_portrait_of_one_shot() {
        let recipe = Recipe::from_json("{}").unwrap();
        assert_eq!((recipe.canvas.width, recipe.canvas.height), (1200, 1800));
        assert_eq!(recipe.shots(), 1);
        assert_eq!(recipe.aspect_ratio(), "2:3");
        assert_eq!(recipe.filled_slots(), vec![Slot::covering(1200, 1800)]);
    }

    #[test]
    fn slots_without_a_photo_take_the_shot_of_their_place() {
        let recipe = Recipe::from_json(
            r#"{"slots":[
                {"x":0,"y":0,"width":600,"height":600},
                {"x":600,"y":0,"width":600,"height":600},
                {"x":0,"y":600,"width":600,"height":600,"photo":0}]}"#,
        )
        .unwrap();
        assert_eq!(recipe.shot_of_each_slot(), [0, 1, 0]);
        assert_eq!(recipe.shots(), 2);
    }
}
