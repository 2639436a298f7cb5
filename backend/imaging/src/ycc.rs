//! Between R'G'B' and full-range Y'CbCr with the luma weights of BT.601, as JPEG stores it (ITU-T T.871, clause 7):
//!
//! Y' = 0.299 R' + 0.587 G' + 0.114 B'; Cb = 128 + (B' - Y') / 1.772; Cr = 128 + (R' - Y') / 1.402; all 0 to 255.

pub use boothline_jpeg::Ycc420;
use image::RgbImage;
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvPlanarImage, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
    rgb_to_yuv420, yuv444_to_rgb,
};

use crate::decode::samples::Channels;
use crate::resize::{CropBox, Source, resize_chroma, resize_samples};

/// Interleaved R'G'B' of three planes of one size.
pub(crate) fn to_rgb([luma, blue, red]: [&[u8]; 3], width: u32, height: u32) -> Vec<u8> {
    let mut rgb = vec![0; luma.len() * 3];
    if rgb.is_empty() {
        return rgb;
    }
    let planes = YuvPlanarImage {
        y_plane: luma,
        y_stride: width,
        u_plane: blue,
        u_stride: width,
        v_plane: red,
        v_stride: width,
        width,
        height,
    };
    yuv444_to_rgb(
        &planes,
        &mut rgb,
        width * 3,
        YuvRange::Full,
        YuvStandardMatrix::Bt601,
    )
    .expect("three planes of one size");
    rgb
}

/// Planes of a picture; each chroma sample is the mean of its four pixels.
#[must_use]
pub fn from_rgb(picture: &RgbImage) -> Ycc420 {
    let (width, height) = picture.dimensions();
    let (wide, high) = Ycc420::chroma_size(width, height);
    let area = |width: u32, height: u32| width as usize * height as usize;
    let mut planes = Ycc420 {
        width,
        height,
        luma: vec![0; area(width, height)],
        chroma: [vec![0; area(wide, high)], vec![0; area(wide, high)]],
    };
    if width == 0 || height == 0 {
        return planes;
    }
    let [blue, red] = &mut planes.chroma;
    let mut into = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(&mut planes.luma),
        y_stride: width,
        u_plane: BufferStoreMut::Borrowed(blue),
        u_stride: wide,
        v_plane: BufferStoreMut::Borrowed(red),
        v_stride: wide,
        width,
        height,
    };
    rgb_to_yuv420(
        &mut into,
        picture.as_raw(),
        width * 3,
        YuvRange::Full,
        YuvStandardMatrix::Bt601,
        YuvConversionMode::Balanced,
    )
    .expect("the planes were made for this size");
    planes
}

/// The chroma samples of a picture that stand for two by two pixels.
///
/// The last one of an odd side has only one pixel. It repeats its neighbour, so that all others keep their places.
pub(crate) struct Pairs {
    size: (u32, u32),
    pub(crate) across: u32,
    pub(crate) down: u32,
}

impl Pairs {
    pub(crate) fn of(width: u32, height: u32) -> Self {
        Self {
            size: (width, height),
            across: (width / 2).max(1),
            down: (height / 2).max(1),
        }
    }

    /// What they show of what the whole picture shows.
    pub(crate) fn part(&self, picture: CropBox) -> CropBox {
        let part = |pairs: u32, side: u32| (f64::from(2 * pairs) / f64::from(side.max(1))).min(1.0);
        CropBox {
            width: picture.width * part(self.across, self.size.0),
            height: picture.height * part(self.down, self.size.1),
            ..picture
        }
    }

    /// The whole plane of these samples.
    pub(crate) fn complete(&self, mut pairs: Vec<u8>) -> Vec<u8> {
        let row = self.across as usize;
        let (wide, high) = Ycc420::chroma_size(self.size.0, self.size.1);
        if high > self.down {
            pairs.extend_from_within(pairs.len() - row..);
        }
        if wide > self.across {
            let rows = pairs.chunks_exact(row);
            pairs = rows
                .flat_map(|row| row.iter().chain(row.last()))
                .copied()
                .collect();
        }
        pairs
    }
}

/// The picture in another size, with Lanczos3.
#[must_use]
pub fn scale(picture: &Ycc420, width: u32, height: u32) -> Ycc420 {
    let halves = Ycc420::chroma_size(picture.width, picture.height);
    let source = |samples, (width, height): (u32, u32)| Source {
        samples,
        channels: Channels::Grey,
        stride: width as usize,
        width,
        height,
    };
    let whole = CropBox::whole(picture.width, picture.height);
    let luma = source(&picture.luma, (picture.width, picture.height));
    Ycc420 {
        width,
        height,
        luma: resize_samples(&luma, whole, width, height),
        chroma: [0, 1].map(|index| {
            let pairs = Pairs::of(width, height);
            let part = pairs.part(whole).times((0.5, 0.5));
            let chroma = source(&picture.chroma[index], halves);
            pairs.complete(resize_chroma(&chroma, part, pairs.across, pairs.down))
        }),
    }
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn colours_become_what_the_standard_says() {
        for (rgb, ycc) in [
            ([255, 255, 255], [255, 128, 128]),
            ([0, 0, 0], [0, 128, 128]),
            ([255, 0, 0], [76, 85, 255]),
            ([0, 0, 255], [29, 255, 107]),
            ([200, 120, 80], [139, 95, 171]),
        ] {
            let planes = from_rgb(&RgbImage::from_pixel(5, 3, Rgb(rgb)));
            let found = [planes.luma[7], planes.chroma[0][2], planes.chroma[1][5]];
            assert!(
                found.iter().zip(ycc).all(|(a, b)| a.abs_diff(b) <= 1),
                "{rgb:?}: {found:?}"
            );
            let back = to_rgb([&[found[0]], &[found[1]], &[found[2]]], 1, 1);
            assert!(
                back.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 3),
                "{rgb:?}: {back:?}"
            );
        }
    }

    #[test]
    fn chroma_is_averaged_and_not_picked() {
        let stripes = RgbImage::from_fn(16, 16, |x, _| {
            if x % 2 == 0 {
                Rgb([255, 0, 0])
            } else {
                Rgb([0, 0, 255])
            }
        });
        let planes = from_rgb(&stripes);
        assert!(
            planes.chroma[0].iter().all(|blue| blue.abs_diff(170) <= 2),
            "{:?}",
            planes.chroma[0]
        );
        assert!(
            planes.chroma[1].iter().all(|red| red.abs_diff(181) <= 2),
            "{:?}",
            planes.chroma[1]
        );
    }

    #[test]
    fn chroma_of_odd_sizes_keeps_its_place() {
        let ramp: Vec<u8> = (0..32u8).flat_map(|y| [y * 8; 32]).collect();
        let picture = Ycc420 {
            width: 64,
            height: 64,
            luma: vec![128; 64 * 64],
            chroma: [ramp.clone(), ramp],
        };
        let odd = scale(&picture, 33, 33);
        assert_eq!(odd.chroma[0].len(), 17 * 17);
        for y in 2..14u32 {
            // The middle of two pixels of the smaller picture, among the samples of the larger one.
            let middle = f64::from(2 * y + 1) / 33.0 * 32.0 - 0.5;
            let found = f64::from(odd.chroma[0][y as usize * 17 + 8]);
            assert!((found - 8.0 * middle).abs() <= 1.0, "row {y}: {found}");
        }
        assert_eq!(odd.chroma[0][16 * 17..], odd.chroma[0][15 * 17..16 * 17]);
    }
}
