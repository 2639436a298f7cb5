//! What lies under the photos: a colour, a gradient or a picture.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::Colour;

/// The bottom layer. In JSON a bare string is a colour: `"#fffaf0"` or `"transparent"`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// One colour, possibly see-through.
    Colour(Colour),
    /// A linear gradient.
    Gradient(Gradient),
    /// The name of an image asset, cropped to fill the canvas.
    Image(String),
}

/// A linear gradient over the whole canvas, as CSS `linear-gradient` draws it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gradient {
    /// The colour at the start.
    pub from: Colour,
    /// The colour at the end.
    pub to: Colour,
    /// The direction it runs in: 0 upwards, 90 to the right, 180 (the default) downwards.
    #[serde(default = "downwards")]
    pub angle: f32,
}

fn downwards() -> f32 {
    180.0
}

impl Default for Background {
    fn default() -> Self {
        Self::Colour(Colour::WHITE)
    }
}

impl Background {
    /// Whether the picture's transparency is already certain.
    pub(super) fn is_transparent(&self) -> bool {
        match self {
            Self::Colour(colour) => colour.a < 255,
            Self::Gradient(gradient) => gradient.from.a < 255 || gradient.to.a < 255,
            Self::Image(_) => false,
        }
    }
}

/// The long form; the short form (a string) is read by hand, because an untagged enum would
/// forget which field was wrong.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Long {
    Colour(Colour),
    Gradient(Gradient),
    Image(String),
}

impl From<Long> for Background {
    fn from(long: Long) -> Self {
        match long {
            Long::Colour(colour) => Self::Colour(colour),
            Long::Gradient(gradient) => Self::Gradient(gradient),
            Long::Image(name) => Self::Image(name),
        }
    }
}

impl<'de> Deserialize<'de> for Background {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Background;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a colour, {\"gradient\": …} or {\"image\": \"asset name\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Background, E> {
        text.parse()
            .map(Background::Colour)
            .map_err(|error| E::custom(format!("\"{text}\" {error}")))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Background, A::Error> {
        Long::deserialize(MapAccessDeserializer::new(map)).map(Background::from)
    }
}
