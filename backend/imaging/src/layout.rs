//! The geometry of a look: which part of a photo a slot shows, and slots found in an overlay.

mod windows;

pub use windows::{WindowsError, slots_from_overlay};

use crate::recipe::Focus;
use crate::resize::CropBox;

/// The largest part of a photo that has exactly the proportion of a slot, as near to being
/// centred on the focus point as the photo's edges allow.
///
/// With `a` the slot's width over its height: `width = min(W, H·a)`, `height = min(H, W/a)`, and each
/// start is `clamp(focus · side − length / 2, 0, side − length)`.
///
/// `photo` and `slot` are width and height in pixels; the box is in the photo's pixels, edges
/// between pixels allowed, and always inside it. A side of 0 counts as 1.
#[must_use]
pub fn cover(photo: (u32, u32), slot: (u32, u32), focus: Focus) -> CropBox {
    let (photo_width, photo_height) = (f64::from(photo.0.max(1)), f64::from(photo.1.max(1)));
    let aspect = f64::from(slot.0.max(1)) / f64::from(slot.1.max(1));
    let width = photo_width.min(photo_height * aspect);
    let height = photo_height.min(photo_width / aspect);
    CropBox {
        left: centred(f64::from(focus.x) * photo_width, width, photo_width),
        top: centred(f64::from(focus.y) * photo_height, height, photo_height),
        width,
        height,
    }
}

fn centred(focus: f64, length: f64, side: f64) -> f64 {
    (focus - length / 2.0).clamp(0.0, side - length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_crop_is_inside_the_photo_and_has_the_slots_proportion(
            photo in (1_u32..20_000, 1_u32..20_000),
            slot in (1_u32..6_000, 1_u32..6_000),
            x in 0.0_f32..=1.0,
            y in 0.0_f32..=1.0,
        ) {
            let crop = cover(photo, slot, Focus { x, y });
            prop_assert!(crop.left >= 0.0 && crop.top >= 0.0);
            prop_assert!(crop.left + crop.width <= f64::from(photo.0) + 1e-9);
            prop_assert!(crop.top + crop.height <= f64::from(photo.1) + 1e-9);
            let aspect = f64::from(slot.0) / f64::from(slot.1);
            prop_assert!((crop.width / crop.height / aspect - 1.0).abs() < 1e-9);
        }

        #[test]
        fn the_crop_is_as_large_as_can_be(
            photo in (1_u32..20_000, 1_u32..20_000),
            slot in (1_u32..6_000, 1_u32..6_000),
        ) {
            let crop = cover(photo, slot, Focus::default());
            let touches_sides = (crop.width - f64::from(photo.0)).abs() < 1e-6;
            let touches_ends = (crop.height - f64::from(photo.1)).abs() < 1e-6;
            prop_assert!(touches_sides || touches_ends);
        }

        #[test]
        fn the_focus_point_stays_in_view(
            photo in (1_u32..20_000, 1_u32..20_000),
            slot in (1_u32..6_000, 1_u32..6_000),
            x in 0.0_f32..=1.0,
            y in 0.0_f32..=1.0,
        ) {
            let crop = cover(photo, slot, Focus { x, y });
            let (at_x, at_y) = (f64::from(x) * f64::from(photo.0), f64::from(y) * f64::from(photo.1));
            prop_assert!(crop.left - 1e-6 <= at_x && at_x <= crop.left + crop.width + 1e-6);
            prop_assert!(crop.top - 1e-6 <= at_y && at_y <= crop.top + crop.height + 1e-6);
        }
    }

    #[test]
    fn a_focus_far_from_the_edges_is_the_middle_of_the_crop() {
        let crop = cover((4000, 1000), (100, 100), Focus { x: 0.4, y: 0.5 });
        assert!((crop.left + crop.width / 2.0 - 1600.0).abs() < 1e-3, "{crop:?}");
    }
}
