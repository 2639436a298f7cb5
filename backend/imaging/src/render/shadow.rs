//! The soft shadow under a slot.

use image::GrayImage;
use image::imageops::{FilterType, fast_blur, resize};

use super::card::{Frame, Rounded, centre, half, outer_radius};
use super::sheet::{Layer, Sheet};
use super::turn::{self, Pose};
use crate::recipe::{Shadow, Slot};

/// Lays the shadow of a slot's outline (frame included), or of its mask when it has no frame.
pub(super) fn draw(sheet: &mut Sheet, slot: &Slot, shadow: Shadow, mask: Option<&GrayImage>) {
    // A blur has no detail: it is made small and drawn large.
    let shrink = (shadow.blur / 6).clamp(1, 12);
    let frame = Frame::of(slot);
    let pad = (shadow.blur * 3 / 2) / shrink + 2;
    let outline = outline(slot, frame, mask, shrink);
    let mut padded = GrayImage::new(outline.width() + 2 * pad, outline.height() + 2 * pad);
    image::imageops::replace(&mut padded, &outline, i64::from(pad), i64::from(pad));
    // CSS Backgrounds 3, section 7.1.1: the blur is twice the standard deviation. Box filters after
    // Kovesi, "Fast Almost-Gaussian Filtering", DICTA 2010, make it; three deviations are padded.
    let sigma = half(shadow.blur) / scale(shrink);
    let soft = if sigma < 0.3 {
        padded
    } else {
        fast_blur(&padded, sigma)
    };
    let middle = centre(slot);
    let pose = Pose {
        centre: (middle.0 + offset(shadow.x), middle.1 + offset(shadow.y)),
        pivot: (
            (half(slot.width) + half(2 * frame.side)) / scale(shrink) + scale(pad),
            (half(slot.height) + half(2 * frame.side)) / scale(shrink) + scale(pad),
        ),
        degrees: slot.rotation,
        scale: scale(shrink),
    };
    turn::lay(sheet, &Layer::from_coverage(&soft, shadow.colour), pose);
}

fn outline(slot: &Slot, frame: Frame, mask: Option<&GrayImage>, shrink: u32) -> GrayImage {
    let (width, height) = frame.outer(slot);
    let (width, height) = (width.div_ceil(shrink), height.div_ceil(shrink));
    if let (Some(mask), None) = (mask, slot.border) {
        return resize(mask, width, height, FilterType::Triangle);
    }
    let round = Rounded::new((width, height), outer_radius(slot, frame) / shrink);
    GrayImage::from_fn(width, height, |x, y| image::Luma([round.coverage(x, y)]))
}

fn scale(length: u32) -> f32 {
    length as f32
}

fn offset(length: i32) -> f32 {
    length as f32
}
