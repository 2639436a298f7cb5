//! The sheet the picture is composed on.

use image::{GrayImage, RgbImage, RgbaImage};

use super::blend::{over, times_over_255};
use crate::decode::Pixels;
use crate::recipe::Colour;

/// Pixels to draw on: three channels where nothing can be transparent, else four, premultiplied.
pub(super) struct Sheet {
    width: u32,
    height: u32,
    pixels: Surface,
}

enum Surface {
    Opaque(Vec<u8>),
    Clear(Vec<u8>),
}

/// A picture with premultiplied alpha, ready to be laid on a sheet.
pub(super) struct Layer(RgbaImage);

impl Layer {
    /// From pixels with straight alpha.
    pub(super) fn from_straight(mut pixels: RgbaImage) -> Self {
        for pixel in pixels.as_chunks_mut::<4>().0 {
            let alpha = u32::from(pixel[3]);
            if alpha < 255 {
                for channel in &mut pixel[..3] {
                    *channel = times_over_255(u32::from(*channel), alpha);
                }
            }
        }
        Self(pixels)
    }

    /// One colour, as strong as the coverage.
    pub(super) fn from_coverage(coverage: &GrayImage, colour: Colour) -> Self {
        let colour = colour.premultiplied().map(u32::from);
        let mut pixels = RgbaImage::new(coverage.width(), coverage.height());
        for (pixel, ink) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(coverage.as_raw()) {
            *pixel = colour.map(|channel| times_over_255(channel, u32::from(*ink)));
        }
        Self(pixels)
    }

    /// Pixels that are premultiplied already.
    pub(super) fn from_premultiplied(pixels: RgbaImage) -> Self {
        Self(pixels)
    }

    pub(super) fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[[u8; 4]]> {
        let pixels = self.0.as_raw().as_chunks::<4>().0;
        pixels.chunks_exact((self.0.width() as usize).max(1))
    }

    pub(super) fn pixels(&self) -> &[[u8; 4]] {
        self.0.as_raw().as_chunks::<4>().0
    }
}

impl Sheet {
    /// A sheet of one colour; transparent ones get an alpha channel.
    pub(super) fn filled(width: u32, height: u32, colour: Colour) -> Self {
        let area = width as usize * height as usize;
        let [r, g, b, a] = colour.premultiplied();
        let pixels = if a == 255 {
            Surface::Opaque([r, g, b].repeat(area))
        } else {
            Surface::Clear([r, g, b, a].repeat(area))
        };
        Self {
            width,
            height,
            pixels,
        }
    }

    /// A sheet that begins as an opaque picture, without copying it.
    pub(super) fn opaque(picture: RgbImage) -> Self {
        Self {
            width: picture.width(),
            height: picture.height(),
            pixels: Surface::Opaque(picture.into_raw()),
        }
    }

    /// A sheet that begins as a layer.
    pub(super) fn clear(layer: Layer) -> Self {
        Self {
            width: layer.0.width(),
            height: layer.0.height(),
            pixels: Surface::Clear(layer.0.into_raw()),
        }
    }

    pub(super) fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Lays a layer with its top left corner at `corner`; what hangs over is cut.
    pub(super) fn lay(&mut self, corner: (i32, i32), layer: &Layer) {
        match &mut self.pixels {
            Surface::Opaque(bytes) => lay::<3>(bytes, (self.width, self.height), corner, layer),
            Surface::Clear(bytes) => lay::<4>(bytes, (self.width, self.height), corner, layer),
        }
    }

    /// Puts an opaque picture over what is there.
    pub(super) fn place(&mut self, corner: (i32, i32), picture: &RgbImage) {
        let size = (self.width, self.height);
        let pixels = picture.as_raw().as_chunks::<3>().0;
        let rows = pixels.chunks_exact((picture.width() as usize).max(1));
        match &mut self.pixels {
            Surface::Opaque(bytes) => each_row::<3, _>(bytes, size, corner, rows, |below, above| {
                below.copy_from_slice(above);
            }),
            Surface::Clear(bytes) => each_row::<4, _>(bytes, size, corner, rows, |below, above| {
                for (below, [r, g, b]) in below.iter_mut().zip(above) {
                    *below = [*r, *g, *b, 255];
                }
            }),
        }
    }

    /// Lays a rectangle of one colour.
    pub(super) fn fill(&mut self, corner: (i32, i32), (width, height): (u32, u32), colour: Colour) {
        let row = vec![colour.premultiplied(); width.min(self.width * 2) as usize];
        let rows = (0..height).map(|_| row.as_slice());
        let size = (self.width, self.height);
        match &mut self.pixels {
            Surface::Opaque(bytes) => each_row::<3, _>(bytes, size, corner, rows, lay_row),
            Surface::Clear(bytes) => each_row::<4, _>(bytes, size, corner, rows, lay_row),
        }
    }

    /// Calls `colour_at` for every pixel from `top` to `bottom` (exclusive), in parallel by rows,
    /// and lays what it gives. It gets column and row.
    pub(super) fn lay_each(
        &mut self,
        (left, top): (u32, u32),
        (right, bottom): (u32, u32),
        colour_at: impl Fn(u32, u32) -> [u8; 4] + Sync,
    ) {
        let across = left.min(self.width)..right.min(self.width);
        let down = top.min(self.height)..bottom.min(self.height);
        match &mut self.pixels {
            Surface::Opaque(bytes) => lay_each::<3>(bytes, self.width, across, down, &colour_at),
            Surface::Clear(bytes) => lay_each::<4>(bytes, self.width, across, down, &colour_at),
        }
    }

    /// The finished pixels, alpha straight again.
    pub(super) fn into_pixels(self) -> Pixels {
        const FITS: &str = "a sheet holds exactly its pixels";
        match self.pixels {
            Surface::Opaque(bytes) => {
                Pixels::Rgb(RgbImage::from_raw(self.width, self.height, bytes).expect(FITS))
            }
            Surface::Clear(mut bytes) => {
                straighten(&mut bytes);
                Pixels::Rgba(RgbaImage::from_raw(self.width, self.height, bytes).expect(FITS))
            }
        }
    }
}

fn lay<const N: usize>(bytes: &mut [u8], size: (u32, u32), corner: (i32, i32), layer: &Layer) {
    each_row::<N, _>(bytes, size, corner, layer.rows(), lay_row);
}

fn lay_row<const N: usize>(below: &mut [[u8; N]], above: &[[u8; 4]]) {
    for (below, above) in below.iter_mut().zip(above) {
        over(below, *above);
    }
}

/// Hands over each row of something at `corner` together with the pixels of the sheet under it,
/// both cut to the sheet.
fn each_row<'a, const N: usize, P: 'a>(
    bytes: &mut [u8],
    (width, _): (u32, u32),
    (left, top): (i32, i32),
    rows: impl Iterator<Item = &'a [P]>,
    mut draw: impl FnMut(&mut [[u8; N]], &[P]),
) {
    let lines = bytes
        .as_chunks_mut::<N>()
        .0
        .chunks_exact_mut((width as usize).max(1));
    let (hidden_rows, first_line) = cut(top);
    let (hidden_columns, first_column) = cut(left);
    for (line, row) in lines.skip(first_line).zip(rows.skip(hidden_rows)) {
        let below = line.get_mut(first_column..).unwrap_or_default();
        let above = row.get(hidden_columns..).unwrap_or_default();
        let shared = below.len().min(above.len());
        draw(&mut below[..shared], &above[..shared]);
    }
}

/// How much of something that begins at `start` is hidden before the edge, and where on the
/// sheet the rest begins.
fn cut(start: i32) -> (usize, usize) {
    let distance = start.unsigned_abs() as usize;
    if start < 0 { (distance, 0) } else { (0, distance) }
}

fn lay_each<const N: usize>(
    bytes: &mut [u8],
    width: u32,
    across: std::ops::Range<u32>,
    down: std::ops::Range<u32>,
    colour_at: &(impl Fn(u32, u32) -> [u8; 4] + Sync),
) {
    use rayon::prelude::*;

    let line = width as usize * N;
    let (from, to) = (down.start as usize * line, down.end as usize * line);
    let Some(part) = bytes.get_mut(from..to) else {
        return; // an empty range whose start lies behind its end
    };
    let lines = part.par_chunks_exact_mut(line.max(1));
    lines.zip(down.into_par_iter()).for_each(|(line, y)| {
        let pixels = &mut line.as_chunks_mut::<N>().0[across.start as usize..];
        for (pixel, x) in pixels.iter_mut().zip(across.clone()) {
            over(pixel, colour_at(x, y));
        }
    });
}

/// Divides by alpha: `straight = premultiplied · 255 / alpha`.
fn straighten(bytes: &mut [u8]) {
    for pixel in bytes.as_chunks_mut::<4>().0 {
        let alpha = u32::from(pixel[3]);
        if alpha == 0 || alpha == 255 {
            continue;
        }
        for channel in &mut pixel[..3] {
            let straight = (u32::from(*channel) * 255 + alpha / 2) / alpha;
            *channel = u8::try_from(straight).unwrap_or(255);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba};

    use super::*;

    fn opaque(sheet: Sheet) -> RgbImage {
        match sheet.into_pixels() {
            Pixels::Rgb(picture) => picture,
            Pixels::Rgba(_) => panic!("the sheet was opaque"),
        }
    }

    #[test]
    fn what_hangs_over_an_edge_is_cut() {
        let red = RgbImage::from_pixel(4, 4, Rgb([255, 0, 0]));
        for corner in [(-2, -2), (8, 8), (-2, 8), (8, -2)] {
            let mut sheet = Sheet::filled(10, 10, Colour::WHITE);
            sheet.place(corner, &red);
            let reds = opaque(sheet).pixels().filter(|p| p.0 == [255, 0, 0]).count();
            assert_eq!(reds, 4, "{corner:?}");
        }
        for corner in [(-4, 0), (10, 0), (0, -99), (0, 99), (i32::MIN, i32::MAX)] {
            let mut sheet = Sheet::filled(10, 10, Colour::WHITE);
            sheet.place(corner, &red);
            assert!(opaque(sheet).pixels().all(|p| p.0 == [255; 3]), "{corner:?}");
        }
    }

    #[test]
    fn a_transparent_sheet_gives_back_straight_colours() {
        let mut sheet = Sheet::filled(2, 1, Colour::TRANSPARENT);
        let veil = RgbaImage::from_pixel(1, 1, Rgba([200, 100, 50, 128]));
        sheet.lay((0, 0), &Layer::from_straight(veil));
        match sheet.into_pixels() {
            Pixels::Rgba(picture) => {
                assert_eq!(picture.get_pixel(1, 0).0, [0; 4]);
                let [r, g, b, a] = picture.get_pixel(0, 0).0;
                assert!(r.abs_diff(200) <= 1 && g.abs_diff(100) <= 1 && b.abs_diff(50) <= 1);
                assert_eq!(a, 128);
            }
            Pixels::Rgb(_) => panic!("the sheet was transparent"),
        }
    }

    #[test]
    fn rectangles_and_computed_colours_are_laid_in_their_place() {
        let mut sheet = Sheet::filled(10, 10, Colour::WHITE);
        sheet.fill((-3, 8), (5, 50), Colour::BLACK);
        sheet.lay_each((6, 0), (99, 2), |_, _| [0, 0, 0, 255]);
        sheet.lay_each((0, 12), (10, 99), |_, _| [0, 0, 0, 255]);
        let blacks = opaque(sheet).pixels().filter(|p| p.0 == [0; 3]).count();
        assert_eq!(blacks, 2 * 2 + 4 * 2);
    }
}
