//! The QR code on the picture itself.

use serde::{Deserialize, Serialize};

use super::{Colour, Font};

/// Where the job's link is drawn as a QR code, so that a print leads back to its file. A job
/// without a link leaves the place empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Left edge of the square.
    pub x: i32,
    /// Top edge of the square.
    pub y: i32,
    /// Side of the square, quiet zone included.
    pub size: u32,
    /// The colour of the dark modules.
    #[serde(default = "black")]
    pub colour: Colour,
    /// The colour behind them and of the quiet zone.
    #[serde(default = "white")]
    pub background: Colour,
    /// A line under the square, as wide as it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The label's font.
    #[serde(default)]
    pub label_font: Font,
    /// The label's colour.
    #[serde(default = "black")]
    pub label_colour: Colour,
}

fn black() -> Colour {
    Colour::BLACK
}

fn white() -> Colour {
    Colour::WHITE
}
