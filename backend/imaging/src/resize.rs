//! Scales pictures, whole or a part of them, in linear time with SIMD.

use fast_image_resize::images::{CroppedImage, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{RgbImage, RgbaImage};

use crate::decode::samples::Channels;

/// A part of a picture in its pixels, edges between pixels allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CropBox {
    /// Distance of the left edge from the picture's left edge.
    pub left: f64,
    /// Distance of the top edge from the picture's top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl CropBox {
    /// The whole of a picture.
    #[must_use]
    pub fn whole(width: u32, height: u32) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            width: f64::from(width),
            height: f64::from(height),
        }
    }

    /// The same part of a picture with this many pixels for one, across and down.
    pub(crate) fn times(self, (across, down): (f64, f64)) -> Self {
        Self {
            left: self.left * across,
            top: self.top * down,
            width: self.width * across,
            height: self.height * down,
        }
    }

    /// What scaling this part to `size` looks at: Lanczos reaches three pixels far, counted in the coarser of both
    /// grids, and chroma may have a quarter of the pixels.
    pub(crate) fn with_surroundings(self, size: (u32, u32)) -> Self {
        const REACH: f64 = 3.5 * 4.0;
        let across = REACH * (self.width / f64::from(size.0.max(1))).max(1.0);
        let down = REACH * (self.height / f64::from(size.1.max(1))).max(1.0);
        Self {
            left: self.left - across,
            top: self.top - down,
            width: self.width + 2.0 * across,
            height: self.height + 2.0 * down,
        }
    }

    /// The smallest box around both.
    pub(crate) fn joined(self, other: Self) -> Self {
        let (left, top) = (self.left.min(other.left), self.top.min(other.top));
        let right = (self.left + self.width).max(other.left + other.width);
        let bottom = (self.top + self.height).max(other.top + other.height);
        Self {
            left,
            top,
            width: right - left,
            height: bottom - top,
        }
    }

    /// The nearest box inside a picture of `width` x `height`, at least a hundredth of a pixel each way.
    fn inside(self, width: u32, height: u32) -> Self {
        let (left, width) = clamp_span(self.left, self.width, f64::from(width));
        let (top, height) = clamp_span(self.top, self.height, f64::from(height));
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

/// Moves and shortens a span so that it lies in `0..=limit`; what is not a number becomes the whole.
fn clamp_span(start: f64, length: f64, limit: f64) -> (f64, f64) {
    if !start.is_finite() || !length.is_finite() {
        return (0.0, limit);
    }
    let length = length.clamp(0.01, limit);
    (start.clamp(0.0, limit - length), length)
}

/// Scales the part `crop` of `source` to exactly `width` x `height` with Lanczos3.
///
/// `crop` is moved inside the picture where it hangs over. A picture without pixels on either end gives black.
#[must_use]
pub fn resize_rgb(source: &RgbImage, crop: CropBox, width: u32, height: u32) -> RgbImage {
    let pixels = resize_samples(
        &packed(source.as_raw(), source.dimensions(), Channels::Rgb),
        crop,
        width,
        height,
    );
    RgbImage::from_raw(width, height, pixels).expect("the buffer was made for this size")
}

/// Like [`resize_rgb`] for a picture with straight alpha: weighs colours by their alpha, so that no edge darkens.
#[must_use]
pub fn resize_rgba(source: &RgbaImage, crop: CropBox, width: u32, height: u32) -> RgbaImage {
    let pixels = resize_samples(
        &packed(source.as_raw(), source.dimensions(), Channels::Rgba),
        crop,
        width,
        height,
    );
    RgbaImage::from_raw(width, height, pixels).expect("the buffer was made for this size")
}

/// The size of a `width` x `height` picture scaled to fit a square of `long_edge`, never up, never to nought.
#[must_use]
pub fn fit_long_edge(width: u32, height: u32, long_edge: u32) -> (u32, u32) {
    let longer = width.max(height);
    if longer <= long_edge {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded = (u64::from(side) * u64::from(long_edge) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(rounded.max(1)).expect("a shorter side fits where the longer did")
    };
    (scaled(width), scaled(height))
}

/// Interleaved samples, perhaps with padding at the end of each row.
pub(crate) struct Source<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) channels: Channels,
    /// Bytes from one row to the next.
    pub(crate) stride: usize,
    /// Pixels of a row.
    pub(crate) width: u32,
    /// Rows.
    pub(crate) height: u32,
}

/// Scales the part `crop` of any kind of samples to `width` x `height`; alpha weighs as in [`resize_rgba`].
pub(crate) fn resize_samples(source: &Source<'_>, crop: CropBox, width: u32, height: u32) -> Vec<u8> {
    resize_with(FilterType::Lanczos3, source, crop, width, height)
}

/// Like [`resize_samples`] for chroma: where it is enlarged, in straight lines from sample to sample, as every viewer
/// of 4:2:0 does ("fancy upsampling" of libjpeg); Lanczos would ring at the edges of strong colours.
pub(crate) fn resize_chroma(source: &Source<'_>, crop: CropBox, width: u32, height: u32) -> Vec<u8> {
    let enlarged = f64::from(width) >= crop.width && f64::from(height) >= crop.height;
    let filter = if enlarged {
        FilterType::Bilinear
    } else {
        FilterType::Lanczos3
    };
    resize_with(filter, source, crop, width, height)
}

fn resize_with(filter: FilterType, source: &Source<'_>, crop: CropBox, width: u32, height: u32) -> Vec<u8> {
    let pixel_type = match source.channels {
        Channels::Grey => PixelType::U8,
        Channels::GreyAlpha => PixelType::U8x2,
        Channels::Rgb => PixelType::U8x3,
        Channels::Rgba | Channels::Cmyk => PixelType::U8x4,
    };
    let mut scaled = Image::new(width, height, pixel_type);
    if source.width == 0 || source.height == 0 || width == 0 || height == 0 {
        return scaled.into_vec();
    }
    let whole = CropBox::whole(source.width, source.height);
    let crop = crop.inside(source.width, source.height);
    let channels = source.channels.count();
    if crop == whole && (width, height) == (source.width, source.height) {
        return rows(source).collect::<Vec<_>>().concat();
    }
    const WHY: &str = "rows are whole pixels, and as many as were announced";
    let stride = u32::try_from(source.stride / channels).expect(WHY);
    let padded = &source.samples[..source.stride * source.height as usize];
    let padded = ImageRef::new(stride, source.height, padded, pixel_type).expect(WHY);
    let view = CroppedImage::new(&padded, 0, 0, source.width, source.height).expect(WHY);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(crop.left, crop.top, crop.width, crop.height)
        .use_alpha(source.channels.has_alpha());
    Resizer::new()
        .resize(&view, &mut scaled, &options)
        .expect("the crop lies inside the source and the pixel types are the same");
    scaled.into_vec()
}

fn packed(samples: &[u8], (width, height): (u32, u32), channels: Channels) -> Source<'_> {
    Source {
        samples,
        channels,
        stride: width as usize * channels.count(),
        width,
        height,
    }
}

fn rows<'a>(source: &'a Source<'_>) -> impl Iterator<Item = &'a [u8]> {
    let width = source.width as usize * source.channels.count();
    let rows = source.samples.chunks(source.stride.max(1));
    rows.take(source.height as usize).map(move |row| &row[..width])
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, Rgba};

    #[test]
    fn a_crop_shows_only_its_part() {
        let half = RgbImage::from_fn(40, 20, |x, _| {
            if x < 20 {
                Rgb([200, 0, 0])
            } else {
                Rgb([0, 0, 200])
            }
        });
        // Ten pixels from the edge: the filter may look over the crop, but not that far.
        let right = CropBox {
            left: 30.0,
            top: 0.0,
            width: 10.0,
            height: 20.0,
        };
        let scaled = resize_rgb(&half, right, 7, 9);
        assert_eq!(scaled.dimensions(), (7, 9));
        assert!(scaled.pixels().all(|p| *p == Rgb([0, 0, 200])));
    }

    #[test]
    fn a_crop_that_hangs_over_or_is_not_a_number_is_moved_inside() {
        let picture = RgbImage::from_pixel(10, 10, Rgb([9, 9, 9]));
        for wild in [-50.0, 0.0, 9.999, 1e9, f64::NAN, f64::INFINITY] {
            let crop = CropBox {
                left: wild,
                top: wild,
                width: wild,
                height: wild,
            };
            assert_eq!(resize_rgb(&picture, crop, 3, 3).get_pixel(1, 1), &Rgb([9, 9, 9]));
        }
    }

    #[test]
    fn transparent_pixels_do_not_bleed_their_colour() {
        let edge = RgbaImage::from_fn(64, 64, |x, _| {
            if x < 33 {
                Rgba([255, 255, 255, 255])
            } else {
                Rgba([0, 0, 0, 0])
            }
        });
        let scaled = resize_rgba(&edge, CropBox::whole(64, 64), 16, 16);
        for pixel in scaled.pixels().filter(|p| p.0[3] > 8) {
            assert!(pixel.0[0] > 250, "a white edge stays white: {pixel:?}");
        }
    }

    #[test]
    fn the_long_edge_is_met_and_never_exceeded() {
        assert_eq!(fit_long_edge(6000, 4000, 1600), (1600, 1067));
        assert_eq!(fit_long_edge(4000, 6000, 1600), (1067, 1600));
        assert_eq!(fit_long_edge(300, 200, 1600), (300, 200));
        assert_eq!(fit_long_edge(16_000, 1, 100), (100, 1));
    }
}
