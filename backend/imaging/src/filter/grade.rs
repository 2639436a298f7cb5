//! Point-wise filters: a colour matrix, a curve for each channel, a mix by strength.

use rayon::prelude::*;

use super::curve::{self, Curve};

/// Fixed point of the matrix: 1.0 is 4096.
const ONE: i32 = 1 << 12;

/// Pixels in one piece of work for a thread.
const PIECE: usize = 16 * 1024;

/// A filter that looks at one pixel at a time.
pub(super) struct Grade {
    matrix: [[i32; 3]; 3],
    curves: [Curve; 3],
}

/// The weights of red, green and blue in the eye's impression of brightness, on coded values
/// (ITU-R BT.709).
const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// The weights of a panchromatic film behind a light yellow filter: redder than the eye, so that
/// skin is bright and even and skies have depth. Chosen by eye between the film's and BT.601's.
const PANCHROMATIC: [f32; 3] = [0.36, 0.52, 0.12];

impl Grade {
    /// No change.
    pub(super) fn neutral() -> Self {
        Self {
            matrix: saturated(1.0),
            curves: [curve::straight(); 3],
        }
    }

    /// Panchromatic grey, then the S of a normal paper: toe, steep middle, soft shoulder.
    pub(super) fn black_and_white() -> Self {
        let paper = curve::through(&[
            (0.0, 4.0),
            (48.0, 34.0),
            (128.0, 131.0),
            (200.0, 217.0),
            (255.0, 253.0),
        ]);
        Self {
            matrix: fixed([PANCHROMATIC; 3]),
            curves: [paper; 3],
        }
    }

    /// Colour negative film in late sun: less saturation, blacks that do not close, a soft
    /// shoulder, red above green above blue in the lights, and the reverse, faintly, in the shadows.
    pub(super) fn warm_film() -> Self {
        Self {
            matrix: saturated(0.90),
            curves: [
                curve::through(&[
                    (0.0, 16.0),
                    (64.0, 69.0),
                    (128.0, 141.0),
                    (192.0, 207.0),
                    (255.0, 252.0),
                ]),
                curve::through(&[
                    (0.0, 17.0),
                    (64.0, 65.0),
                    (128.0, 131.0),
                    (192.0, 196.0),
                    (255.0, 246.0),
                ]),
                curve::through(&[
                    (0.0, 23.0),
                    (64.0, 62.0),
                    (128.0, 118.0),
                    (192.0, 178.0),
                    (255.0, 229.0),
                ]),
            ],
        }
    }

    /// Daylight from a north window: blue lifted, red held back in the shadows only, so that skin
    /// (bright and red) keeps its life.
    pub(super) fn cool() -> Self {
        Self {
            matrix: saturated(0.92),
            curves: [
                curve::through(&[
                    (0.0, 2.0),
                    (64.0, 55.0),
                    (128.0, 123.0),
                    (192.0, 193.0),
                    (255.0, 253.0),
                ]),
                curve::through(&[
                    (0.0, 5.0),
                    (64.0, 63.0),
                    (128.0, 130.0),
                    (192.0, 196.0),
                    (255.0, 254.0),
                ]),
                curve::through(&[
                    (0.0, 18.0),
                    (64.0, 76.0),
                    (128.0, 140.0),
                    (192.0, 203.0),
                    (255.0, 255.0),
                ]),
            ],
        }
    }

    /// The S of a hard paper on each channel. That alone strengthens colours so much that skin
    /// turns orange; the matrix takes it back beforehand.
    pub(super) fn high_contrast() -> Self {
        let hard = curve::through(&[
            (0.0, 0.0),
            (40.0, 18.0),
            (90.0, 72.0),
            (128.0, 131.0),
            (180.0, 203.0),
            (220.0, 241.0),
            (255.0, 255.0),
        ]);
        Self {
            matrix: saturated(0.86),
            curves: [hard; 3],
        }
    }

    /// A silver print toned brown: grey first, then one curve for each channel from warm black
    /// over brown to cream, as toning colours the middle tones most.
    pub(super) fn sepia() -> Self {
        Self {
            matrix: fixed([PANCHROMATIC; 3]),
            curves: [
                curve::through(&[
                    (0.0, 26.0),
                    (64.0, 84.0),
                    (128.0, 156.0),
                    (192.0, 216.0),
                    (255.0, 252.0),
                ]),
                curve::through(&[
                    (0.0, 17.0),
                    (64.0, 62.0),
                    (128.0, 126.0),
                    (192.0, 190.0),
                    (255.0, 241.0),
                ]),
                curve::through(&[
                    (0.0, 11.0),
                    (64.0, 42.0),
                    (128.0, 92.0),
                    (192.0, 152.0),
                    (255.0, 216.0),
                ]),
            ],
        }
    }

    /// Changes every pixel of `N` bytes, of which the first three are the colour.
    pub(super) fn apply<const N: usize>(&self, pixels: &mut [u8], strength: f32) {
        let mix = i32::from(curve::to_byte(strength * 255.0));
        pixels.par_chunks_mut(PIECE * N).for_each(|piece| {
            for pixel in piece.as_chunks_mut::<N>().0 {
                let graded = self.graded([pixel[0], pixel[1], pixel[2]]);
                for (old, new) in pixel.iter_mut().zip(graded) {
                    *old = mixed(*old, new, mix);
                }
            }
        });
    }

    fn graded(&self, colour: [u8; 3]) -> [u8; 3] {
        let colour = colour.map(i32::from);
        let mut graded = [0; 3];
        for ((out, row), curve) in graded.iter_mut().zip(&self.matrix).zip(&self.curves) {
            let sum = row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2];
            *out = curve[usize::from(byte((sum + ONE / 2) >> 12))];
        }
        graded
    }
}

/// `old` moved towards `new` by `mix` of 255: `(old · (255 − mix) + new · mix) / 255`, rounded.
fn mixed(old: u8, new: u8, mix: i32) -> u8 {
    let (old, new) = (i32::from(old), i32::from(new));
    byte((old * (255 - mix) + new * mix + 127) / 255)
}

fn byte(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

/// `c' = luma + amount · (c − luma)` with 0 for grey and 1 for no change:
/// the matrix that moves colours away from (above 1) or towards (below 1) their own grey, as
/// `saturate()` of the W3C Filter Effects module does.
fn saturated(amount: f32) -> [[i32; 3]; 3] {
    let mut matrix = [LUMA.map(|weight| weight * (1.0 - amount)); 3];
    for (channel, row) in matrix.iter_mut().enumerate() {
        row[channel] += amount;
    }
    fixed(matrix)
}

fn fixed(matrix: [[f32; 3]; 3]) -> [[i32; 3]; 3] {
    matrix.map(|row| row.map(|weight| (weight * ONE as f32).round() as i32))
}
