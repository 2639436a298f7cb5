//! Images of the look: fetched by name, decoded no larger than needed.

use std::borrow::Cow;
use std::sync::Arc;

use image::GrayImage;

use super::sheet::Layer;
use super::{Assets, Overlays, Pixels, RenderError};
use crate::decode::{self, Want};
use crate::error::PhotoError;
use crate::limits::Limits;
use crate::looks;
use crate::recipe::Canvas;
use crate::resize::{CropBox, resize_rgb, resize_rgba};

/// Finds and decodes the images of one scene.
pub(super) struct Layers<'a> {
    pub(super) assets: &'a dyn Assets,
    pub(super) limits: &'a Limits,
    pub(super) overlays: &'a Overlays,
}

impl Layers<'_> {
    /// An image of the look, at least as large as the canvas where it has the pixels.
    pub(super) fn picture(&self, name: &str, canvas: Canvas) -> Result<Pixels, RenderError> {
        let want = Want::AtLeast {
            width: canvas.width,
            height: canvas.height,
        };
        let bytes = self.bytes(name)?;
        let photo = decode::decode(&bytes, self.limits, want).map_err(|source| asset(name, source))?;
        Ok(photo.pixels)
    }

    /// An overlay of the look, stretched to the canvas.
    pub(super) fn overlay(&self, name: &str, canvas: Canvas) -> Result<Arc<Layer>, RenderError> {
        let bytes = self.bytes(name)?;
        self.overlay_of(&bytes, canvas)
            .map_err(|source| asset(name, source))
    }

    /// Any overlay file, stretched to the canvas.
    pub(super) fn overlay_of(&self, file: &[u8], canvas: Canvas) -> Result<Arc<Layer>, PhotoError> {
        let size = (canvas.width, canvas.height);
        self.overlays
            .layer(file, size, || overlay(file, self.limits, canvas))
    }

    /// A mask as coverage, stretched to `width` x `height`: its alpha, or its brightness if it
    /// has no alpha.
    pub(super) fn mask(&self, name: &str, width: u32, height: u32) -> Result<GrayImage, RenderError> {
        let bytes = self.bytes(name)?;
        let decoded = decode::decode(&bytes, self.limits, Want::AtLeast { width, height });
        let mask = decoded.map_err(|source| asset(name, source))?.pixels;
        let whole = CropBox::whole(mask.dimensions().0, mask.dimensions().1);
        let coverage: Vec<u8> = match mask {
            Pixels::Rgb(mask) => {
                let fitted = resize_rgb(&mask, whole, width, height);
                fitted.as_chunks::<3>().0.iter().map(brightness).collect()
            }
            Pixels::Rgba(mask) => {
                let fitted = resize_rgba(&mask, whole, width, height);
                fitted.as_chunks::<4>().0.iter().map(|pixel| pixel[3]).collect()
            }
        };
        Ok(GrayImage::from_raw(width, height, coverage).expect("one byte for each pixel"))
    }

    fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>, RenderError> {
        if name.starts_with(looks::ASSET_PREFIX) {
            return looks::asset(name).map(Cow::Borrowed).ok_or_else(|| missing(name));
        }
        self.assets.asset(name).ok_or_else(|| missing(name))
    }
}

fn overlay(png: &[u8], limits: &Limits, canvas: Canvas) -> Result<Layer, PhotoError> {
    let (width, height) = (canvas.width, canvas.height);
    let pixels = decode::decode(png, limits, Want::AtLeast { width, height })?.pixels;
    let pixels = pixels.into_rgba();
    if pixels.dimensions() == (width, height) {
        return Ok(Layer::from_straight(pixels));
    }
    let whole = CropBox::whole(pixels.width(), pixels.height());
    Ok(Layer::from_straight(resize_rgba(&pixels, whole, width, height)))
}

/// Green carries most of the brightness; masks are grey anyway.
fn brightness(&[r, g, b]: &[u8; 3]) -> u8 {
    let sum = u32::from(r) + 2 * u32::from(g) + u32::from(b);
    u8::try_from(sum / 4).expect("a mean of bytes is a byte")
}

fn missing(name: &str) -> RenderError {
    RenderError::AssetMissing {
        name: name.to_owned(),
    }
}

fn asset(name: &str, source: PhotoError) -> RenderError {
    RenderError::Asset {
        name: name.to_owned(),
        source,
    }
}
