//! One colour plane of a decoded picture.

use super::Scale;
use super::frame::{Component, Frame};

/// Samples of one component, 0 to 255, at the scale asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// The component's name in the file.
    pub id: u8,
    /// Samples of a row that belong to the picture.
    pub width: u32,
    /// Rows that belong to the picture.
    pub height: u32,
    /// Bytes from one row to the next; what is beyond `width` is padding.
    pub stride: usize,
    /// The rows, and padding below them.
    pub samples: Vec<u8>,
    /// Its sampling factors as parts of the picture's largest: (1, 1) and (2, 2) for chroma of 4:2:0.
    sampling: [(u8, u8); 2],
    scale: Scale,
}

impl Plane {
    /// A plane of zeros for this component.
    pub(super) fn new(component: &Component, frame: &Frame) -> Self {
        let scale = component.inverse.scale();
        let side = scale.side();
        let stride = component.blocks_wide * side;
        Self {
            id: component.id,
            width: scale.of(component.width as u32),
            height: scale.of(component.height as u32),
            stride,
            samples: vec![0; stride * component.blocks_high * side],
            sampling: [
                (component.horizontal as u8, frame.most.0 as u8),
                (component.vertical as u8, frame.most.1 as u8),
            ],
            scale,
        }
    }

    /// Samples of this plane for one stored pixel, across and down: 0.25 each for chroma of 4:2:0 at half size.
    #[must_use]
    pub fn density(&self) -> (f64, f64) {
        let of = |(own, most): (u8, u8)| f64::from(own) / f64::from(most) * f64::from(self.scale.0) / 8.0;
        (of(self.sampling[0]), of(self.sampling[1]))
    }

    /// Whether the file holds fewer samples of it than of other planes.
    #[must_use]
    pub fn is_subsampled(&self) -> bool {
        self.sampling.iter().any(|(own, most)| own < most)
    }

    /// The samples of row `y` that belong to the picture.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let start = y as usize * self.stride;
        &self.samples[start..start + self.width as usize]
    }
}
