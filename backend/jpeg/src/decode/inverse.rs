//! The inverse DCT at any of eight sizes.
//!
//! A block stores the cosine series of 8x8 samples (T.81, A.3.3). Read as a function of the place, the series can be
//! evaluated for any number of pixels. With `n` of them each way, frequency `u` adds
//! cos(u·π·(2i+1)/2n) · g(u·π/2n) to pixel `i`: the cosine at the pixel's middle, weakened by the pixel's aperture.
//! The mean over a pixel would be g(x) = sin(x)/x; we take g(x) = sin(x)/x · (1 + a·x²). With a = 1/6 its first two
//! derivatives vanish at 0, so that what the smaller picture can show keeps its contrast; up to `n` = 4, a = 1/4 gives
//! back what the scaling that follows takes (SSIMULACRA2 of a collage at `n` = 3: 79.8 at 1/6, 80.1 at 1/4). At `n` = 8
//! the samples themselves are meant, and g is 1.

use std::f64::consts::PI;
use std::ops::Range;

use fearless_simd::{Level, dispatch, f32x8, i32x8, prelude::*, u32x8};

use super::Scale;
use super::plane::Plane;
use crate::standard::ZIGZAG;

/// Lanes of a [`Strip`].
pub(super) const BLOCKS: usize = 8;

/// Quantised coefficients of eight blocks, one in each lane.
pub(super) struct Strip {
    /// Row by row; of each coefficient the eight blocks' one after the other. Last what no block has.
    values: [[i32; BLOCKS]; 65],
    /// Whether any of them may be other than zero.
    is_used: bool,
}

impl Default for Strip {
    fn default() -> Self {
        Self {
            values: [[0; BLOCKS]; 65],
            is_used: false,
        }
    }
}

impl Strip {
    /// The block in this lane, of which only what is not zero has to be set.
    #[inline(always)]
    pub(super) fn lane(&mut self, lane: usize) -> Lane<'_> {
        self.is_used = true;
        let values = &mut self.values.as_flattened_mut()[lane % BLOCKS..];
        Lane {
            values: values.first_chunk_mut().expect("seven are left out at most"),
        }
    }

    /// Adds to the means of all blocks.
    pub(super) fn lift(&mut self, by: i32) {
        for mean in &mut self.values[0] {
            *mean = mean.wrapping_add(by);
        }
    }

    /// Makes all coefficients zero again.
    pub(super) fn clear(&mut self) {
        if self.is_used {
            *self = Self::default();
        }
    }
}

/// One block of a [`Strip`].
pub(super) struct Lane<'a> {
    /// From its own mean on; of its coefficients every eighth is next.
    values: &'a mut [i32; 64 * BLOCKS + 1],
}

/// Where the coefficients lie in a [`Lane`], in the order of the file. One before the first, and those beyond the last,
/// lie where no coefficient is looked for.
const PLACES: [u16; 256] = {
    let mut places = [64 * BLOCKS as u16; 256];
    let mut k = 0;
    while k < 64 {
        places[k + 1] = ZIGZAG[k] as u16 * BLOCKS as u16;
        k += 1;
    }
    places
};

impl Lane<'_> {
    /// Sets the `k`-th coefficient in the order of the file; what is set before the first one or beyond the last, up to
    /// the 254th, is lost.
    #[inline(always)]
    pub(super) fn set(&mut self, k: usize, value: i32) {
        if let Some(place) = self.values.get_mut(usize::from(PLACES[k.wrapping_add(1) & 255])) {
            *place = value;
        }
    }
}

/// Blocks that lie side by side and wait to be drawn together.
#[derive(Default)]
pub(super) struct Waiting {
    strip: Strip,
    /// Place of the first one, counted in blocks, and how many there are.
    first: (usize, usize),
    count: usize,
}

impl Waiting {
    /// Begins the block at this place, whose coefficients are all zero so far; those that wait are drawn where it cannot
    /// be put beside them.
    #[inline(always)]
    pub(super) fn begin(
        &mut self,
        at: (usize, usize),
        inverse: &Inverse,
        steps: &[f32; 64],
        plane: &mut Plane,
    ) -> Lane<'_> {
        if self.is_full_for(at) {
            self.draw(inverse, steps, plane);
        }
        if self.count == 0 {
            self.first = at;
        }
        self.count += 1;
        self.strip.lane(self.count - 1)
    }

    #[inline(always)]
    fn is_full_for(&self, (x, y): (usize, usize)) -> bool {
        self.count == BLOCKS || self.count > 0 && self.first.1 != y || self.first.0 + self.count != x
    }

    /// Draws them, quantised by these [`steps`].
    pub(super) fn draw(&mut self, inverse: &Inverse, steps: &[f32; 64], plane: &mut Plane) {
        let run = Run {
            lanes: 0..self.count,
            at: self.first,
        };
        inverse.draw(&mut self.strip, &[run], steps, plane);
        self.count = 0;
    }
}

/// Lanes of a strip that are drawn side by side.
pub(super) struct Run {
    pub(super) lanes: Range<usize>,
    /// Place of the first one, counted in blocks.
    pub(super) at: (usize, usize),
}

impl Run {
    /// Whether the block in this lane, at this place, is the next one of the run.
    pub(super) fn goes_on(&self, lane: usize, at: (usize, usize)) -> bool {
        self.lanes.end == lane && (self.at.0 + self.lanes.len(), self.at.1) == at
    }
}

/// The transform for one scale.
pub(super) struct Inverse {
    level: Level,
    scale: Scale,
    /// The last frequency evaluated, in the order of the file.
    last: usize,
    /// `basis[i][u]`: what frequency `u` adds to pixel `i`.
    basis: [[f32; 8]; 8],
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
        let mut basis = [[0.0; 8]; 8];
        for (i, basis) in basis.iter_mut().enumerate().take(n) {
            for (u, value) in basis.iter_mut().enumerate().take(terms) {
                let middle = (u as f64 * PI * (2 * i + 1) as f64 / (2 * n) as f64).cos();
                *value = (middle * aperture(u, n)) as f32;
            }
        }
        let last = ZIGZAG.iter().rposition(|&place| needs(n, place)).unwrap_or(0);
        Self {
            level: Level::new(),
            scale,
            last,
            basis,
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

    /// Draws these blocks of a strip, quantised by these [`steps`], and empties it.
    pub(super) fn draw(&self, strip: &mut Strip, runs: &[Run], steps: &[f32; 64], plane: &mut Plane) {
        match self.scale.side() {
            1 => self.evaluate::<1, 1>(strip, runs, steps, plane),
            2 => self.evaluate::<2, 4>(strip, runs, steps, plane),
            3 => self.evaluate::<3, 4>(strip, runs, steps, plane),
            4 => self.evaluate::<4, 5>(strip, runs, steps, plane),
            5 => self.evaluate::<5, 8>(strip, runs, steps, plane),
            6 => self.evaluate::<6, 8>(strip, runs, steps, plane),
            7 => self.evaluate::<7, 8>(strip, runs, steps, plane),
            _ => self.evaluate::<8, 8>(strip, runs, steps, plane),
        }
    }

    /// `N` pixels from `K` frequencies, both ways, of all blocks at once.
    fn evaluate<const N: usize, const K: usize>(
        &self,
        strip: &mut Strip,
        runs: &[Run],
        steps: &[f32; 64],
        plane: &mut Plane,
    ) {
        let mut rows = [[[0; BLOCKS]; 2]; N];
        dispatch!(self.level, simd => transform::<_, N, K>(simd, &self.basis, &strip.values, steps, &mut rows));
        for run in runs {
            write(&rows, run, plane);
        }
        for row in strip.values.chunks_exact_mut(8).take(K) {
            row[..K].fill([0; BLOCKS]);
        }
        strip.is_used = false;
    }
}

/// `N` rows of `N` pixels from `K` frequencies, both ways: of every block the first four in one number and the rest in
/// another.
#[inline(always)]
fn transform<S: Simd, const N: usize, const K: usize>(
    simd: S,
    basis: &[[f32; 8]; 8],
    values: &[[i32; BLOCKS]; 65],
    steps: &[f32; 64],
    words: &mut [[[u32; BLOCKS]; 2]; N],
) {
    let zero = f32x8::splat(simd, 0.0);
    let mut rows = [[zero; K]; N];
    for v in 0..K {
        let needed = K.min(DIAGONAL[N] + 1 - v);
        let mut column = [zero; K];
        for (u, frequency) in column.iter_mut().enumerate().take(needed) {
            let place = u * 8 + v;
            let value = i32x8::from_slice(simd, &values[place]).to_float::<f32x8<S>>();
            // Samples are stored less 128 (T.81, A.3.1); half of one more makes cutting rounding.
            let shift = if place == 0 { 128.5 } else { 0.0 };
            *frequency = value * steps[place] + shift;
        }
        let pixels: [f32x8<S>; N] = series(zero, basis, &column, needed);
        for (row, pixel) in rows.iter_mut().zip(pixels) {
            row[v] = pixel;
        }
    }
    for (row, words) in rows.iter().zip(words) {
        let pixels: [f32x8<S>; N] = series(zero, basis, row, K);
        let mut halves = [u32x8::splat(simd, 0); 2];
        for (j, pixel) in pixels.iter().enumerate() {
            let sample = pixel.max(0.0).min(255.0).to_int::<u32x8<S>>();
            halves[j / 4] |= sample << (j % 4 * 8) as u32;
        }
        for (half, words) in halves.iter().zip(words) {
            half.store_slice(words);
        }
    }
}

/// The series of the first `terms` of these frequencies at the middles of `N` pixels.
///
/// Pixels at equal distance from the middle have equal even frequencies and opposite odd ones.
#[inline(always)]
fn series<S: Simd, const N: usize, const K: usize>(
    zero: f32x8<S>,
    basis: &[[f32; 8]; 8],
    frequencies: &[f32x8<S>; K],
    terms: usize,
) -> [f32x8<S>; N] {
    let mut pixels = [zero; N];
    for i in 0..N.div_ceil(2) {
        let (mut even, mut odd) = (zero, zero);
        for u in (0..terms).step_by(2) {
            even += frequencies[u] * basis[i][u];
        }
        for u in (1..terms).step_by(2) {
            odd += frequencies[u] * basis[i][u];
        }
        pixels[N - 1 - i] = even - odd;
        pixels[i] = even + odd;
    }
    pixels
}

/// Writes rows of pixels: of each, the first four of every block as one number, then those that are left.
///
/// Never part of its caller, whose arithmetic the compiler would take apart to fit it to the single numbers here.
#[inline(never)]
fn write<const N: usize>(rows: &[[[u32; BLOCKS]; 2]; N], run: &Run, plane: &mut Plane) {
    let stride = plane.stride;
    let start = run.at.1 * N * stride + run.at.0 * N;
    let places = plane
        .samples
        .get_mut(start..)
        .unwrap_or_default()
        .chunks_mut(stride);
    for (place, [first, rest]) in places.zip(rows) {
        let (first, rest) = (&first[run.lanes.clone()], &rest[run.lanes.clone()]);
        let blocks = place.chunks_exact_mut(N);
        for ((block, first), rest) in blocks.zip(first).zip(rest) {
            let pixels = u64::from(*first) | u64::from(*rest) << 32;
            block.copy_from_slice(&pixels.to_le_bytes()[..N]);
        }
    }
}

/// Quantisation steps row by row, with the factors C(u)/2 of both directions (T.81, A.3.3).
pub(super) fn steps(in_order: &[u16; 64]) -> [f32; 64] {
    let factor = |frequency: u8| if frequency == 0 { 0.5f32.sqrt() / 2.0 } else { 0.5 };
    let mut steps = [0.0; 64];
    for (step, place) in in_order.iter().zip(ZIGZAG) {
        steps[usize::from(place)] = f32::from(*step) * factor(place / 8) * factor(place % 8);
    }
    steps
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
    let a = if n <= 4 { 1.0 / 4.0 } else { 1.0 / 6.0 };
    x.sin() / x * (1.0 + a * x * x)
}
