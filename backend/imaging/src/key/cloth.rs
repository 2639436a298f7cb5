//! Finds the cloth in a photo: the colour asked for is where to look, the photo says how it came out.

use super::{Axis, colour_of};
use crate::recipe::Colour;

/// About this many pixels are looked at along the shorter side.
const SAMPLES: usize = 300;

/// The frame of the photo that a cloth reaches and a guest's clothes hardly do: this part of the
/// shorter side at the top, and at both sides down to `LOWEST` of the height.
const FRAME: f32 = 0.06;
const LOWEST: f32 = 0.6;

/// Looks like cloth: this part of the strength of the colour asked for. Cotton under a lamp is
/// half as strong as the paint on the tin; a white shirt in a cloth's light has less than a tenth.
const LEAST: f32 = 0.33;

/// So much of the frame must look like cloth: less is a plant, or the balloon of a guest.
const ENOUGH: f32 = 0.15;

/// A cloth as a photo shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cloth {
    /// The axis of its colour.
    pub(super) axis: Axis,
    /// Its mean colour, 0 to 255 a channel.
    pub(super) colour: [f32; 3],
}

impl Cloth {
    /// Whether a colour is surely cloth, in light or in shade, and hardly mixed with anything.
    pub(super) fn is(&self, colour: [f32; 3]) -> bool {
        self.axis.strength(colour) >= SURE * self.axis.strength(self.colour)
    }
}

/// Surely cloth: this part of the cloth's own strength.
const SURE: f32 = 0.6;

/// The cloth of about the colour `named`, or nothing when no such cloth reaches the photo's edges.
pub(super) fn find<const N: usize>(pixels: &[[u8; N]], size: (u32, u32), named: Colour) -> Option<Cloth> {
    let named = [named.r, named.g, named.b].map(f32::from);
    let axis = Axis::towards(named);
    let least = LEAST * axis.strength(named);
    let framing = framing(pixels, size);
    let count = framing.len();
    let strengths = framing.into_iter().map(|colour| (axis.strength(colour), colour));
    let mut alike: Vec<(f32, [f32; 3])> = strengths.filter(|(strength, _)| *strength >= least).collect();
    if alike.is_empty() || (alike.len() as f32) < ENOUGH * count as f32 {
        return None;
    }
    // The stronger half: the other one holds edges, deep folds and what only resembles the cloth.
    let middle = alike.len() / 2;
    alike.select_nth_unstable_by(middle, |a, b| b.0.total_cmp(&a.0));
    let colour = mean(&alike[..=middle]);
    Some(Cloth {
        axis: Axis::towards(colour),
        colour,
    })
}

/// Some pixels of the photo's frame.
fn framing<const N: usize>(pixels: &[[u8; N]], (width, height): (u32, u32)) -> Vec<[f32; 3]> {
    let (width, height) = (width as usize, height as usize);
    let shorter = width.min(height);
    let step = (shorter / SAMPLES).max(1);
    let thickness = ((shorter as f32 * FRAME) as usize).max(1);
    let lowest = ((height as f32 * LOWEST) as usize).max(1).min(height);
    let rows = (0..lowest).step_by(step);
    let places = rows.flat_map(|y| (0..width).step_by(step).map(move |x| (x, y)));
    let framing = places.filter(|(x, y)| *y < thickness || *x < thickness || width - x <= thickness);
    framing.map(|(x, y)| colour_of(&pixels[y * width + x])).collect()
}

fn mean(samples: &[(f32, [f32; 3])]) -> [f32; 3] {
    std::array::from_fn(|c| samples.iter().map(|(_, colour)| colour[c]).sum::<f32>() / samples.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Colour = Colour::rgb(0, 177, 64);
    const SIZE: (u32, u32) = (80, 60);
    const SKIN: [u8; 3] = [210, 160, 140];

    fn photo(colour_at: impl Fn(u32, u32) -> [u8; 3]) -> Vec<[u8; 3]> {
        let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y)));
        places.map(|(x, y)| colour_at(x, y)).collect()
    }

    #[test]
    fn the_cloth_is_found_as_the_camera_saw_it() {
        let guest = |x: u32, y: u32| (20..60).contains(&x) && y > 20;
        let photo = photo(|x, y| if guest(x, y) { SKIN } else { [70, 150, 84] });
        let cloth = find(&photo, SIZE, ASKED).unwrap();
        assert_eq!(cloth.colour.map(f32::round), [70.0, 150.0, 84.0]);
        assert!(cloth.is([35.0, 75.0, 42.0]) && !cloth.is([210.0, 160.0, 140.0]));
    }

    #[test]
    fn a_green_dress_is_no_cloth() {
        let dress = |x: u32, y: u32| (10..70).contains(&x) && y > 25;
        let photo = photo(|x, y| if dress(x, y) { [20, 150, 60] } else { SKIN });
        assert!(find(&photo, SIZE, ASKED).is_none());
        assert!(find::<3>(&[], (0, 7), ASKED).is_none());
        assert!(find::<3>(&[], (7, 0), ASKED).is_none());
    }
}
