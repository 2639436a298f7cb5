//! A line of text on the picture.

use serde::{Deserialize, Serialize};

use super::Colour;

/// Text in a box. It is set at `size` and shrunk, line by line break never added, until it fits.
///
/// `{event}`, `{date}`, `{time}`, `{guest}` and `{count}` are replaced. A part between line
/// breaks or ` · ` whose variable is empty disappears together with its separator, so that
/// `"{event} · {date}"` never leaves a dot alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What it says; `\n` breaks the line.
    pub content: String,
    /// Left edge of the box.
    pub x: i32,
    /// Top edge of the box.
    pub y: i32,
    /// Width of the box.
    pub width: u32,
    /// Height of the box.
    pub height: u32,
    /// Size of the letters (the em) when there is room.
    pub size: u32,
    /// Where in the width.
    #[serde(default)]
    pub align: Align,
    /// Where in the height.
    #[serde(default)]
    pub vertical_align: VerticalAlign,
    /// The letters' colour.
    #[serde(default = "black")]
    pub colour: Colour,
    /// Which of the shipped fonts.
    #[serde(default)]
    pub font: Font,
    /// Space added between letters, in em.
    #[serde(default)]
    pub letter_spacing: f32,
    /// Whether everything is set in capitals.
    #[serde(default)]
    pub capitals: bool,
    /// Degrees clockwise around the middle of the box.
    #[serde(default)]
    pub rotation: f32,
}

fn black() -> Colour {
    Colour::BLACK
}

/// Horizontal alignment in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    #[default]
    Center,
    /// At the right edge.
    Right,
}

/// Vertical alignment in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerticalAlign {
    /// At the top edge.
    Top,
    /// In the middle.
    #[default]
    Middle,
    /// At the bottom edge.
    Bottom,
}

/// The fonts we ship; their licences lie beside them in `fonts/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// Jost, a clean geometric sans.
    #[default]
    Sans,
    /// Jost in semi-bold.
    SansBold,
    /// Cormorant Garamond, an elegant serif.
    Serif,
    /// Cormorant Garamond in italics.
    SerifItalic,
    /// Great Vibes, a wedding script.
    Script,
    /// Caveat, a marker hand.
    Hand,
}
