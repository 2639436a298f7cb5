//! Decodes PNG row by row with the `png` crate, never holding more than the reduced picture where rows come in order.

use png::{Decoder, DecodingError, Limits, Reader, Transformations};

use super::deadline::{Deadline, TimedReader};
use super::raw::{Material, Stored};
use super::reduce::Reducer;
use super::samples::Channels;
use crate::error::{PhotoError, Warning};
use crate::icc;
use crate::probe::{Coding, Probe};

/// Decodes to 8 bits a channel, reduced `divisor`-fold.
pub(super) fn read(
    bytes: &[u8],
    probe: &Probe,
    divisor: u32,
    deadline: Deadline,
) -> Result<Stored, PhotoError> {
    let mut reader = open(bytes, deadline)?;
    let channels = channels(&reader)?;
    let profile = reader.info().icc_profile.as_ref().map(|p| p.to_vec());
    let mut reducer = Reducer::new(channels, probe.width, probe.height, divisor);
    let interlaced = matches!(probe.coding, Coding::Png { interlaced: true, .. });
    let warnings = if interlaced {
        read_whole(&mut reader, &mut reducer, channels, probe)?;
        Vec::new()
    } else {
        read_rows(&mut reader, &mut reducer, channels, probe)?
    };
    Ok(Stored {
        material: Material::Samples(reducer.finish()),
        profile,
        warnings,
    })
}

fn open<'a>(bytes: &'a [u8], deadline: Deadline) -> Result<Reader<TimedReader<'a>>, PhotoError> {
    // The limit is for what the crate inflates beside the pixels: the profile, and a row or two.
    let limits = Limits {
        bytes: icc::MAX_PROFILE_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(TimedReader::new(bytes, deadline), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.read_info().map_err(refusal)
}

fn channels(reader: &Reader<TimedReader<'_>>) -> Result<Channels, PhotoError> {
    match reader.output_color_type() {
        (png::ColorType::Grayscale, png::BitDepth::Eight) => Ok(Channels::Grey),
        (png::ColorType::GrayscaleAlpha, png::BitDepth::Eight) => Ok(Channels::GreyAlpha),
        (png::ColorType::Rgb, png::BitDepth::Eight) => Ok(Channels::Rgb),
        (png::ColorType::Rgba, png::BitDepth::Eight) => Ok(Channels::Rgba),
        _ => Err(PhotoError::corrupt("rows of unexpected colour type")),
    }
}

/// Rows in order: a file cut off keeps the rows it has, the others become transparent or grey.
fn read_rows(
    reader: &mut Reader<TimedReader<'_>>,
    reducer: &mut Reducer,
    channels: Channels,
    probe: &Probe,
) -> Result<Vec<Warning>, PhotoError> {
    let missing = missing_row(channels, probe.width);
    let mut warnings = Vec::new();
    for row in 0..probe.height {
        let failure = match reader.next_row() {
            Ok(Some(data)) if data.data().len() == missing.len() => {
                reducer.push(data.data());
                continue;
            }
            Ok(_) => PhotoError::corrupt("a row of unexpected length"),
            Err(error) => refusal(error),
        };
        if row == 0 || !matches!(failure, PhotoError::Truncated) {
            return Err(failure);
        }
        warnings.push(Warning::truncated(row.into(), probe.height.into()));
        for _ in row..probe.height {
            reducer.push(&missing);
        }
        break;
    }
    Ok(warnings)
}

/// Interlaced rows come in seven passes over the picture: it has to be held whole.
fn read_whole(
    reader: &mut Reader<TimedReader<'_>>,
    reducer: &mut Reducer,
    channels: Channels,
    probe: &Probe,
) -> Result<(), PhotoError> {
    let row = probe.width as usize * channels.count();
    let size = row * probe.height as usize;
    if reader.output_buffer_size() != Some(size) {
        return Err(PhotoError::corrupt("a frame of unexpected size"));
    }
    let mut whole = vec![0; size];
    reader.next_frame(&mut whole).map_err(refusal)?;
    for row in whole.chunks_exact(row) {
        reducer.push(row);
    }
    Ok(())
}

fn missing_row(channels: Channels, width: u32) -> Vec<u8> {
    let sample = if channels.has_alpha() { 0 } else { 128 };
    vec![sample; width as usize * channels.count()]
}

fn refusal(error: DecodingError) -> PhotoError {
    match error {
        DecodingError::IoError(error) => match PhotoError::try_from_io(error) {
            Ok(late) => late,
            Err(cut) if cut.kind() == std::io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
            Err(other) => PhotoError::corrupt(other),
        },
        other => PhotoError::corrupt(other),
    }
}
