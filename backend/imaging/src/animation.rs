//! Moving pictures: drawn frames, and the GIF and the WebP they become.

mod colours;
mod gif;
mod steady;
mod webp;

use image::RgbImage;

use crate::resize::{CropBox, fit_long_edge, resize_rgb};

/// The frames of a moving picture, each kept once however often it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frames {
    width: u32,
    height: u32,
    pictures: Vec<RgbImage>,
    order: Vec<usize>,
    frame_ms: u32,
    loops: u16,
}

/// Why a moving picture could not be written.
#[derive(Debug, thiserror::Error)]
pub enum AnimationError {
    /// No frames, or a side that the format cannot say.
    #[error("a moving picture of {frames} frames of {width} x {height} pixels cannot be written")]
    Size {
        /// How many frames.
        frames: usize,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The GIF encoder refused.
    #[error("the GIF could not be written")]
    Gif(#[from] ::gif::EncodingError),
    /// The WebP encoder refused.
    #[error("the WebP could not be written: {0}")]
    Webp(String),
}

impl Frames {
    /// Frames from pictures of one size, shown in `order` (places in `pictures`).
    ///
    /// A last row or column that would make a side odd is cut off: H.264 keeps colours for two by
    /// two pixels. What differs between two pictures by no more than a camera's noise is made
    /// equal, so that still things stand still and files stay small.
    ///
    /// # Errors
    /// [`AnimationError::Size`] without pictures, with pictures of several sizes, or where `order`
    /// names none or one that is not there.
    pub fn new(
        pictures: Vec<RgbImage>,
        order: Vec<usize>,
        frame_ms: u32,
        loops: u16,
    ) -> Result<Self, AnimationError> {
        let (width, height) = pictures.first().map_or((0, 0), RgbImage::dimensions);
        let even = (width & !1, height & !1);
        let same = pictures
            .iter()
            .all(|picture| picture.dimensions() == (width, height));
        let known = !order.is_empty() && order.iter().all(|place| *place < pictures.len());
        if even.0 == 0 || even.1 == 0 || !same || !known {
            return Err(AnimationError::Size {
                frames: order.len(),
                width,
                height,
            });
        }
        let mut pictures = cut(pictures, even);
        steady::hold(&mut pictures);
        Ok(Self {
            width: even.0,
            height: even.1,
            pictures,
            order,
            frame_ms,
            loops,
        })
    }

    /// Width and height in pixels, both even.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// How many frames are shown in one round.
    #[must_use]
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// How long each frame is shown, in milliseconds.
    #[must_use]
    pub fn frame_ms(&self) -> u32 {
        self.frame_ms
    }

    /// The frames of one round.
    pub fn in_order(&self) -> impl Iterator<Item = &RgbImage> {
        self.order.iter().map(|place| &self.pictures[*place])
    }

    /// The same frames with a longer side of `long_edge` pixels, never enlarged.
    #[must_use]
    pub fn scaled(&self, long_edge: u32) -> Self {
        let (width, height) = fit_long_edge(self.width, self.height, long_edge.max(2));
        let (width, height) = ((width & !1).max(2), (height & !1).max(2));
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let whole = CropBox::whole(self.width, self.height);
        let small = |picture| resize_rgb(picture, whole, width, height);
        Self {
            width,
            height,
            pictures: self.pictures.iter().map(small).collect(),
            order: self.order.clone(),
            ..*self
        }
    }

    /// The frames as an animated GIF without metadata: one palette, ordered dithering that stands
    /// still where the picture does, and after the first frame only what has changed.
    ///
    /// # Errors
    /// [`AnimationError::Size`] above 65535 pixels a side, [`AnimationError::Gif`].
    pub fn gif(&self) -> Result<Vec<u8>, AnimationError> {
        gif::encode(self)
    }

    /// The frames as an animated, lossy WebP without metadata.
    ///
    /// # Errors
    /// [`AnimationError::Webp`] where the encoder refuses, as above 16383 pixels a side.
    pub fn webp(&self) -> Result<Vec<u8>, AnimationError> {
        webp::encode(self)
    }
}

fn cut(pictures: Vec<RgbImage>, (width, height): (u32, u32)) -> Vec<RgbImage> {
    let cut = |picture: RgbImage| match picture.dimensions() == (width, height) {
        true => picture,
        false => image::imageops::crop_imm(&picture, 0, 0, width, height).to_image(),
    };
    pictures.into_iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_even_sides_and_never_grow() {
        let frames = Frames::new(vec![RgbImage::new(121, 81); 2], vec![0, 1], 100, 0).unwrap();
        assert_eq!(frames.size(), (120, 80));
        assert_eq!(frames.scaled(61).size(), (60, 40));
        assert_eq!(frames.scaled(5000).size(), (120, 80));
        assert_eq!(frames.scaled(0).size(), (2, 2));
    }

    #[test]
    fn what_is_no_sequence_is_refused() {
        let one = RgbImage::new(4, 4);
        assert!(Frames::new(Vec::new(), Vec::new(), 100, 0).is_err());
        assert!(Frames::new(vec![one.clone()], Vec::new(), 100, 0).is_err());
        assert!(Frames::new(vec![one.clone()], vec![1], 100, 0).is_err());
        assert!(Frames::new(vec![one, RgbImage::new(4, 6)], vec![0, 1], 100, 0).is_err());
        assert!(Frames::new(vec![RgbImage::new(1, 9)], vec![0], 100, 0).is_err());
    }
}
