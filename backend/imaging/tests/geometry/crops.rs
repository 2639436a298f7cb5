//! Which part of a photo a slot shows, and what scaling makes of it.

use boothline_imaging::layout::cover;
use boothline_imaging::recipe::Focus;
use boothline_imaging::resize::{CropBox, fit_long_edge, resize_rgb};
use image::{Rgb, RgbImage};
use proptest::prelude::*;

fn sizes() -> impl Strategy<Value = (u32, u32)> {
    (1_u32..12_000, 1_u32..12_000)
}

proptest! {
    #[test]
    fn the_crop_keeps_the_slots_proportion_within_half_a_pixel(
        photo in sizes(), slot in sizes(), x in 0.0_f32..=1.0, y in 0.0_f32..=1.0,
    ) {
        let crop = cover(photo, slot, Focus { x, y });
        // Scaled to the slot's width, how far the height is from the slot's.
        let height = crop.height * f64::from(slot.0) / crop.width;
        prop_assert!((height - f64::from(slot.1)).abs() < 0.5);
    }

    #[test]
    fn the_crop_follows_the_focus_and_never_turns_back(
        photo in sizes(), slot in sizes(), a in 0.0_f32..=1.0, b in 0.0_f32..=1.0,
    ) {
        let (near, far) = (a.min(b), a.max(b));
        let first = cover(photo, slot, Focus { x: near, y: near });
        let second = cover(photo, slot, Focus { x: far, y: far });
        prop_assert!(first.left <= second.left && first.top <= second.top);
        prop_assert_eq!((first.width, first.height), (second.width, second.height));
        let moved = f64::from(far - near);
        prop_assert!(second.left - first.left <= moved * f64::from(photo.0) + 0.01);
    }

    #[test]
    fn the_crop_is_centred_on_the_focus_unless_an_edge_is_in_the_way(
        photo in sizes(), slot in sizes(), x in 0.0_f32..=1.0,
    ) {
        let crop = cover(photo, slot, Focus { x, y: 0.5 });
        let off = crop.left + crop.width / 2.0 - f64::from(x) * f64::from(photo.0);
        let at_left = crop.left <= 1e-9;
        let at_right = crop.left + crop.width >= f64::from(photo.0) - 1e-9;
        prop_assert!(off.abs() < 1e-6 || (off > 0.0 && at_left) || (off < 0.0 && at_right));
    }

    #[test]
    fn a_mirrored_focus_gives_the_mirrored_crop(
        photo in sizes(), slot in sizes(), sixteenth in 0_u8..=16,
    ) {
        let x = f32::from(sixteenth) / 16.0;
        let crop = cover(photo, slot, Focus { x, y: 0.5 });
        let mirrored = cover(photo, slot, Focus { x: 1.0 - x, y: 0.5 });
        let from_right = f64::from(photo.0) - crop.left - crop.width;
        prop_assert!((mirrored.left - from_right).abs() < 1e-6);
    }

    #[test]
    fn a_fitted_size_is_never_larger_and_keeps_the_proportion((width, height) in sizes(), edge in 1_u32..6000) {
        let fitted = fit_long_edge(width, height, edge);
        prop_assert_eq!(fitted.0.max(fitted.1), width.max(height).min(edge));
        let scale = f64::from(fitted.0.max(fitted.1)) / f64::from(width.max(height));
        for (side, of) in [(fitted.0, width), (fitted.1, height)] {
            let exact = f64::from(of) * scale;
            prop_assert!((f64::from(side) - exact).abs() <= 0.5 + 1e-9 || side == 1);
            prop_assert!((1..=of).contains(&side));
        }
    }

    #[test]
    fn a_flat_picture_stays_flat_whatever_is_cut_out_of_it(
        colour: [u8; 3],
        (left, top) in (-20.0_f64..60.0, -20.0_f64..60.0),
        (width, height) in (-5.0_f64..90.0, -5.0_f64..90.0),
        size in (1_u32..40, 1_u32..40),
    ) {
        let picture = RgbImage::from_pixel(40, 30, Rgb(colour));
        let scaled = resize_rgb(&picture, CropBox { left, top, width, height }, size.0, size.1);
        prop_assert_eq!(scaled.dimensions(), size);
        prop_assert!(scaled.pixels().all(|pixel| pixel.0 == colour));
    }

    #[test]
    fn a_crop_shows_the_part_it_names(left in 16.0_f64..150.0, width in 8.0_f64..80.0, across in 4_u32..60) {
        // Brightness is the place: pixel x has the value x in its middle.
        let ramp = RgbImage::from_fn(256, 8, |x, _| Rgb([u8::try_from(x).expect("256 columns"); 3]));
        let crop = CropBox { left, top: 0.0, width, height: 8.0 };
        let scaled = resize_rgb(&ramp, crop, across, 3);
        for x in 0..across {
            let place = left + (f64::from(x) + 0.5) * width / f64::from(across) - 0.5;
            let shown = f64::from(scaled.get_pixel(x, 1).0[0]);
            prop_assert!((shown - place).abs() <= 1.0, "column {} shows {} for {}", x, shown, place);
        }
    }
}
