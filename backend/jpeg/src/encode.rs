//! From planes to the bytes of a baseline file.

mod bits;
mod forward;
mod huffman;
mod optimise;
mod quantise;
mod write;

use crate::EncodeError;
use forward::Forward;
use huffman::{Coder, Histogram, Sink, symbols};
use quantise::Steps;

/// A picture in luma and two chromas, each chroma sample for two by two pixels (4:2:0).
///
/// Full range as JFIF means it (ITU-T T.871): Y' 0 to 255, Cb and Cr 0 to 255 around 128. Chroma samples stand in the
/// middle of their four pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ycc420 {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` samples.
    pub luma: Vec<u8>,
    /// Blue and red chroma, each of half the width times half the height, rounded up.
    pub chroma: [Vec<u8>; 2],
}

impl Ycc420 {
    /// Width and height of the chroma planes.
    #[must_use]
    pub fn chroma_size(width: u32, height: u32) -> (u32, u32) {
        (width.div_ceil(2), height.div_ceil(2))
    }

    fn is_sound(&self) -> bool {
        let area = |(width, height): (u32, u32)| width as usize * height as usize;
        let chroma = area(Self::chroma_size(self.width, self.height));
        self.luma.len() == area((self.width, self.height))
            && self.chroma.iter().all(|plane| plane.len() == chroma)
    }
}

/// What a file is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings<'a> {
    /// 1 to 100, on the scale of libjpeg (`jpeg_set_quality`).
    pub quality: u8,
    /// Dots per inch, for printing.
    pub dpi: Option<u16>,
    /// A TIFF block for the EXIF segment, at most 65,527 bytes.
    pub exif: Option<&'a [u8]>,
}

/// Writes a baseline JPEG (ITU-T T.81, sequential DCT, 8 bits) in a JFIF frame.
///
/// # Errors
/// [`EncodeError::Size`] where a side is 0 or over 65,535, or the planes are not of the picture's size;
/// [`EncodeError::Exif`] where the block does not fit a segment.
pub fn encode(picture: &Ycc420, settings: &Settings<'_>) -> Result<Vec<u8>, EncodeError> {
    let side = |side: u32| u16::try_from(side).ok().filter(|side| *side > 0);
    let (Some(width), Some(height)) = (side(picture.width), side(picture.height)) else {
        return Err(EncodeError::Size);
    };
    if !picture.is_sound() {
        return Err(EncodeError::Size);
    }
    let steps = [Steps::luma(settings.quality), Steps::chroma(settings.quality)];
    let step = (picture.height.div_ceil(16) as usize / SAMPLED_ROWS).max(1);
    let mut histogram = Histogram::new(step > 1);
    count(picture, &steps, step, &mut histogram);
    let tables = histogram.tables();
    let mut file = Vec::with_capacity(picture.luma.len() / 6 + 2048);
    write::headers(&mut file, (width, height), settings, &steps, &tables)?;
    let mut coder = Coder::new(&tables, file);
    write_scan(picture, &steps, &mut coder);
    let mut file = coder.finish();
    write::end(&mut file);
    Ok(file)
}

/// Rows of MCUs that the codes are made for: more of them would hardly change what is frequent.
const SAMPLED_ROWS: usize = 24;

/// Looks at every `step`-th row of MCUs, to learn what is frequent.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
fn count(picture: &Ycc420, steps: &[Steps; 2], step: usize, histogram: &mut Histogram) {
    scan(picture, steps, step, histogram);
}

#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+lzcnt+fma"))]
fn write_scan(picture: &Ycc420, steps: &[Steps; 2], coder: &mut Coder) {
    scan(picture, steps, 1, coder);
}

/// One component on its way through the scan.
struct Component<'a> {
    samples: &'a [u8],
    width: usize,
    height: usize,
    /// Blocks of an MCU each way.
    blocks: usize,
    forward: Forward,
    /// 0 for luma, 1 for chroma.
    kind: usize,
    /// The quantised mean of the last block (T.81, F.1.1.5.1).
    last: i32,
}

/// The one interleaved scan: MCUs of four luma blocks and one of each chroma.
#[inline(always)]
fn scan(picture: &Ycc420, steps: &[Steps; 2], step: usize, sink: &mut impl Sink) {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let [luma, blue, red] = [&picture.luma, &picture.chroma[0], &picture.chroma[1]];
    let component = |samples, width, height, blocks, kind: usize| Component {
        samples,
        width,
        height,
        blocks,
        forward: Forward::new(&steps[kind]),
        kind,
        last: 0,
    };
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut components = [
        component(&luma[..], width, height, 2, 0),
        component(&blue[..], half_width, half_height, 1, 1),
        component(&red[..], half_width, half_height, 1, 1),
    ];
    for y in (0..height.div_ceil(16)).step_by(step) {
        for x in 0..width.div_ceil(16) {
            for component in &mut components {
                component.mcu(x, y, sink);
            }
        }
    }
}

impl Component<'_> {
    #[inline(always)]
    fn mcu(&mut self, x: usize, y: usize, sink: &mut impl Sink) {
        for down in 0..self.blocks {
            for across in 0..self.blocks {
                let block = self.block((x * self.blocks + across) * 8, (y * self.blocks + down) * 8);
                let quantised = self.forward.transform(&block);
                symbols(&quantised, self.kind, &mut self.last, sink);
            }
        }
    }

    /// The 64 samples from (x, y) on; the last row and column are repeated where the picture ends.
    #[inline(always)]
    fn block(&self, x: usize, y: usize) -> [u8; 64] {
        let mut block = [0; 64];
        for (row, samples) in block.chunks_exact_mut(8).enumerate() {
            let start = (y + row).min(self.height - 1) * self.width;
            let line = &self.samples[start..start + self.width];
            match line.get(x..x + 8) {
                Some(inside) => samples.copy_from_slice(inside),
                None => samples
                    .iter_mut()
                    .enumerate()
                    .for_each(|(column, sample)| *sample = line[(x + column).min(self.width - 1)]),
            }
        }
        block
    }
}
