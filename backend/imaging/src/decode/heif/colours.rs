//! Which colours a HEIC holds: its profile, or its code points (ITU-T H.273).

use heifer::color::ColorParams;
use heifer::heifer_hevc_dec::recon::Frame;
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{HeifFile, ItemId};
use moxcms::ColorProfile;

use crate::error::Warning;
use crate::icc;
use crate::probe::Mosaic;

const BT2020: u16 = 9;
const DISPLAY_P3: u16 = 12;
const PQ: u16 = 16;
const HLG: u16 = 18;

/// How the coded samples become red, green and blue: by the item's code points, else by those in its stream.
pub(super) fn coded(file: &HeifFile<'_>, item: ItemId, frame: &Frame) -> ColorParams {
    code_points(file, item).map_or_else(
        || ColorParams::from_frame(frame),
        |points| ColorParams {
            matrix: points.matrix,
            full_range: points.full_range,
        },
    )
}

/// The ICC profile of the picture, or one that says what its code points say; with a warning for a transfer of HDR,
/// which is shown as if it were an ordinary one.
pub(super) fn of(file: &HeifFile<'_>, picture: &Mosaic) -> (Option<Vec<u8>>, Vec<Warning>) {
    let items = || {
        [Some(file.primary_id), picture.tiles.first().copied()]
            .into_iter()
            .flatten()
    };
    let embedded = items().find_map(|item| file.icc_profile(item).ok().flatten());
    if let Some(profile) = embedded {
        return (
            Some(profile[..profile.len().min(icc::MAX_PROFILE_BYTES)].to_vec()),
            Vec::new(),
        );
    }
    let Some(points) = items().find_map(|item| code_points(file, item)) else {
        return (None, Vec::new());
    };
    let profile = match points.primaries {
        DISPLAY_P3 => ColorProfile::new_display_p3().encode().ok(),
        BT2020 => ColorProfile::new_bt2020().encode().ok(),
        _ => None,
    };
    let warning = matches!(points.transfer, PQ | HLG).then_some(Warning::ColourProfileIgnored);
    (profile, warning.into_iter().collect())
}

struct CodePoints {
    primaries: u16,
    transfer: u16,
    matrix: u16,
    full_range: bool,
}

fn code_points(file: &HeifFile<'_>, item: ItemId) -> Option<CodePoints> {
    file.item_properties(item)
        .ok()?
        .find_map(|property| match *property {
            Property::Color(ColorInfo::Nclx {
                primaries,
                transfer,
                matrix,
                full_range,
            }) => Some(CodePoints {
                primaries,
                transfer,
                matrix,
                full_range,
            }),
            _ => None,
        })
}
