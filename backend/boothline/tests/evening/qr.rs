//! Reads a QR code from pixels.

use anyhow::{Context, Result, ensure};

/// The text of the one code in a PNG.
pub(crate) fn read(png: &[u8]) -> Result<String> {
    let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png)?.to_luma8();
    let (width, height) = (
        usize::try_from(picture.width())?,
        usize::try_from(picture.height())?,
    );
    let pixels = picture.into_raw();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let codes = prepared.detect_grids();
    ensure!(codes.len() == 1, "the picture holds {} codes", codes.len());
    let (_, text) = codes.first().context("there is one")?.decode()?;
    Ok(text)
}
