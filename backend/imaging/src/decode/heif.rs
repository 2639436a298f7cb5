//! Decodes HEIC tile by tile with the `heifer` crate, never holding more than a row of tiles beside the reduced picture.

mod colours;

use heifer::color::frame_to_rgba_sized;
use heifer::heifer_hevc_dec::decoder::{DecodeOptions, decode_picture};
use heifer::heifer_isobmff::{HeifFile, ItemId};
use heifer::image::Image;

use super::deadline::Deadline;
use super::raw::{Material, Stored};
use super::reduce::Reducer;
use super::samples::Channels;
use crate::error::PhotoError;
use crate::probe::{HeifHeader, Mosaic, heif_boxes, heif_refusal as refusal};

/// Decodes to 8 bits a channel, reduced `divisor`-fold.
///
/// The clock is looked at between tiles; within one, its pixels and bytes bound the time.
pub(super) fn read(
    bytes: &[u8],
    header: &HeifHeader,
    divisor: u32,
    deadline: Deadline,
) -> Result<Stored, PhotoError> {
    let file = heif_boxes(bytes)?;
    let channels = if header.alpha.is_some() {
        Channels::Rgba
    } else {
        Channels::Rgb
    };
    let [left, top, width, height] = header.crop.map(|side| side as usize);
    let mut reducer = Reducer::new(channels, header.crop[2], header.crop[3], divisor);
    let row_bytes = header.picture.width as usize * channels.count();
    let shown = left * channels.count()..(left + width) * channels.count();
    for (band, first_row) in bands(&header.picture) {
        let strip = strip(&file, header, band, channels, deadline)?;
        for (row, y) in strip.chunks_exact(row_bytes).zip(first_row..) {
            if (top..top + height).contains(&y) {
                reducer.push(&row[shown.clone()]);
            }
        }
    }
    let (profile, warnings) = colours::of(&file, &header.picture);
    Ok(Stored {
        material: Material::Samples(reducer.finish()),
        profile,
        warnings,
    })
}

/// Each row of tiles with the picture's row it begins at.
fn bands(picture: &Mosaic) -> impl Iterator<Item = (usize, usize)> {
    let rows = picture.height.div_ceil(picture.tile_height.max(1)) as usize;
    let tile_height = picture.tile_height as usize;
    (0..rows).map(move |band| (band, band * tile_height))
}

/// The pixels of one row of tiles.
fn strip(
    file: &HeifFile<'_>,
    header: &HeifHeader,
    band: usize,
    channels: Channels,
    deadline: Deadline,
) -> Result<Vec<u8>, PhotoError> {
    let picture = &header.picture;
    let columns = picture.columns as usize;
    let tile_height = picture.tile_height as usize;
    let rows = tile_height.min(picture.height as usize - band * tile_height);
    let mut strip = vec![255; picture.width as usize * rows * channels.count()];
    for column in 0..columns {
        deadline.check()?;
        let tile = decode(file, picture, picture.tiles[band * columns + column])?;
        let place = column * picture.tile_width as usize;
        lay(&mut strip, picture.width as usize, channels, &tile, place);
        if let Some(alpha) = &header.alpha {
            deadline.check()?;
            let tile = decode(file, alpha, alpha.tiles[band * columns + column])?;
            lay_alpha(&mut strip, picture.width as usize, &tile, place);
        }
    }
    Ok(strip)
}

/// One coded item as RGBA, of exactly a tile's size.
fn decode(file: &HeifFile<'_>, mosaic: &Mosaic, item: ItemId) -> Result<Image<u8>, PhotoError> {
    /// Pictures are coded in whole blocks of at most 64 pixels.
    const BLOCK: u64 = 64;
    let (width, height) = (mosaic.tile_width, mosaic.tile_height);
    let options = DecodeOptions {
        max_pixels: (u64::from(width) + BLOCK) * (u64::from(height) + BLOCK),
        ..DecodeOptions::default()
    };
    let stream = file.hevc_bitstream(item).map_err(refusal)?;
    let frame = decode_picture(&stream, options).map_err(refusal)?;
    let params = colours::coded(file, item, &frame);
    let tile = frame_to_rgba_sized(&frame, params, width, height);
    if (tile.width, tile.height) != (width, height) {
        return Err(PhotoError::corrupt("a tile smaller than it says"));
    }
    Ok(tile)
}

/// Copies a tile's colours to `place` in the strip, as far as the picture reaches.
fn lay(strip: &mut [u8], width: usize, channels: Channels, tile: &Image<u8>, place: usize) {
    let count = channels.count();
    let rows = strip.chunks_exact_mut(width * count);
    for (row, from) in rows.zip(tile.data.chunks_exact(tile.width as usize * 4)) {
        let to = row.get_mut(place * count..).unwrap_or_default();
        for (to, from) in to.chunks_exact_mut(count).zip(from.chunks_exact(4)) {
            to[..3].copy_from_slice(&from[..3]);
        }
    }
}

/// Copies the luma of a tile of the alpha picture.
fn lay_alpha(strip: &mut [u8], width: usize, tile: &Image<u8>, place: usize) {
    let rows = strip.chunks_exact_mut(width * 4);
    for (row, from) in rows.zip(tile.data.chunks_exact(tile.width as usize * 4)) {
        let to = row.get_mut(place * 4..).unwrap_or_default();
        for (to, from) in to.chunks_exact_mut(4).zip(from.chunks_exact(4)) {
            to[3] = from[0];
        }
    }
}
