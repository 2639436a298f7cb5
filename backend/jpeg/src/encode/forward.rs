//! The forward DCT with the quantisation behind it (T.81, A.3.3 and A.3.4).

use std::f64::consts::PI;

use super::quantise::Steps;
use crate::standard::ZIGZAG;

/// F(u,v) = C(u)C(v)/4 · Σ f(x,y) · cos((2x+1)uπ/16) · cos((2y+1)vπ/16), divided by the step and rounded.
pub(super) struct Forward {
    /// `basis[u][x]` = C(u)/2 · cos((2x+1)uπ/16).
    basis: [[f32; 8]; 8],
    /// The same the other way round.
    turned: [[f32; 8]; 8],
    /// One over each step, row by row.
    reciprocals: [[f32; 8]; 8],
}

/// Quantised coefficients in the order of the file, and which of them are not zero.
pub(super) struct Quantised {
    pub(super) values: [i16; 64],
    /// Bit `k` for the `k`-th coefficient; the mean's bit says nothing.
    pub(super) nonzero: u64,
}

impl Forward {
    pub(super) fn new(steps: &Steps) -> Self {
        let (mut basis, mut turned) = ([[0.0; 8]; 8], [[0.0; 8]; 8]);
        for u in 0..8 {
            let factor = if u == 0 { 0.125f64.sqrt() } else { 0.5 };
            for x in 0..8 {
                let value = (factor * (((2 * x + 1) * u) as f64 * PI / 16.0).cos()) as f32;
                basis[u][x] = value;
                turned[x][u] = value;
            }
        }
        let mut reciprocals = [[0.0; 8]; 8];
        for (k, place) in ZIGZAG.iter().enumerate() {
            reciprocals[usize::from(place / 8)][usize::from(place % 8)] =
                1.0 / f32::from(steps.in_order()[k]);
        }
        Self {
            basis,
            turned,
            reciprocals,
        }
    }

    /// Transforms the samples of one block.
    #[inline(always)]
    pub(super) fn transform(&self, samples: &[[u8; 8]; 8]) -> Quantised {
        let shifted: [[f32; 8]; 8] =
            std::array::from_fn(|y| std::array::from_fn(|x| f32::from(samples[y][x]) - 128.0));
        let columns = self.down(&shifted);
        let mut natural = [0i16; 64];
        for (u, column) in columns.iter().enumerate() {
            let mut row = [0.0f32; 8];
            for (weight, turned) in column.iter().zip(&self.turned) {
                row = std::array::from_fn(|v| row[v] + weight * turned[v]);
            }
            let rounded: [i16; 8] = std::array::from_fn(|v| round(row[v] * self.reciprocals[u][v]));
            natural[u * 8..u * 8 + 8].copy_from_slice(&rounded);
        }
        in_order(&natural)
    }

    /// All columns at once. Rows at equal distance from the middle have equal even frequencies and opposite odd ones.
    #[inline(always)]
    fn down(&self, rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
        let sums: [[f32; 8]; 4] =
            std::array::from_fn(|y| std::array::from_fn(|x| rows[y][x] + rows[7 - y][x]));
        let gaps: [[f32; 8]; 4] =
            std::array::from_fn(|y| std::array::from_fn(|x| rows[y][x] - rows[7 - y][x]));
        std::array::from_fn(|u| {
            let half = if u % 2 == 0 { &sums } else { &gaps };
            let mut out = [0.0f32; 8];
            for (y, row) in half.iter().enumerate() {
                let weight = self.basis[u][y];
                out = std::array::from_fn(|x| out[x] + weight * row[x]);
            }
            out
        })
    }
}

/// The nearest whole number, for values within 16 bits.
#[inline(always)]
fn round(value: f32) -> i16 {
    // Adding 1.5 · 2^23 leaves the rounded number in the lowest bits: conversion without a branch.
    const ROUND: f32 = 12_582_912.0;
    (value + ROUND).to_bits() as i16
}

#[inline(always)]
fn in_order(natural: &[i16; 64]) -> Quantised {
    let values: [i16; 64] = std::array::from_fn(|k| natural[usize::from(ZIGZAG[k] & 63)]);
    let mut nonzero = 0;
    for (k, value) in values.iter().enumerate() {
        nonzero |= u64::from(*value != 0) << k;
    }
    Quantised { values, nonzero }
}
