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
pub(super) fn centre(slot: &Slot) -> (f32, f32) {
    (
        slot.x as f32 + half(slot.width),
        slot.y as f32 + half(slot.height),
    )
}

pub(super) fn half(length: u32) -> f32 {
    length as f32 / 2.0
}

/// Frame and photo as one layer.
fn card(slot: &Slot, view: &Pixels, mask: Option<&GrayImage>, frame: Frame) -> Layer {
    let (width, height) = frame.outer(slot);
    let mut card = RgbaImage::new(width, height);
    if let Some(border) = slot.border {
        let round = Rounded::new((width, height), outer_radius(slot, frame));
        let colour = border.colour.premultiplied();
        for (line, y) in lines(&mut card).zip(0..) {
            for (pixel, x) in line.iter_mut().zip(0..) {
                *pixel = thinned(colour, round.coverage(x, y));
            }
        }
    }
    let photo = Layer::from_straight(view.clone().into_rgba());
    let round = Rounded::new((slot.width, slot.height), slot.corner_radius);
    let inner = lines(&mut card).skip(frame.side as usize);
    for ((line, photo), y) in inner.zip(photo.rows()).zip(0..) {
        let window = &mut line[frame.side as usize..];
        for ((below, above), x) in window.iter_mut().zip(photo).zip(0..) {
            let masked = mask.map_or(255, |mask| mask.get_pixel(x, y).0[0]);
            over(below, thinned(thinned(*above, masked), round.coverage(x, y)));
        }
    }
    Layer::from_premultiplied(card)
}

fn lines(picture: &mut RgbaImage) -> impl Iterator<Item = &mut [[u8; 4]]> {
    let width = (picture.width() as usize).max(1);
    picture.as_chunks_mut::<4>().0.chunks_exact_mut(width)
}

/// A premultiplied colour, only as strong as the coverage.
fn thinned(colour: [u8; 4], coverage: u8) -> [u8; 4] {
    match coverage {
        255 => colour,
        0 => [0; 4],
        part => colour.map(|channel| times_over_255(u32::from(channel), u32::from(part))),
    }
}

/// The radius of the frame's corners, so that it is equally thick all around.
pub(super) fn outer_radius(slot: &Slot, frame: Frame) -> u32 {
    if slot.corner_radius == 0 {
        0
    } else {
        slot.corner_radius + frame.side
    }
}

/// A rectangle with rounded corners, smooth at its edge.
pub(super) struct Rounded {
    size: (u32, u32),
    radius: u32,
}

impl Rounded {
    pub(super) fn new((width, height): (u32, u32), radius: u32) -> Self {
        Self {
            size: (width, height),
            radius: radius.min(width / 2).min(height / 2),
        }
    }

    /// How much of a pixel lies inside, 0 to 255: `clamp(radius − distance + 0.5, 0, 1)` with the
    /// distance of its middle from the arc's centre, nearly the area that the arc leaves of it.
    pub(super) fn coverage(&self, x: u32, y: u32) -> u8 {
        let (Some(dx), Some(dy)) = (self.past(x, self.size.0), self.past(y, self.size.1)) else {
            return 255;
        };
        ((self.radius as f32 - dx.hypot(dy) + 0.5) * 255.0).clamp(0.0, 255.0) as u8
    }

    /// How far the middle of a pixel lies past the centres of the corner's arcs, towards the edge.
    fn past(&self, at: u32, side: u32) -> Option<f32> {
        let from_edge = at.min(side.saturating_sub(at + 1));
        (from_edge < self.radius).then(|| (self.radius - from_edge) as f32 - 0.5)
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
