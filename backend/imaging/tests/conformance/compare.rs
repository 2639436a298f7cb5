//! How far two pictures are apart, in levels of 255.

use image::RgbImage;

/// Differences over all pixels of two pictures of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Apart {
    /// Mean difference of luma (ITU-R BT.601, as in JFIF).
    pub(crate) luma_mean: f64,
    /// Largest difference of luma.
    pub(crate) luma_most: f64,
    /// Mean difference of a channel.
    pub(crate) mean: f64,
    /// Largest difference of a channel.
    pub(crate) most: u8,
}

impl Apart {
    pub(crate) fn of(found: &RgbImage, expected: &RgbImage, what: &str) -> Self {
        assert_eq!(found.dimensions(), expected.dimensions(), "{what}");
        let luma: Vec<f64> = found
            .pixels()
            .zip(expected.pixels())
            .map(|(a, b)| (luma(a.0) - luma(b.0)).abs())
            .collect();
        let samples = || found.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b));
        Self {
            luma_mean: luma.iter().sum::<f64>() / luma.len() as f64,
            luma_most: luma.iter().copied().fold(0.0, f64::max),
            mean: samples().map(f64::from).sum::<f64>() / found.len() as f64,
            most: samples().max().unwrap(),
        }
    }

    /// Whether this is no further apart than `bound` in any way.
    pub(crate) fn is_within(self, bound: Self) -> bool {
        self.luma_mean <= bound.luma_mean
            && self.luma_most <= bound.luma_most
            && self.mean <= bound.mean
            && self.most <= bound.most
    }
}

fn luma([red, green, blue]: [u8; 3]) -> f64 {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
}
