//! Reads the boxes of a HEIC (ISO/IEC 23008-12) without decoding.

mod mosaic;
mod turn;

use heifer::Error;
use heifer::heifer_isobmff::boxes::Property;
use heifer::heifer_isobmff::{BoxIter, Error as BoxError, HeifFile, ItemId};

use super::exif::{self, Exif};
use super::{Coding, Format, Probe};
use crate::error::PhotoError;
pub(crate) use mosaic::Mosaic;
use turn::Turn;

/// More than any phone writes, a profile of a press included; the parser compares every item with every other.
const MAX_META_BYTES: usize = 512 << 10;

/// What the boxes say of the primary picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeifHeader {
    pub(crate) picture: Mosaic,
    /// The picture's alpha channel, where it has one of the same tiles.
    pub(crate) alpha: Option<Mosaic>,
    /// Length of the longest coded item in bytes.
    pub(crate) longest_item: u64,
    /// Left, top, width and height of the part that is shown, before it is turned.
    pub(crate) crop: [u32; 4],
}

/// Reads size, turns and time. What EXIF says of the orientation is passed over: in this format the boxes say it, and
/// phones write both for the same turn (ISO/IEC 23008-12, 6.5.10).
pub(super) fn read(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let file = open(bytes)?;
    let header = header(&file)?;
    let [_, _, width, height] = header.crop;
    Ok(Probe {
        format: Format::Heic,
        width,
        height,
        orientation: turned(&file, file.primary_id)?.orientation(),
        taken_at: exif_of(&file).taken_at,
        has_alpha: header.alpha.is_some(),
        coding: Coding::Heif(header),
    })
}

/// The boxes of a whole file, whatever lies behind them.
pub(crate) fn open(bytes: &[u8]) -> Result<HeifFile<'_>, PhotoError> {
    let (mut end, mut described) = (0, false);
    for each in BoxIter::new(bytes) {
        match each {
            Ok(found) if &found.header.box_type.0 == b"meta" && found.content.len() > MAX_META_BYTES => {
                return Err(unsupported());
            }
            Ok(found) => {
                described |= &found.header.box_type.0 == b"meta";
                end = found.offset + found.header.header_size as usize + found.content.len();
            }
            // What is no box any more is garbage behind the picture, unless it is the picture's own cut data.
            Err(error) if !described || bytes[end..].get(4..8) == Some(b"mdat") => {
                return Err(refusal(error));
            }
            Err(_) => break,
        }
    }
    HeifFile::parse(&bytes[..end]).map_err(refusal)
}

fn header(file: &HeifFile<'_>) -> Result<HeifHeader, PhotoError> {
    let picture = Mosaic::read(file, file.primary_id)?;
    let crop = crop(file, &picture)?;
    let alpha = alpha_item(file)?
        .map(|item| Mosaic::read(file, item))
        .transpose()?;
    let alpha = alpha.filter(|alpha| alpha.has_tiles_of(&picture));
    let items = picture
        .tiles
        .iter()
        .chain(alpha.iter().flat_map(|alpha| &alpha.tiles));
    let mut longest_item = 0;
    for &item in items {
        longest_item = longest_item.max(file.item_data(item).map_err(refusal)?.len() as u64);
    }
    Ok(HeifHeader {
        picture,
        alpha,
        longest_item,
        crop,
    })
}

/// The auxiliary picture that holds the primary one's alpha.
fn alpha_item(file: &HeifFile<'_>) -> Result<Option<ItemId>, PhotoError> {
    for item in file.referencing_items(file.primary_id, b"auxl") {
        let mut properties = file.item_properties(item).map_err(refusal)?;
        if properties.any(|property| matches!(property, Property::AuxiliaryType(kind) if is_alpha(kind))) {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn is_alpha(kind: &str) -> bool {
    matches!(
        kind,
        "urn:mpeg:hevc:2015:auxid:1" | "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
    )
}

fn turned(file: &HeifFile<'_>, item: ItemId) -> Result<Turn, PhotoError> {
    let properties = file.item_properties(item).map_err(refusal)?;
    Ok(properties.fold(Turn::default(), |turn, property| match property {
        Property::Rotation(quarters) => turn.rotated(*quarters),
        Property::Mirror(true) => turn.upside_down(),
        Property::Mirror(false) => turn.left_to_right(),
        _ => turn,
    }))
}

/// The clean aperture (ISO/IEC 14496-12, 12.1.4), or all of the picture.
fn crop(file: &HeifFile<'_>, picture: &Mosaic) -> Result<[u32; 4], PhotoError> {
    let mut properties = file.item_properties(file.primary_id).map_err(refusal)?;
    let aperture = properties.find_map(|property| match *property {
        Property::CleanAperture {
            width,
            height,
            horiz_offset,
            vert_offset,
        } => Some([(width, horiz_offset), (height, vert_offset)]),
        _ => None,
    });
    let Some([across, down]) = aperture else {
        return Ok([0, 0, picture.width, picture.height]);
    };
    let cropped = shown_part(picture.width, across).zip(shown_part(picture.height, down));
    let ((left, width), (top, height)) =
        cropped.ok_or_else(|| PhotoError::corrupt("a clean aperture outside the picture"))?;
    Ok([left, top, width, height])
}

/// Start and length of the shown part of a side, from its length and its centre's offset as fractions.
fn shown_part(side: u32, (length, offset): ((u32, u32), (i32, u32))) -> Option<(u32, u32)> {
    if length.1 == 0 || offset.1 == 0 {
        return None;
    }
    let shown = f64::from(length.0) / f64::from(length.1);
    let centre = f64::from(offset.0) / f64::from(offset.1) + f64::from(side) / 2.0;
    let start = (centre - shown / 2.0).round().max(0.0);
    let end = (start + shown.round()).min(f64::from(side));
    (end > start).then_some((start as u32, (end - start) as u32))
}

fn exif_of(file: &HeifFile<'_>) -> Exif {
    let block = file.exif(file.primary_id).ok().flatten();
    block.map_or_else(Exif::default, |block| exif::read(&block))
}

/// Our refusal for what the boxes or the coded picture are refused for.
pub(crate) fn refusal(error: impl Into<Error>) -> PhotoError {
    match error.into() {
        Error::Container(BoxError::UnexpectedEof | BoxError::MissingBox(_)) => PhotoError::Truncated,
        Error::Container(BoxError::Unimplemented(_))
        | Error::Hevc(heifer::heifer_hevc_dec::Error::Unimplemented(_))
        | Error::Unsupported(_) => unsupported(),
        other => PhotoError::corrupt(other),
    }
}

pub(crate) fn unsupported() -> PhotoError {
    PhotoError::FormatUnsupported {
        what: "This kind of HEIC",
    }
}
