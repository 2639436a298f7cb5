//! One slot on the sheet: shadow, frame and photo.

use image::{GrayImage, RgbaImage};

use super::blend::{over, times_over_255};
use super::sheet::{Layer, Sheet};
use super::turn::{self, Pose};
use super::{Pixels, shadow};
use crate::recipe::{Border, Slot};

/// Lays a slot with its photo. `mask` is the coverage of the recipe's mask in the slot's size.
pub(super) fn draw(sheet: &mut Sheet, slot: &Slot, view: &Pixels, mask: Option<&GrayImage>) {
    if let Some(thrown) = slot.shadow {
        shadow::draw(sheet, slot, thrown, mask);
    }
    let plain = slot.rotation == 0.0 && slot.corner_radius == 0 && mask.is_none();
    if plain {
        draw_plain(sheet, slot, view);
    } else {
        draw_shaped(sheet, slot, view, mask);
    }
}

/// A straight rectangle goes straight onto the sheet.
fn draw_plain(sheet: &mut Sheet, slot: &Slot, view: &Pixels) {
    if let Some(border) = slot.border {
        let frame = Frame::of(slot);
        let corner = (slot.x - frame.side_i32(), slot.y - frame.side_i32());
        sheet.fill(corner, frame.outer(slot), border.colour);
    }
    match view {
        Pixels::Rgb(photo) => sheet.place((slot.x, slot.y), photo),
        Pixels::Rgba(photo) => {
            sheet.lay((slot.x, slot.y), &Layer::from_straight(photo.clone()));
        }
    }
}

/// Everything else is drawn as a card of its own first, then laid on the sheet, turned.
fn draw_shaped(sheet: &mut Sheet, slot: &Slot, view: &Pixels, mask: Option<&GrayImage>) {
    let frame = Frame::of(slot);
    let card = card(slot, view, mask, frame);
    if slot.rotation == 0.0 {
        let corner = (slot.x - frame.side_i32(), slot.y - frame.side_i32());
        return sheet.lay(corner, &card);
    }
    let pose = Pose {
        centre: centre(slot),
        pivot: (
            half(slot.width) + half(2 * frame.side),
            half(slot.height) + half(2 * frame.side),
        ),
        degrees: slot.rotation,
        scale: 1.0,
    };
    turn::lay(sheet, &card, pose);
}

/// The thickness of a slot's frame.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) side: u32,
    pub(super) bottom: u32,
}

impl Frame {
    pub(super) fn of(slot: &Slot) -> Self {
        Self {
            side: slot.border.map_or(0, |border| border.width),
            bottom: slot.border.as_ref().map_or(0, Border::bottom),
        }
    }

    /// Width and height of slot and frame together.
    pub(super) fn outer(self, slot: &Slot) -> (u32, u32) {
        (slot.width + 2 * self.side, slot.height + self.side + self.bottom)
    }

    fn side_i32(self) -> i32 {
        i32::try_from(self.side).unwrap_or(i32::MAX)
    }
}

/// The middle of the slot's window on the sheet.
#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels at most")]
pub(super) fn centre(slot: &Slot) -> (f32, f32) {
    (
        slot.x as f32 + half(slot.width),
        slot.y as f32 + half(slot.height),
    )
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels at most")]
pub(super) fn half(length: u32) -> f32 {
    length as f32 / 2.0
}

/// Frame and photo as one layer.
fn card(slot: &Slot, view: &Pixels, mask: Option<&GrayImage>, frame: Frame) -> Layer {
    let (width, height) = frame.outer(slot);
    let mut card = RgbaImage::new(width, height);
    if let Some(border) = slot.border {
        let round = Rounded::new((width, height), outer_radius(slot, frame));
        let colour = border.colour.premultiplied().map(u32::from);
        for (x, y, pixel) in card.enumerate_pixels_mut() {
            let coverage = u32::from(round.coverage(x, y));
            pixel.0 = colour.map(|channel| times_over_255(channel, coverage));
        }
    }
    let round = Rounded::new((slot.width, slot.height), slot.corner_radius);
    for y in 0..slot.height {
        for x in 0..slot.width {
            let masked = mask.map_or(255, |mask| mask.get_pixel(x, y).0[0]);
            let coverage = times_over_255(u32::from(round.coverage(x, y)), u32::from(masked));
            let below = &mut card.get_pixel_mut(x + frame.side, y + frame.side).0;
            over(below, premultiplied(view, x, y, u32::from(coverage)));
        }
    }
    Layer::from_premultiplied(card)
}

/// The radius of the frame's corners, so that it is equally thick all around.
pub(super) fn outer_radius(slot: &Slot, frame: Frame) -> u32 {
    if slot.corner_radius == 0 {
        0
    } else {
        slot.corner_radius + frame.side
    }
}

fn premultiplied(view: &Pixels, x: u32, y: u32, coverage: u32) -> [u8; 4] {
    let ([r, g, b], alpha) = match view {
        Pixels::Rgb(photo) => (photo.get_pixel(x, y).0, coverage),
        Pixels::Rgba(photo) => {
            let [r, g, b, a] = photo.get_pixel(x, y).0;
            ([r, g, b], u32::from(times_over_255(u32::from(a), coverage)))
        }
    };
    [r, g, b, 255].map(|channel: u8| times_over_255(u32::from(channel), alpha))
}

/// A rectangle with rounded corners, smooth at its edge.
pub(super) struct Rounded {
    half: (f32, f32),
    radius: f32,
}

impl Rounded {
    pub(super) fn new((width, height): (u32, u32), radius: u32) -> Self {
        let radius = radius.min(width / 2).min(height / 2);
        Self {
            half: (half(width), half(height)),
            radius: half(2 * radius),
        }
    }

    /// How much of a pixel lies inside, from the distance of its middle to the corner's arc.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "clamped to a byte just before"
    )]
    pub(super) fn coverage(&self, x: u32, y: u32) -> u8 {
        let past = |at: u32, half: f32| (at as f32 + 0.5 - half).abs() - (half - self.radius);
        let (dx, dy) = (past(x, self.half.0), past(y, self.half.1));
        if dx <= 0.0 || dy <= 0.0 {
            return 255;
        }
        ((self.radius - dx.hypot(dy) + 0.5) * 255.0).clamp(0.0, 255.0) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_corners_cover_the_area_of_their_circle() {
        let round = Rounded::new((40, 40), 20);
        let covered: f64 = (0..40)
            .flat_map(|y| (0..40).map(move |x| (x, y)))
            .map(|(x, y)| f64::from(round.coverage(x, y)) / 255.0)
            .sum();
        let circle = std::f64::consts::PI * 400.0;
        assert!((covered / circle - 1.0).abs() < 0.01, "{covered} {circle}");
    }

    #[test]
    fn a_radius_of_nought_covers_everything() {
        let square = Rounded::new((7, 5), 0);
        assert!((0..5).all(|y| (0..7).all(|x| square.coverage(x, y) == 255)));
    }
}
