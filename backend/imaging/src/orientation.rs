//! Turns a stored picture upright by its EXIF orientation (EXIF 3.0, 4.6.4, tag 0x0112).

pub use image::metadata::Orientation;
use image::{RgbImage, RgbaImage};

use crate::decode::Pixels;
use crate::probe;
use crate::resize::CropBox;

/// Turns and mirrors; every pixel is kept exactly.
#[must_use]
pub fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let (width, height) = pixels.dimensions();
    let (wide, high) = probe::upright(orientation, width, height);
    const WHY: &str = "a turned picture has as many pixels";
    match pixels {
        Pixels::Rgb(picture) => {
            let turned = turn::<3>(picture.as_raw(), width, height, orientation);
            Pixels::Rgb(RgbImage::from_raw(wide, high, turned).expect(WHY))
        }
        Pixels::Rgba(picture) => {
            let turned = turn::<4>(picture.as_raw(), width, height, orientation);
            Pixels::Rgba(RgbaImage::from_raw(wide, high, turned).expect(WHY))
        }
    }
}

/// Turns and mirrors the samples of one plane.
pub(crate) fn turn_plane(samples: Vec<u8>, width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    if orientation == Orientation::NoTransforms {
        return samples;
    }
    turn::<1>(&samples, width, height, orientation)
}

/// Where the upright pixel (x, y) comes from: `start + x · across + y · down`, counted in stored pixels.
struct Walk {
    start: isize,
    across: isize,
    down: isize,
}

impl Walk {
    fn of(orientation: Orientation, width: u32, height: u32) -> Self {
        let (w, h) = (width as isize, height as isize);
        let (start, across, down) = match orientation {
            Orientation::NoTransforms => (0, 1, w),
            Orientation::FlipHorizontal => (w - 1, -1, w),
            Orientation::Rotate180 => (w * h - 1, -1, -w),
            Orientation::FlipVertical => (w * (h - 1), 1, -w),
            Orientation::Rotate90FlipH => (0, w, 1),
            Orientation::Rotate90 => (w * (h - 1), -w, 1),
            Orientation::Rotate270FlipH => (w * h - 1, -w, -1),
            Orientation::Rotate270 => (w - 1, w, -1),
        };
        Self { start, across, down }
    }
}

/// Pixels of `N` bytes in upright order.
fn turn<const N: usize>(stored: &[u8], width: u32, height: u32, orientation: Orientation) -> Vec<u8> {
    // Tiles keep both the rows read and the rows written in the cache.
    const TILE: usize = 32;
    let walk = Walk::of(orientation, width, height);
    let (wide, high) = probe::upright(orientation, width, height);
    let (wide, high) = (wide as usize, high as usize);
    let (stored, _) = stored.as_chunks::<N>();
    let mut upright = vec![0; wide * high * N];
    let (pixels, _) = upright.as_chunks_mut::<N>();
    for top in (0..high).step_by(TILE) {
        for left in (0..wide).step_by(TILE) {
            let right = (left + TILE).min(wide);
            for y in top..(top + TILE).min(high) {
                let row = &mut pixels[y * wide + left..y * wide + right];
                let first = walk.start + y as isize * walk.down + left as isize * walk.across;
                for (x, pixel) in row.iter_mut().enumerate() {
                    *pixel = stored[(first + x as isize * walk.across) as usize];
                }
            }
        }
    }
    upright
}

/// The part of a stored picture of `width` x `height` that becomes the part `crop` of the upright one.
#[must_use]
pub(crate) fn stored_crop(orientation: Orientation, crop: CropBox, width: u32, height: u32) -> CropBox {
    let (is_turned, flips_x, flips_y) = match orientation {
        Orientation::NoTransforms => (false, false, false),
        Orientation::FlipHorizontal => (false, true, false),
        Orientation::Rotate180 => (false, true, true),
        Orientation::FlipVertical => (false, false, true),
        Orientation::Rotate90FlipH => (true, false, false),
        Orientation::Rotate90 => (true, false, true),
        Orientation::Rotate270FlipH => (true, true, true),
        Orientation::Rotate270 => (true, true, false),
    };
    let mut stored = crop;
    if is_turned {
        stored = CropBox {
            left: crop.top,
            top: crop.left,
            width: crop.height,
            height: crop.width,
        };
    }
    if flips_x {
        stored.left = f64::from(width) - stored.left - stored.width;
    }
    if flips_y {
        stored.top = f64::from(height) - stored.top - stored.height;
    }
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_of_the_upright_picture_is_found_in_the_stored_one() {
        let (width, height) = (40, 30);
        let stored: Vec<u8> = (0..width * height).map(|i| (i % 251) as u8).collect();
        for code in 1..=8 {
            let orientation = Orientation::from_exif(code).unwrap();
            let upright = turn::<1>(&stored, width, height, orientation);
            let (wide, _) = probe::upright(orientation, width, height);
            let crop = CropBox {
                left: 7.0,
                top: 3.0,
                width: 5.0,
                height: 4.0,
            };
            let part = stored_crop(orientation, crop, width, height);
            let (w, h) = (part.width as u32, part.height as u32);
            let mut cut = Vec::new();
            for y in 0..h {
                let start = (part.top as u32 + y) * width + part.left as u32;
                cut.extend(&stored[start as usize..(start + w) as usize]);
            }
            let expected: Vec<u8> = (3..7)
                .flat_map(|y| (7..12).map(move |x| y * wide + x))
                .map(|i| upright[i as usize])
                .collect();
            assert_eq!(turn::<1>(&cut, w, h, orientation), expected, "{orientation:?}");
        }
    }
}
