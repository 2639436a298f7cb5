//! Averages whole squares of pixels while rows arrive, so that a large picture is never held whole.

use super::samples::{Channels, Samples};

/// More would overflow the sums of alpha-weighed channels: 256² pixels of 255 x 255.
pub(super) const MAX_DIVISOR: u32 = 256;

/// Takes rows top to bottom and keeps their `divisor`-fold reduction: the mean of each square (a
/// box filter), with alpha `Σ c·a / Σ a`, rounded to the nearest level; squares at the right and
/// lower edge may be smaller.
pub(super) struct Reducer {
    channels: Channels,
    divisor: usize,
    width: usize,
    /// Sums of the present row of squares: channels weighed by alpha, alpha last.
    sums: Vec<u32>,
    rows_summed: usize,
    reduced: Vec<u8>,
}

impl Reducer {
    /// For a picture of `width` x `height` pixels; a `divisor` of 1 keeps every pixel, the largest is [`MAX_DIVISOR`].
    pub(super) fn new(channels: Channels, width: u32, height: u32, divisor: u32) -> Self {
        let rows = height.div_ceil(divisor) as usize;
        let columns = width.div_ceil(divisor) as usize;
        Self {
            channels,
            divisor: divisor as usize,
            width: width as usize,
            sums: vec![
                0;
                if divisor > 1 {
                    columns * channels.count()
                } else {
                    0
                }
            ],
            rows_summed: 0,
            reduced: Vec::with_capacity(columns * rows * channels.count()),
        }
    }

    /// Takes the next row: `width * channels` bytes.
    pub(super) fn push(&mut self, row: &[u8]) {
        if self.divisor == 1 {
            self.reduced.extend_from_slice(row);
            return;
        }
        let count = self.channels.count();
        let squares = row.chunks(self.divisor * count);
        for (sums, pixels) in self.sums.chunks_exact_mut(count).zip(squares) {
            if self.channels.has_alpha() {
                add_weighed(sums, pixels);
            } else {
                add(sums, pixels);
            }
        }
        self.rows_summed += 1;
        if self.rows_summed == self.divisor {
            self.finish_row();
        }
    }

    /// The reduction of the rows so far.
    pub(super) fn finish(mut self) -> Samples {
        if self.rows_summed > 0 {
            self.finish_row();
        }
        let width = self.width.div_ceil(self.divisor);
        let row = (width * self.channels.count()).max(1);
        Samples {
            channels: self.channels,
            width: u32::try_from(width).expect("not wider than the source"),
            height: u32::try_from(self.reduced.len() / row).expect("not higher than the source"),
            bytes: self.reduced,
        }
    }

    fn finish_row(&mut self) {
        let count = self.channels.count();
        for (column, sums) in self.sums.chunks_exact_mut(count).enumerate() {
            let columns = self.divisor.min(self.width - column * self.divisor);
            let area = (columns * self.rows_summed) as u32;
            let weight = if self.channels.has_alpha() {
                sums[count - 1]
            } else {
                area
            };
            for (channel, sum) in sums.iter_mut().enumerate() {
                let divide_by = if self.channels.has_alpha() && channel == count - 1 {
                    area
                } else {
                    weight
                };
                let mean = (*sum + divide_by / 2).checked_div(divide_by).unwrap_or(0);
                self.reduced.push(mean.min(255) as u8);
                *sum = 0;
            }
        }
        self.rows_summed = 0;
    }
}

fn add(sums: &mut [u32], pixels: &[u8]) {
    for pixel in pixels.chunks_exact(sums.len()) {
        for (sum, sample) in sums.iter_mut().zip(pixel) {
            *sum += u32::from(*sample);
        }
    }
}

fn add_weighed(sums: &mut [u32], pixels: &[u8]) {
    let alpha_at = sums.len() - 1;
    for pixel in pixels.chunks_exact(sums.len()) {
        let alpha = u32::from(pixel[alpha_at]);
        for (sum, sample) in sums.iter_mut().zip(&pixel[..alpha_at]) {
            *sum += u32::from(*sample) * alpha;
        }
        sums[alpha_at] += alpha;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduce(channels: Channels, width: u32, divisor: u32, rows: &[&[u8]]) -> Samples {
        let mut reducer = Reducer::new(channels, width, rows.len() as u32, divisor);
        for row in rows {
            reducer.push(row);
        }
        reducer.finish()
    }

    #[test]
    fn squares_are_averaged_and_the_rest_at_the_edges_too() {
        let reduced = reduce(Channels::Grey, 3, 2, &[&[0, 10, 50], &[20, 30, 60], &[7, 9, 100]]);
        assert_eq!((reduced.width, reduced.height), (2, 2));
        assert_eq!(reduced.bytes, [15, 55, 8, 100]);
    }

    #[test]
    fn a_divisor_of_one_keeps_every_pixel() {
        let reduced = reduce(Channels::Rgb, 1, 1, &[&[1, 2, 3], &[4, 5, 6]]);
        assert_eq!(reduced.bytes, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn invisible_pixels_lend_no_colour() {
        let reduced = reduce(Channels::Rgba, 2, 2, &[&[200, 100, 50, 255, 0, 0, 0, 0]]);
        assert_eq!(reduced.bytes, [200, 100, 50, 128]);
    }

    #[test]
    fn the_largest_divisor_does_not_overflow() {
        let row = vec![255; 256 * 4];
        let reduced = reduce(Channels::Rgba, 256, MAX_DIVISOR, &vec![row.as_slice(); 256]);
        assert_eq!(reduced.bytes, [255; 4]);
    }
}
