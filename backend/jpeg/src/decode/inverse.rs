//! The inverse DCT at any of eight sizes.
//!
//! A block stores the cosine series of 8x8 samples (T.81, A.3.3). Read as a function of the place, the series can be
//! evaluated for any number of pixels. With `n` of them each way, frequency `u` adds
//! cos(u·π·(2i+1)/2n) · g(u·π/2n) to pixel `i`: the cosine at the pixel's middle, weakened by the pixel's aperture.
//! The mean over a pixel would be g(x) = sin(x)/x; we take g(x) = sin(x)/x · (1 + x²/6), whose first two derivatives
//! vanish at 0, so that what the smaller picture can show keeps its contrast. At `n` = 8 the samples themselves are
//! meant, and g is 1.

use std::f64::consts::PI;

use wide::{f32x4, f32x8};

use super::Scale;
use super::plane::Plane;
use crate::standard::ZIGZAG;

/// Dequantised coefficients of one block, row by row.
#[derive(Clone)]
pub(super) struct Block([f32; 64]);

impl Default for Block {
    fn default() -> Self {
        Self([0.0; 64])
    }
}

impl Block {
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.0 = [0.0; 64];
    }

    #[inline(always)]
    fn row(&self, down: usize) -> [f32; 8] {
        *self.0[down * 8..].first_chunk().expect("eight rows of eight")
    }

    /// Sets the `k`-th coefficient in the order of the file, 0 to 63.
    #[inline(always)]
    pub(super) fn set(&mut self, k: usize, value: f32) {
        self.0[usize::from(ZIGZAG[k & 63] & 63)] = value;
    }
}

/// The transform for one scale.
pub(super) struct Inverse {
    scale: Scale,
    /// The last frequency evaluated, in the order of the file.
    last: usize,
    /// `basis[i][u]`: what frequency `u` adds to pixel `i`.
    basis: [[f32; 8]; 8],
    /// The same the other way round.
    turned: [[f32; 8]; 8],
}

/// Frequencies that each scale evaluates, across and down.
///
/// More than `n` of them let the means of neighbouring pixels tell apart what a coarser picture cannot show from what
/// it can: without them fine fabric turns into moiré.
const TERMS: [usize; 9] = [0, 1, 4, 4, 5, 8, 8, 8, 8];

/// The largest sum of both frequencies that is evaluated: high ones in both directions at once weigh next to nothing.
const DIAGONAL: [usize; 9] = [0, 0, 4, 5, 5, 9, 11, 13, 14];

impl Inverse {
    pub(super) fn new(scale: Scale) -> Self {
        let n = scale.side();
        let terms = TERMS[n];
        let (mut basis, mut turned) = ([[0.0; 8]; 8], [[0.0; 8]; 8]);
        for i in 0..n {
            for u in 0..terms {
                let middle = (u as f64 * PI * (2 * i + 1) as f64 / (2 * n) as f64).cos();
                let value = (middle * aperture(u, n)) as f32;
                basis[i][u] = value;
                turned[u][i] = value;
            }
        }
        let is_needed = |place: u8| usize::from(place / 8) < terms && usize::from(place % 8) < terms;
        let last = ZIGZAG.iter().rposition(|&place| is_needed(place)).unwrap_or(0);
        Self {
            scale,
            last,
            basis,
            turned,
        }
    }

    pub(super) fn scale(&self) -> Scale {
        self.scale
    }

    /// The last coefficient that is looked at, in the order of the file.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// Whether the coefficient at `place`, row by row, is looked at.
    pub(super) fn needs(&self, place: u8) -> bool {
        needs(self.scale.side(), place)
    }

    /// Draws the block at `(x, y)`, counted in blocks; a flat one has nothing but its mean.
    #[inline(always)]
    pub(super) fn draw(&self, block: &Block, flat: bool, plane: &mut Plane, (x, y): (usize, usize)) {
        let (side, stride) = (self.scale.side(), plane.stride);
        let start = y * side * stride + x * side;
        let Some(out) = plane.samples.get_mut(start..) else {
            return;
        };
        if flat {
            let mean = sample(block.0[0]);
            return out
                .chunks_mut(stride)
                .take(side)
                .for_each(|row| row[..side].fill(mean));
        }
        match side {
            1 => out[0] = sample(block.0[0]),
            2 => self.evaluate_few::<2, 4>(block, out, stride),
            3 => self.evaluate_few::<3, 4>(block, out, stride),
            4 => self.evaluate_few::<4, 5>(block, out, stride),
            5 => self.evaluate::<5, 8>(block, out, stride),
            6 => self.evaluate::<6, 8>(block, out, stride),
            7 => self.evaluate::<7, 8>(block, out, stride),
            _ => self.evaluate::<8, 8>(block, out, stride),
        }
    }

    /// `N` pixels from `K` frequencies, eight of anything at once.
    #[inline(always)]
    fn evaluate<const N: usize, const K: usize>(&self, block: &Block, out: &mut [u8], stride: usize) {
        let rows: [f32x8; K] = std::array::from_fn(|u| f32x8::new(block.row(u)));
        let columns: [f32x8; K] = std::array::from_fn(|v| f32x8::new(self.turned[v]));
        for i in 0..N {
            let down = weighed(&rows, &self.basis[i]);
            let across = weighed(&columns, &down.to_array());
            if let Some(row) = out.get_mut(i * stride..i * stride + N) {
                row.copy_from_slice(&samples(across)[..N]);
            }
        }
    }

    /// The same for at most four pixels, whose rows fit half a register.
    #[inline(always)]
    fn evaluate_few<const N: usize, const K: usize>(&self, block: &Block, out: &mut [u8], stride: usize) {
        let rows: [f32x8; K] = std::array::from_fn(|u| f32x8::new(block.row(u)));
        let columns: [f32x4; K] = std::array::from_fn(|v| {
            let [a, b, c, d, ..] = self.turned[v];
            f32x4::new([a, b, c, d])
        });
        for i in 0..N {
            let down = weighed(&rows, &self.basis[i]);
            let mut across = f32x4::ZERO;
            for (weight, column) in down.to_array().iter().zip(&columns) {
                across += *column * f32x4::splat(*weight);
            }
            if let Some(row) = out.get_mut(i * stride..i * stride + N) {
                let shifted = (across + f32x4::splat(128.0))
                    .max(f32x4::ZERO)
                    .min(f32x4::splat(255.0));
                let rounded = shifted.fast_round_int().to_array();
                let samples: [u8; 4] = std::array::from_fn(|i| rounded[i] as u8);
                row.copy_from_slice(&samples[..N]);
            }
        }
    }
}

/// The sum of rows, each times its weight.
#[inline(always)]
fn weighed<const K: usize>(rows: &[f32x8; K], weights: &[f32; 8]) -> f32x8 {
    let mut sum = f32x8::ZERO;
    for (row, weight) in rows.iter().zip(weights) {
        sum += *row * f32x8::splat(*weight);
    }
    sum
}

/// Level-shifted values as samples (T.81, A.3.1), rounded and clamped to 0 to 255.
#[inline(always)]
fn samples(values: f32x8) -> [u8; 8] {
    let shifted = (values + f32x8::splat(128.0))
        .max(f32x8::ZERO)
        .min(f32x8::splat(255.0));
    let rounded = shifted.fast_round_int().to_array();
    std::array::from_fn(|i| rounded[i] as u8)
}

/// Quantisation steps in the order of the file, with the factors C(u)/2 of both directions (T.81, A.3.3).
pub(super) fn steps(steps: &[u16; 64]) -> [f32; 64] {
    let factor = |frequency: u8| if frequency == 0 { 0.5f32.sqrt() / 2.0 } else { 0.5 };
    std::array::from_fn(|k| {
        let place = ZIGZAG[k];
        f32::from(steps[k]) * factor(place / 8) * factor(place % 8)
    })
}

/// Whether `n` pixels evaluate the coefficient at `place`, row by row.
fn needs(n: usize, place: u8) -> bool {
    let (down, across) = (usize::from(place / 8), usize::from(place % 8));
    down.max(across) < TERMS[n] && down + across <= DIAGONAL[n]
}

/// g of the module's description.
fn aperture(u: usize, n: usize) -> f64 {
    if u == 0 || n == 8 {
        return 1.0;
    }
    let x = PI * u as f64 / (2 * n) as f64;
    x.sin() / x * (1.0 + x * x / 6.0)
}

/// A level-shifted value as a sample (T.81, A.3.1), rounded and clamped to 0 to 255.
#[inline(always)]
fn sample(value: f32) -> u8 {
    // Adding 1.5 · 2^23 leaves the rounded number in the lowest bits: conversion without a branch.
    const ROUND: f32 = 12_582_912.0;
    let shifted = value + 128.0;
    let above = if shifted > 0.0 { shifted } else { 0.0 };
    let clamped = if above < 255.0 { above } else { 255.0 };
    ((clamped + ROUND).to_bits() & 0xFF) as u8
}
