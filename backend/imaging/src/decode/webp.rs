//! Decodes WebP, of an animation the first frame, with the `image` crate.

use std::io;

use image::codecs::webp::WebPDecoder;
use image::error::ImageError;
use image::{ColorType, ImageDecoder};

use super::deadline::{Deadline, TimedReader};
use super::raw::{Material, Stored};
use super::reduce::Reducer;
use super::samples::Channels;
use crate::error::{PhotoError, Warning};
use crate::icc;
use crate::probe::Probe;

/// Decodes the picture whole, since WebP has no smaller scale, then reduces it `divisor`-fold.
///
/// A file shorter than it says is cut off, whatever the decoder makes of that: an error, or a picture whose end is
/// invented.
pub(super) fn read(
    bytes: &[u8],
    probe: &Probe,
    divisor: u32,
    deadline: Deadline,
) -> Result<Stored, PhotoError> {
    let declared = declared_length(bytes);
    let is_cut = declared > bytes.len() as u64;
    match decode(bytes, probe, divisor, deadline) {
        Ok(mut stored) if is_cut => {
            stored
                .warnings
                .push(Warning::truncated(bytes.len() as u64, declared));
            Ok(stored)
        }
        Err(PhotoError::Corrupt(_)) if is_cut => Err(PhotoError::Truncated),
        decoded => decoded,
    }
}

/// Length of the file by its RIFF header.
fn declared_length(bytes: &[u8]) -> u64 {
    let size = bytes.get(4..).and_then(|rest| rest.first_chunk());
    size.map_or(0, |size| u64::from(u32::from_le_bytes(*size)) + 8)
}

fn decode(bytes: &[u8], probe: &Probe, divisor: u32, deadline: Deadline) -> Result<Stored, PhotoError> {
    let mut decoder = WebPDecoder::new(TimedReader::new(bytes, deadline)).map_err(refusal)?;
    let channels = match decoder.color_type() {
        ColorType::Rgb8 => Channels::Rgb,
        ColorType::Rgba8 => Channels::Rgba,
        _ => return Err(PhotoError::corrupt("pixels of unexpected type")),
    };
    // The limits were checked on what the probe read: the decoder must mean the same picture.
    if decoder.dimensions() != (probe.width, probe.height) {
        return Err(PhotoError::corrupt("two sizes in one file"));
    }
    let profile = decoder.icc_profile().ok().flatten();
    let row = probe.width as usize * channels.count();
    let mut whole = vec![0; row * probe.height as usize];
    decoder.read_image(&mut whole).map_err(refusal)?;
    let mut reducer = Reducer::new(channels, probe.width, probe.height, divisor);
    for row in whole.chunks_exact(row) {
        reducer.push(row);
    }
    Ok(Stored {
        material: Material::Samples(reducer.finish()),
        profile: profile.filter(|p| p.len() <= icc::MAX_PROFILE_BYTES),
        warnings: Vec::new(),
    })
}

fn refusal(error: ImageError) -> PhotoError {
    let error = match error {
        ImageError::IoError(error) => match PhotoError::try_from_io(error) {
            Ok(late) => return late,
            Err(cut) if cut.kind() == io::ErrorKind::UnexpectedEof => return PhotoError::Truncated,
            Err(other) => ImageError::IoError(other),
        },
        other => other,
    };
    PhotoError::corrupt(error)
}
