//! From millions of colours to 255: one palette for all frames, and dithering that does not crawl.

use image::RgbImage;
use quantette::color_map::{IndexedColorMap, NearestNeighborColorMap};
use quantette::color_space::srgb8_to_oklab;
use quantette::deps::palette::cast::ArraysAs;
use quantette::deps::palette::{Oklab, Srgb};
use quantette::{Palette as Colours, PaletteBuf, PaletteSize, Pipeline, QuantizeMethod};
use rayon::prelude::*;

/// How many pixels of all frames together the palette is chosen from.
const SAMPLE: usize = 1 << 17;

/// 255 colours at most; GIF keeps one of its 256 for "as before".
pub(super) struct Palette {
    map: NearestNeighborColorMap<Oklab, f32, 3>,
    srgb: Vec<[u8; 3]>,
    /// How far apart neighbouring colours are, in Oklab.
    spacing: f32,
}

impl Palette {
    /// The colours that come nearest to the pictures', by k-means in Oklab, where distances are
    /// as an eye sees them. Nothing for pictures without pixels.
    pub(super) fn of(pictures: &[RgbImage]) -> Option<Self> {
        let all = pictures.iter().map(|picture| picture.as_raw().len() / 3);
        let step = all.sum::<usize>().div_ceil(SAMPLE).max(1);
        let sample: Vec<[u8; 3]> = pictures
            .iter()
            .flat_map(|picture| picture.as_raw().as_chunks::<3>().0.iter().copied())
            .step_by(step | 1)
            .collect();
        let chosen = Pipeline::new()
            .palette_size(PaletteSize::from_u8_clamped(255))
            .quantize_method(QuantizeMethod::kmeans())
            .parallel(true)
            .input_slice(sample.as_slice().arrays_as())
            .ok()?;
        Some(Self::from_oklab(chosen.output_oklab_palette()))
    }

    fn from_oklab(colours: PaletteBuf<Oklab>) -> Self {
        let srgb = quantette::color_space::oklab_to_srgb8(&colours);
        Self {
            srgb: srgb.into_iter().map(Into::into).collect(),
            spacing: spacing(&colours),
            map: NearestNeighborColorMap::new(colours),
        }
    }

    /// The colours in sRGB.
    pub(super) fn srgb(&self) -> &[[u8; 3]] {
        &self.srgb
    }

    /// A picture in places of the palette. The same colour at the same place becomes the same
    /// place in the palette, in every frame: what stands still does not crawl.
    pub(super) fn indexed(&self, picture: &RgbImage) -> Vec<u8> {
        let width = picture.width() as usize;
        let mut indices = vec![0; picture.as_raw().len() / 3];
        let rows = picture
            .par_chunks_exact(3 * width)
            .zip(indices.par_chunks_exact_mut(width));
        rows.enumerate().for_each(|(y, (row, indices))| {
            let colours: &[Srgb<u8>] = row.as_chunks::<3>().0.arrays_as();
            let mut colours = srgb8_to_oklab(colours);
            let nearest = self.map.map_to_indices(&colours);
            for ((x, colour), nearest) in colours.iter_mut().enumerate().zip(nearest) {
                let missed = distance(*colour, self.map.palette()[usize::from(nearest)]);
                colour.l += (MISSED * missed).min(self.spacing) * threshold(x, y);
            }
            indices.copy_from_slice(&self.map.map_to_indices(&colours));
        });
        indices
    }
}

/// How far dithering moves a colour, in distances to its nearest place in the palette: a colour
/// that the palette has stays flat. It never moves farther than colours are apart.
const MISSED: f32 = 4.0;

/// Between -0.5 and 0.5 for a place: interleaved gradient noise (Jimenez, SIGGRAPH 2014), whose
/// neighbourhoods hold every level evenly, like Bayer's matrix, without its visible grid.
fn threshold(x: usize, y: usize) -> f32 {
    let along = 0.067_110_56 * x as f32 + 0.005_837_15 * y as f32;
    (52.982_918 * along.fract()).fract() - 0.5
}

/// The mean distance from a colour to its nearest neighbour.
fn spacing(colours: &Colours<Oklab>) -> f32 {
    let nearest = colours.iter().map(|a| {
        let others = colours.iter().filter(|b| *b != a);
        others.map(|b| distance(*a, *b)).fold(f32::INFINITY, f32::min)
    });
    let finite: Vec<f32> = nearest.filter(|distance| distance.is_finite()).collect();
    finite.iter().sum::<f32>() / finite.len().max(1) as f32
}

fn distance(a: Oklab, b: Oklab) -> f32 {
    ((a.l - b.l).powi(2) + (a.a - b.a).powi(2) + (a.b - b.b).powi(2)).sqrt()
}
