//! Quarter turns and mirrors one after the other, as one orientation.

use image::metadata::Orientation;

/// Turned clockwise by so many quarters, then perhaps mirrored left to right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Turn {
    quarters: u8,
    mirrored: bool,
}

impl Turn {
    /// Then turned anti-clockwise, as `irot` counts (ISO/IEC 23008-12, 6.5.10).
    pub(super) fn rotated(self, anticlockwise: u8) -> Self {
        // Behind a mirror a turn goes the other way.
        let quarters = if self.mirrored {
            self.quarters + anticlockwise % 4
        } else {
            self.quarters + 4 - anticlockwise % 4
        };
        Self {
            quarters: quarters % 4,
            ..self
        }
    }

    /// Then mirrored left to right.
    pub(super) fn left_to_right(self) -> Self {
        Self {
            mirrored: !self.mirrored,
            ..self
        }
    }

    /// Then mirrored top to bottom, which is a half turn and a mirror from left to right.
    pub(super) fn upside_down(self) -> Self {
        self.rotated(2).left_to_right()
    }

    pub(super) fn orientation(self) -> Orientation {
        match (self.quarters, self.mirrored) {
            (0, false) => Orientation::NoTransforms,
            (1, false) => Orientation::Rotate90,
            (2, false) => Orientation::Rotate180,
            (_, false) => Orientation::Rotate270,
            (0, true) => Orientation::FlipHorizontal,
            (1, true) => Orientation::Rotate90FlipH,
            (2, true) => Orientation::FlipVertical,
            (_, true) => Orientation::Rotate270FlipH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, RgbImage};

    /// What the steps do one by one, in pixels.
    fn step_by_step(quarters: u8, mirror: Option<bool>) -> DynamicImage {
        let mut picture = numbered();
        for _ in 0..quarters {
            picture = picture.rotate270();
        }
        match mirror {
            Some(true) => picture.flipv(),
            Some(false) => picture.fliph(),
            None => picture,
        }
    }

    fn numbered() -> DynamicImage {
        RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 0])).into()
    }

    #[test]
    fn every_turn_and_mirror_is_one_orientation() {
        for quarters in 0..4 {
            for mirror in [None, Some(true), Some(false)] {
                let turn = Turn::default().rotated(quarters);
                let turn = match mirror {
                    Some(true) => turn.upside_down(),
                    Some(false) => turn.left_to_right(),
                    None => turn,
                };
                let mut at_once = numbered();
                at_once.apply_orientation(turn.orientation());
                assert_eq!(at_once, step_by_step(quarters, mirror), "{quarters} {mirror:?}");
            }
        }
    }

    #[test]
    fn a_mirror_may_come_first() {
        let turn = Turn::default().left_to_right().rotated(1);
        let mut at_once = numbered();
        at_once.apply_orientation(turn.orientation());
        assert_eq!(at_once, numbered().fliph().rotate270());
    }
}
