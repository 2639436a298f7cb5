//! The coloured cloth behind the guests, and how finely they are cut out of it.

use serde::{Deserialize, Serialize};

use super::Colour;

/// Makes a cloth of one colour see-through, so that the look's background shows behind the guests.
///
/// The colour says where to look; how the cloth came out under tonight's light is measured in each
/// photo; where no cloth reaches the photo's edges, the photo stays whole. [`crate::key`] says how the three numbers are used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChromaKey {
    /// The cloth's colour: a strong, opaque one.
    pub colour: Colour,
    /// From 0.0 to 1.0: by how much a pixel may fall short of the cloth around it and still be all
    /// cloth. More swallows folds and shadows, then thin hair.
    pub tolerance: f32,
    /// From 0.0 (cut with scissors) to 1.0: how gradually the cloth fades into the guests.
    pub softness: f32,
    /// From 0.0 to 1.0: how much of the cloth's light on skin, hair and clothes is taken back.
    pub spill: f32,
}

impl Default for ChromaKey {
    fn default() -> Self {
        Self {
            colour: Colour::rgb(0, 177, 64),
            tolerance: 0.25,
            softness: 0.7,
            spill: 1.0,
        }
    }
}
