//! The colour of a photo: each filter is one 3x3 matrix and three tables, or light that blooms.
//!
//! Filters work on the cropped photo before anything is composed, on sRGB-coded values: that is
//! where the curves of film and print are drawn by eye, and where a table has 256 entries. The
//! order is matrix, then one curve for each channel, then the mix with the photo by strength.

mod curve;
mod glow;
mod grade;

use image::{RgbImage, RgbaImage};

use crate::decode::Pixels;
use crate::recipe::{Filter, FilterName};
use grade::Grade;

/// Changes the colours of a photo in place. Alpha is not touched.
pub fn apply(photo: &mut Pixels, filter: Filter) {
    // A strength of nothing to say, or of nonsense, leaves the photo as it is.
    if filter.name == FilterName::None || filter.strength.is_nan() || filter.strength <= 0.0 {
        return;
    }
    let strength = filter.strength.min(1.0);
    match (grade_of(filter.name), photo) {
        (Some(grade), Pixels::Rgb(photo)) => grade.apply::<3>(photo, strength),
        (Some(grade), Pixels::Rgba(photo)) => grade.apply::<4>(photo, strength),
        (None, Pixels::Rgb(photo)) => glow::apply(photo, strength),
        (None, Pixels::Rgba(photo)) => keep_alpha(photo, |colours| glow::apply(colours, strength)),
    }
}

/// The point-wise filters; `None` for those that look at their surroundings.
fn grade_of(name: FilterName) -> Option<Grade> {
    match name {
        FilterName::None => Some(Grade::neutral()),
        FilterName::BlackAndWhite => Some(Grade::black_and_white()),
        FilterName::WarmFilm => Some(Grade::warm_film()),
        FilterName::Cool => Some(Grade::cool()),
        FilterName::HighContrast => Some(Grade::high_contrast()),
        FilterName::Sepia => Some(Grade::sepia()),
        FilterName::Glow => None,
    }
}

fn keep_alpha(photo: &mut RgbaImage, change: impl FnOnce(&mut RgbImage)) {
    let mut colours = RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let [r, g, b, _] = photo.get_pixel(x, y).0;
        image::Rgb([r, g, b])
    });
    change(&mut colours);
    for (pixel, colour) in photo.pixels_mut().zip(colours.pixels()) {
        pixel.0[..3].copy_from_slice(&colour.0);
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba};

    use super::*;

    fn that_change() -> impl Iterator<Item = FilterName> {
        FilterName::ALL
            .into_iter()
            .filter(|name| *name != FilterName::None)
    }

    fn filtered(colour: [u8; 3], filter: Filter) -> [u8; 3] {
        let mut photo = Pixels::Rgb(RgbImage::from_pixel(32, 32, Rgb(colour)));
        apply(&mut photo, filter);
        match photo {
            Pixels::Rgb(photo) => photo.get_pixel(16, 16).0,
            Pixels::Rgba(_) => panic!("a filter keeps the kind of pixels"),
        }
    }

    #[test]
    fn no_strength_changes_nothing() {
        for name in that_change() {
            for strength in [0.0, -1.0, f32::NAN] {
                assert_eq!(
                    filtered([180, 120, 90], Filter { name, strength }),
                    [180, 120, 90]
                );
            }
        }
    }

    #[test]
    fn half_strength_lies_between_the_photo_and_the_filter() {
        for name in that_change() {
            let before = [90, 140, 60];
            let half = filtered(before, Filter { name, strength: 0.5 });
            let whole = filtered(before, Filter::full(name));
            for channel in 0..3 {
                let middle = i32::from(before[channel]).midpoint(i32::from(whole[channel]));
                assert!((i32::from(half[channel]) - middle).abs() <= 2, "{name:?}");
            }
        }
    }

    #[test]
    fn black_and_white_has_no_colour_and_sepia_only_brown() {
        for colour in [[200, 40, 40], [20, 90, 220], [128, 128, 128]] {
            let [r, g, b] = filtered(colour, Filter::full(FilterName::BlackAndWhite));
            assert!(r == g && g == b);
            let [r, g, b] = filtered(colour, Filter::full(FilterName::Sepia));
            assert!(r >= g && g >= b && r > b);
        }
    }

    #[test]
    fn warm_is_warmer_and_cool_is_cooler_than_grey() {
        let [r, _, b] = filtered([128; 3], Filter::full(FilterName::WarmFilm));
        assert!(r > b + 8, "{r} {b}");
        let [r, _, b] = filtered([128; 3], Filter::full(FilterName::Cool));
        assert!(b > r + 8, "{r} {b}");
    }

    #[test]
    fn high_contrast_parts_dark_from_light() {
        let dark = filtered([70; 3], Filter::full(FilterName::HighContrast));
        let light = filtered([190; 3], Filter::full(FilterName::HighContrast));
        assert!(dark[0] < 60 && light[0] > 200, "{dark:?} {light:?}");
    }

    #[test]
    fn greys_stay_in_order_under_every_filter() {
        for name in that_change() {
            let greys = (0..=255).map(|grey| filtered([grey; 3], Filter::full(name)));
            let sums: Vec<u32> = greys.map(|p| p.into_iter().map(u32::from).sum()).collect();
            assert!(sums.is_sorted(), "{name:?}");
        }
    }

    #[test]
    fn skin_keeps_its_hue_under_the_glow() {
        for skin in [[224, 172, 140], [160, 110, 80], [95, 60, 45]] {
            let glowing = filtered(skin, Filter::full(FilterName::Glow));
            assert!(glowing[0] >= glowing[1] && glowing[1] >= glowing[2]);
            for channel in 0..3 {
                let change = i32::from(glowing[channel]) - i32::from(skin[channel]);
                assert!((0..=28).contains(&change), "{skin:?} became {glowing:?}");
            }
        }
    }

    #[test]
    fn transparency_is_kept() {
        for name in that_change() {
            let mut photo = Pixels::Rgba(RgbaImage::from_pixel(8, 8, Rgba([200, 100, 50, 77])));
            apply(&mut photo, Filter::full(name));
            match photo {
                Pixels::Rgba(photo) => assert!(photo.pixels().all(|p| p.0[3] == 77)),
                Pixels::Rgb(_) => panic!("a filter keeps the kind of pixels"),
            }
        }
    }
}
