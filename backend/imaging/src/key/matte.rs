//! How much of a pixel is cloth, what alpha follows from it, and the colour that is left.

use super::{Axis, colour_of};
use crate::recipe::ChromaKey;

/// A pixel is never taken for more cloth than this when its own colour is looked for: the rest
/// would be noise, many times enlarged.
const MOST: f32 = 0.9;

/// The rules of one look for one photo's cloth.
pub(super) struct Matte {
    axis: Axis,
    /// The share of cloth from which on a pixel is all cloth.
    clear: f32,
    /// The share of cloth up to which a pixel is all guest.
    solid: f32,
    spill: f32,
}

impl Matte {
    /// `clear = 1 − tolerance`, `solid = clear · (1 − softness)`.
    pub(super) fn new(axis: Axis, key: &ChromaKey) -> Self {
        let clear = 1.0 - key.tolerance.clamp(0.0, 1.0);
        Self {
            axis,
            clear,
            solid: clear * (1.0 - key.softness.clamp(0.0, 1.0)),
            spill: key.spill.clamp(0.0, 1.0),
        }
    }

    /// The pixel with straight alpha; `plate` gives colour and amount of the cloth behind it.
    ///
    /// The share of cloth `d` is the pixel's amount of the cloth's colour over the plate's, the
    /// colour difference of Petro Vlahos (US patent 3 158 477, 1964). Alpha falls in a straight
    /// line from 1 at `solid` to 0 at `clear`. The colour left is `F = (C − s·B) / (1 − s)`. Where
    /// the pixel stays solid `s = d · spill`; the more of the background shows, the nearer `s`
    /// comes to `d`, because half a pixel of cloth is no light on a guest.
    #[inline]
    pub(super) fn cut<const N: usize>(&self, pixel: &[u8; N], plate: impl Fn() -> [f32; 4]) -> [u8; 4] {
        let old = if N == 4 { pixel[3] } else { 255 };
        let colour = colour_of(pixel);
        let amount = self.axis.amount(colour);
        if amount <= 0.0 {
            return [pixel[0], pixel[1], pixel[2], old];
        }
        let plate = plate();
        let share = amount / plate[3];
        let alpha = self.alpha(share);
        if alpha <= 0.0 {
            return [0; 4];
        }
        let taken = (share * self.spill.max(1.0 - alpha)).min(MOST);
        let [r, g, b] = std::array::from_fn(|c| byte((colour[c] - taken * plate[c]) / (1.0 - taken)));
        [r, g, b, byte(alpha * f32::from(old))]
    }

    fn alpha(&self, share: f32) -> f32 {
        if share <= self.solid {
            return 1.0;
        }
        if share >= self.clear {
            return 0.0;
        }
        (self.clear - share) / (self.clear - self.solid)
    }
}

fn byte(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOTH: [f32; 3] = [60.0, 160.0, 80.0];

    fn cut(colour: [f32; 3], key: &ChromaKey) -> [u8; 4] {
        let axis = Axis::towards(CLOTH);
        let [r, g, b] = CLOTH;
        let pixel = colour.map(byte);
        Matte::new(axis, key).cut(&pixel, || [r, g, b, axis.amount(CLOTH)])
    }

    fn mixed(guest: [f32; 3], cloth: f32) -> [f32; 3] {
        std::array::from_fn(|c| guest[c] + (CLOTH[c] - guest[c]) * cloth)
    }

    #[test]
    fn cloth_goes_and_skin_stays_to_the_byte() {
        let key = ChromaKey::default();
        assert_eq!(cut(CLOTH, &key), [0; 4]);
        assert_eq!(cut(CLOTH.map(|c| c * 0.85), &key), [0; 4]);
        assert_eq!(cut([214.0, 163.0, 126.0], &key), [214, 163, 126, 255]);
    }

    #[test]
    fn half_a_pixel_of_dark_hair_is_half_there_and_dark() {
        let [r, g, b, a] = cut(mixed([35.0, 26.0, 22.0], 0.5), &ChromaKey::default());
        assert!((90..=165).contains(&a), "{a}");
        let near = [(r, 35), (g, 26), (b, 22)]
            .iter()
            .all(|(at, hair)| at.abs_diff(*hair) <= 20);
        assert!(near, "{r} {g} {b}");
    }

    #[test]
    fn alpha_never_rises_with_more_cloth() {
        for softness in [0.0, 0.3, 1.0] {
            for tolerance in [0.0, 0.25, 1.0] {
                let key = ChromaKey {
                    tolerance,
                    softness,
                    ..ChromaKey::default()
                };
                let alphas =
                    (0..=100_u8).map(|share| cut(mixed([90.0; 3], f32::from(share) / 100.0), &key)[3]);
                assert!(alphas.is_sorted_by(|a, b| a >= b), "{tolerance} {softness}");
            }
        }
    }

    #[test]
    fn spill_is_taken_back_as_far_as_asked() {
        let shirt = mixed([220.0, 220.0, 220.0], 0.15);
        let green = |spill| {
            let [r, g, b, a] = cut(
                shirt,
                &ChromaKey {
                    spill,
                    ..ChromaKey::default()
                },
            );
            assert_eq!(a, 255);
            i32::from(g) - (i32::from(r) + i32::from(b)) / 2
        };
        assert!(green(0.0) >= 10 && green(1.0) <= 1 && green(0.5) > green(1.0));
    }

    #[test]
    fn what_was_see_through_stays_so() {
        let axis = Axis::towards(CLOTH);
        let matte = Matte::new(axis, &ChromaKey::default());
        assert_eq!(
            matte.cut(&[200, 150, 120, 77], || unreachable!()),
            [200, 150, 120, 77]
        );
    }
}
