//! The choice of a filter and how much of it.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// A filter and its strength. In JSON a bare string is the name at full strength.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Filter {
    /// Which one.
    pub name: FilterName,
    /// From 0.0 (the photo as it is) to 1.0 (the whole filter).
    pub strength: f32,
}

/// The filters we have; [`crate::filter`] says what each does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterName {
    /// The photo as it is.
    #[default]
    None,
    /// A panchromatic print with deep blacks.
    BlackAndWhite,
    /// Colour negative film: warm light, soft blacks.
    WarmFilm,
    /// Clear and a little blue, skin kept alive.
    Cool,
    /// Deep shadows, bright lights, stronger colours.
    HighContrast,
    /// A brown-toned print.
    Sepia,
    /// Light that blooms softly around the bright parts; faces stay natural.
    Glow,
}

impl FilterName {
    /// Every one, in the order of the contact sheet.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::BlackAndWhite,
        Self::WarmFilm,
        Self::Cool,
        Self::HighContrast,
        Self::Sepia,
        Self::Glow,
    ];
}

impl Default for Filter {
    fn default() -> Self {
        Self::full(FilterName::None)
    }
}

impl Filter {
    /// The filter at full strength.
    #[must_use]
    pub const fn full(name: FilterName) -> Self {
        Self { name, strength: 1.0 }
    }
}

/// The long form; see the note at `background::Long`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    name: FilterName,
    #[serde(default = "whole")]
    strength: f32,
}

fn whole() -> f32 {
    1.0
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a filter or {\"name\": …, \"strength\": 0 to 1}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Filter, E> {
        FilterName::deserialize(StrDeserializer::new(text)).map(Filter::full)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Filter, A::Error> {
        let long = Long::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Filter {
            name: long.name,
            strength: long.strength,
        })
    }
}
