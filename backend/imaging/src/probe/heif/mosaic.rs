//! A picture as phones store it: tiles of one size in a grid, or a single one.

use heifer::heifer_isobmff::{HeifFile, ItemId};

use super::{refusal, unsupported};
use crate::error::PhotoError;

/// The coded items of a picture and how they lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mosaic {
    /// Width in pixels, without what the tiles hold beyond it.
    pub(crate) width: u32,
    /// Height in pixels.
    pub(crate) height: u32,
    pub(crate) columns: u32,
    pub(crate) tile_width: u32,
    pub(crate) tile_height: u32,
    /// The coded items, row by row.
    pub(crate) tiles: Vec<ItemId>,
}

impl Mosaic {
    pub(super) fn read(file: &HeifFile<'_>, item: ItemId) -> Result<Self, PhotoError> {
        let kind = file.item(item).map_err(refusal)?.item_type.0;
        match &kind {
            b"hvc1" => Self::single(file, item),
            b"grid" => Self::grid(file, item),
            _ => Err(unsupported()),
        }
    }

    fn single(file: &HeifFile<'_>, item: ItemId) -> Result<Self, PhotoError> {
        let (width, height) = size(file, item)?;
        Ok(Self {
            width,
            height,
            columns: 1,
            tile_width: width,
            tile_height: height,
            tiles: vec![item],
        })
    }

    fn grid(file: &HeifFile<'_>, item: ItemId) -> Result<Self, PhotoError> {
        let grid = file.grid(item).map_err(refusal)?;
        let tiles = file.referenced_items(item, b"dimg").to_vec();
        let (columns, rows) = (u32::from(grid.columns), u32::from(grid.rows));
        let first = *tiles
            .first()
            .ok_or_else(|| PhotoError::corrupt("a grid without tiles"))?;
        let (tile_width, tile_height) = size(file, first)?;
        let mosaic = Self {
            width: grid.output_width,
            height: grid.output_height,
            columns,
            tile_width,
            tile_height,
            tiles,
        };
        if mosaic.tiles.len() as u64 != u64::from(columns) * u64::from(rows)
            || !fits(tile_width, columns, mosaic.width)
            || !fits(tile_height, rows, mosaic.height)
        {
            return Err(PhotoError::corrupt("a grid that its tiles do not fill"));
        }
        for &tile in &mosaic.tiles {
            if &file.item(tile).map_err(refusal)?.item_type.0 != b"hvc1"
                || size(file, tile)? != size(file, first)?
            {
                return Err(unsupported());
            }
        }
        Ok(mosaic)
    }

    /// Whether both have the same size and the same tiles, so that they can be read side by side.
    pub(super) fn has_tiles_of(&self, other: &Self) -> bool {
        let shape = |m: &Self| {
            (
                m.width,
                m.height,
                m.columns,
                m.tile_width,
                m.tile_height,
                m.tiles.len(),
            )
        };
        shape(self) == shape(other)
    }

    /// Pixels of one tile.
    pub(crate) fn tile_pixels(&self) -> u64 {
        u64::from(self.tile_width) * u64::from(self.tile_height)
    }

    /// Pixels of one row of tiles.
    pub(crate) fn strip_pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.tile_height.min(self.height))
    }
}

/// Whether `count` tiles cover `whole` and none lies outside: so what is decoded stays near what is shown.
fn fits(tile: u32, count: u32, whole: u32) -> bool {
    /// A small picture may be padded to one tile.
    const PADDING: u64 = 1024;
    let (tile, count, whole) = (u64::from(tile), u64::from(count), u64::from(whole));
    let before_last = tile * count.saturating_sub(1);
    tile * count >= whole && (before_last < whole || whole == 0) && tile <= whole + PADDING
}

fn size(file: &HeifFile<'_>, item: ItemId) -> Result<(u32, u32), PhotoError> {
    let size = file.image_size(item).map_err(refusal)?;
    size.ok_or_else(|| PhotoError::corrupt("an item without its size"))
}
