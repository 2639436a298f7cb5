//! A window on the canvas that shows one photo.

use serde::{Deserialize, Serialize};

use super::Colour;

/// One photo's place. The photo is cropped to the slot's proportion around the focus point and
/// fills it; it is never distorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Left edge before rotation.
    pub x: i32,
    /// Top edge before rotation.
    pub y: i32,
    /// Width of the window, without its border.
    pub width: u32,
    /// Height of the window, without its border.
    pub height: u32,
    /// Which shot it shows, from 0. Left out: the slot's own place in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<u32>,
    /// Degrees clockwise around the middle of the window.
    #[serde(default)]
    pub rotation: f32,
    /// The point of the photo that should stay in view.
    #[serde(default)]
    pub focus: Focus,
    /// Radius of rounded corners.
    #[serde(default)]
    pub corner_radius: u32,
    /// The name of an image asset whose alpha (or brightness, if it has no alpha) cuts the photo
    /// out; stretched to the slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
    /// A frame around the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub border: Option<Border>,
    /// A soft shadow under window and border.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
}

/// A point in a photo as fractions of its width and height from the top left. The default lies
/// a little above the middle, where faces are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Focus {
    /// 0.0 is the left edge, 1.0 the right one.
    pub x: f32,
    /// 0.0 is the top edge, 1.0 the bottom one.
    pub y: f32,
}

impl Default for Focus {
    fn default() -> Self {
        Self { x: 0.5, y: 0.38 }
    }
}

/// A frame of one colour outside the window's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Border {
    /// Thickness on every side.
    pub width: u32,
    /// Thickness at the bottom when it differs, as on an instant print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottom: Option<u32>,
    /// Its colour.
    #[serde(default = "white")]
    pub colour: Colour,
}

impl Border {
    /// Thickness at the bottom.
    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.bottom.unwrap_or(self.width)
    }
}

fn white() -> Colour {
    Colour::WHITE
}

/// A blurred copy of the slot's outline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shadow {
    /// How far it is moved to the right.
    pub x: i32,
    /// How far it is moved down.
    pub y: i32,
    /// Its softness: twice the standard deviation of the blur, as in CSS `box-shadow`.
    pub blur: u32,
    /// Its colour.
    pub colour: Colour,
}

impl Default for Shadow {
    fn default() -> Self {
        Self {
            x: 0,
            y: 8,
            blur: 24,
            colour: Colour {
                a: 90,
                ..Colour::BLACK
            },
        }
    }
}

impl Slot {
    /// A bare slot at a place.
    #[must_use]
    pub fn at(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self {
            x,
            y,
            width,
            height,
            photo: None,
            rotation: 0.0,
            focus: Focus::default(),
            corner_radius: 0,
            mask: None,
            border: None,
            shadow: None,
        }
    }

    /// Whether it is a straight rectangle with nothing around it.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.rotation == 0.0
            && self.corner_radius == 0
            && self.mask.is_none()
            && self.border.is_none()
            && self.shadow.is_none()
    }

    /// A bare slot over a whole canvas.
    #[must_use]
    pub fn covering(width: u32, height: u32) -> Self {
        Self::at(0, 0, width, height)
    }
}
