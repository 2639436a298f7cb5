//! Decodes JPEG at a scale, with the `jpeg-decoder` crate; the only place that knows which decoder that is.

mod repair;

use std::borrow::Cow;
use std::io;

use jpeg_decoder::{ColorTransform, Decoder, Error, PixelFormat};

use super::Stored;
use super::deadline::{Deadline, TimedReader};
use super::samples::{Channels, Samples};
use super::scale::scaled;
use crate::error::PhotoError;
use crate::icc;
use crate::probe::{JpegHeader, jpeg_icc_profile};

/// Decodes every scan to a picture of `eighths`/8 of the stored size.
///
/// A file without its end is completed first, so that the part that arrived is shown.
pub(super) fn read(
    bytes: &[u8],
    header: &JpegHeader,
    eighths: u8,
    deadline: Deadline,
) -> Result<Stored, PhotoError> {
    let (bytes, cut) = if header.complete {
        (Cow::Borrowed(bytes), None)
    } else {
        let repaired = repair::complete(bytes, header).ok_or(PhotoError::Truncated)?;
        (Cow::Owned(repaired.bytes), repaired.warning)
    };
    let samples = match decode(&bytes, header, eighths, deadline) {
        // What we added cannot be at fault: the bytes that arrived are too few to stand on their own.
        Err(PhotoError::Corrupt(_)) if cut.is_some() => return Err(PhotoError::Truncated),
        decoded => decoded?,
    };
    Ok(Stored {
        samples,
        profile: jpeg_icc_profile(&bytes, icc::MAX_PROFILE_BYTES),
        warnings: cut.into_iter().collect(),
    })
}

fn decode(bytes: &[u8], header: &JpegHeader, eighths: u8, deadline: Deadline) -> Result<Samples, PhotoError> {
    let mut decoder = Decoder::new(TimedReader::new(bytes, deadline));
    decoder.set_color_transform(colour_transform(header));
    if eighths < 8 {
        let (width, height) = request(header, eighths);
        decoder.scale(width, height).map_err(refusal)?;
    }
    let mut samples = decoder.decode().map_err(refusal)?;
    let info = decoder
        .info()
        .ok_or_else(|| PhotoError::corrupt("no picture after the decode"))?;
    let channels = match info.pixel_format {
        PixelFormat::L8 => Channels::Grey,
        PixelFormat::RGB24 => Channels::Rgb,
        PixelFormat::CMYK32 => {
            ink(&mut samples, header);
            Channels::Cmyk
        }
        PixelFormat::L16 => {
            return Err(PhotoError::FormatUnsupported {
                what: "Lossless JPEG",
            });
        }
    };
    Ok(Samples {
        channels,
        width: info.width.into(),
        height: info.height.into(),
        bytes: samples,
    })
}

/// The size to ask of the decoder so that it chooses `eighths`.
///
/// It takes the smallest scale that reaches *either* side, so only the longer side, which tells scales apart even in
/// narrow pictures, asks for anything.
fn request(header: &JpegHeader, eighths: u8) -> (u16, u16) {
    let side =
        |stored: u16| u16::try_from(scaled(stored.into(), eighths)).expect("a scaled side is not longer");
    if header.width >= header.height {
        (side(header.width), u16::MAX)
    } else {
        (u16::MAX, side(header.height))
    }
}

/// Which colours the components hold, by the rules of libjpeg (`default_decompress_parms` in jdapimin.c), which
/// decide how every other viewer shows the file.
fn colour_transform(header: &JpegHeader) -> ColorTransform {
    let ids: Vec<u8> = header.components.iter().map(|c| c.id).collect();
    match (ids.as_slice(), header.adobe_transform) {
        ([_], _) => ColorTransform::Grayscale,
        ([_, _, _], _) if header.jfif => ColorTransform::YCbCr,
        ([_, _, _], Some(0)) | (b"RGB", None) => ColorTransform::RGB,
        ([_, _, _], _) => ColorTransform::YCbCr,
        (_, None | Some(0)) => ColorTransform::CMYK,
        _ => ColorTransform::YCCK,
    }
}

/// Turns the decoder's CMYK into amounts of ink.
///
/// Adobe stores inverted inks and says so by its marker; the decoder always inverts, so a file without the marker
/// must be turned back.
fn ink(samples: &mut [u8], header: &JpegHeader) {
    if header.adobe_transform.is_none() {
        for sample in samples {
            *sample = 255 - *sample;
        }
    }
}

fn refusal(error: Error) -> PhotoError {
    match error {
        Error::Unsupported(_) => PhotoError::FormatUnsupported {
            what: "This kind of JPEG",
        },
        Error::Io(error) => match PhotoError::try_from_io(error) {
            Ok(late) => late,
            Err(cut) if cut.kind() == io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
            Err(other) => PhotoError::corrupt(other),
        },
        other => PhotoError::corrupt(other),
    }
}
