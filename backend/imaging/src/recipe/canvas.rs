//! The sheet a look is drawn on.

use serde::{Deserialize, Serialize};

/// Size in pixels and print resolution of the finished picture. Default: 1200x1800 at 300 dpi,
/// a 4x6 inch print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Canvas {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Dots per inch, written into the files so that printers know the paper size.
    pub dpi: u32,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            width: 1200,
            height: 1800,
            dpi: 300,
        }
    }
}
