//! Keeps still what stands still: a camera's noise is not movement.

use image::RgbImage;
use rayon::prelude::*;

/// The mean difference of a pixel and its eight neighbours, in levels, up to which nothing moved:
/// above the noise that is left after a photo was made small, below what an eye sees flicker.
const STILL: u16 = 3;

/// Each picture takes over from the one before it, as that is shown, the pixels that did not move.
///
/// A pixel is compared with the value that is really on the screen, so slow changes add up to a
/// change and do not leave a trail.
pub(super) fn hold(pictures: &mut [RgbImage]) {
    for place in 1..pictures.len() {
        let (shown, next) = pictures.split_at_mut(place);
        if let (Some(shown), Some(next)) = (shown.last(), next.first_mut()) {
            keep_still(shown, next);
        }
    }
}

fn keep_still(shown: &RgbImage, next: &mut RgbImage) {
    let width = next.width() as usize;
    let moved = differences(shown, next);
    let rows = next.par_chunks_exact_mut(3 * width).enumerate();
    rows.for_each(|(y, row)| {
        let before = &shown.as_raw()[3 * width * y..3 * width * (y + 1)];
        let pixels = row.as_chunks_mut::<3>().0.iter_mut();
        for (x, (pixel, before)) in pixels.zip(before.as_chunks::<3>().0).enumerate() {
            if around(&moved, width, x, y) {
                *pixel = *before;
            }
        }
    });
}

/// The sum of the three channels' differences for each pixel.
fn differences(a: &RgbImage, b: &RgbImage) -> Vec<u16> {
    let (a, b) = (a.as_raw().as_chunks::<3>().0, b.as_raw().as_chunks::<3>().0);
    let sum = |(a, b): (&[u8; 3], &[u8; 3])| (0..3).map(|c| u16::from(a[c].abs_diff(b[c]))).sum();
    a.par_iter().zip(b).map(sum).collect()
}

/// Whether the pixels around one are all but the same on average.
fn around(differences: &[u16], width: usize, x: usize, y: usize) -> bool {
    let height = differences.len() / width;
    let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
    let (top, bottom) = (y.saturating_sub(1), (y + 1).min(height - 1));
    let rows = (top..=bottom).map(|y| &differences[y * width + left..=y * width + right]);
    let sum: u16 = rows.flatten().fold(0, |sum, part| sum.saturating_add(*part));
    let pixels = (right - left + 1) * (bottom - top + 1);
    usize::from(sum) <= pixels * 3 * usize::from(STILL)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn noise_is_held_and_movement_is_not() {
        let still = RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, 90]));
        let mut next = still.clone();
        for (index, pixel) in next.pixels_mut().enumerate() {
            pixel.0[index % 3] += (index % 5) as u8;
        }
        for (x, y) in (10..20).flat_map(|x| (10..20).map(move |y| (x, y))) {
            next.put_pixel(x, y, Rgb([250, 20, 20]));
        }
        let mut pictures = vec![still.clone(), next];
        hold(&mut pictures);
        assert_eq!(pictures[1].get_pixel(30, 5), still.get_pixel(30, 5));
        assert_eq!(pictures[1].get_pixel(15, 15), &Rgb([250, 20, 20]));
        assert_eq!(pictures[1].get_pixel(10, 10), &Rgb([250, 20, 20]));
    }

    #[test]
    fn a_slow_fade_is_followed() {
        let mut pictures: Vec<RgbImage> = (0..12)
            .map(|step| RgbImage::from_pixel(8, 8, Rgb([100 + 2 * step; 3])))
            .collect();
        hold(&mut pictures);
        for (step, picture) in (0..).zip(&pictures) {
            let shown = picture.get_pixel(4, 4).0[0];
            assert!(shown.abs_diff(100 + 2 * step) <= 3, "step {step}: {shown}");
        }
    }
}
