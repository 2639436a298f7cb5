//! Decodes JPEG at a scale, with our own decoder; the only place that knows which one that is.

use boothline_jpeg::{DecodeError, Options, Region, Scale};

use super::deadline::Deadline;
use super::raw::{Colours, Material, Planes, Stored};
use super::samples::{Channels, Samples};
use crate::error::{PhotoError, Warning};
use crate::icc;
use crate::probe::{JpegHeader, JpegProcess, jpeg_icc_profile};
use crate::resize::CropBox;
use crate::ycc;

/// Decodes every scan to a picture of `eighths`/8 of the stored size, of which `part` will be looked at.
///
/// Of a file without its end the part that arrived is shown.
pub(super) fn read(
    bytes: &[u8],
    header: &JpegHeader,
    eighths: u8,
    part: CropBox,
    deadline: Deadline,
) -> Result<Stored, PhotoError> {
    let options = Options {
        scale: Scale::eighths(eighths),
        region: region(part),
        max_pixels: u64::from(header.width) * u64::from(header.height),
        keep_going: &|| deadline.check().is_ok(),
    };
    let picture = boothline_jpeg::decode(bytes, &options).map_err(|error| refusal(error, deadline))?;
    if (picture.width, picture.height) != (header.width.into(), header.height.into()) {
        // The limits were checked on what the probe read: the decoder must mean the same picture.
        return Err(PhotoError::corrupt("two sizes in one file"));
    }
    let cut = picture.arrived < picture.whole;
    Ok(Stored {
        warnings: cut
            .then(|| Warning::truncated(picture.arrived, picture.whole))
            .into_iter()
            .collect(),
        material: Material::Planes(Planes {
            picture,
            colours: colours(header),
        }),
        profile: jpeg_icc_profile(bytes, icc::MAX_PROFILE_BYTES),
    })
}

/// The whole pixels of a part; what lies outside of the picture is cut off.
#[expect(
    clippy::cast_sign_loss,
    reason = "`as` takes what is negative or no number for 0"
)]
fn region(part: CropBox) -> Region {
    let span = |start: f64, length: f64| {
        let (first, end) = (start.floor() as u32, (start + length).ceil() as u32);
        (first, end.saturating_sub(first))
    };
    let (left, width) = span(part.left, part.width);
    let (top, height) = span(part.top, part.height);
    Region {
        left,
        top,
        width,
        height,
    }
}

/// Which colours the components hold, by the rules of libjpeg (`default_decompress_parms` in jdapimin.c), which
/// decide how every other viewer shows the file.
fn colours(header: &JpegHeader) -> Colours {
    let ids: Vec<u8> = header.components.iter().map(|c| c.id).collect();
    match (ids.as_slice(), header.adobe_transform) {
        ([_], _) => Colours::Grey,
        ([_, _, _], _) if header.jfif => Colours::Ycc,
        ([_, _, _], Some(0)) | (b"RGB", None) => Colours::Rgb,
        ([_, _, _], _) => Colours::Ycc,
        // Without Adobe's marker the numbers might be ink, but every viewer takes them as Adobe's, and so did the editor.
        (_, None | Some(0)) => Colours::Paper,
        _ => Colours::Ycck,
    }
}

fn refusal(error: DecodeError, deadline: Deadline) -> PhotoError {
    match error {
        DecodeError::Truncated => PhotoError::Truncated,
        DecodeError::Unsupported(_) => PhotoError::FormatUnsupported {
            what: "This kind of JPEG",
        },
        DecodeError::Stopped => deadline.late(),
        corrupt @ DecodeError::Corrupt(_) => PhotoError::corrupt(corrupt),
    }
}

/// The bytes that decoding takes at a scale.
pub(super) fn memory(header: &JpegHeader, eighths: u8) -> u64 {
    let sampling: Vec<(u8, u8)> = header
        .components
        .iter()
        .map(|c| (c.horizontal, c.vertical))
        .collect();
    boothline_jpeg::memory(
        header.width.into(),
        header.height.into(),
        &sampling,
        header.process == JpegProcess::Progressive,
        Scale::eighths(eighths),
    )
}

impl Colours {
    /// Puts planes of one size together, pixel by pixel, in a colour space that profiles speak of.
    pub(super) fn join(self, planes: &mut [Vec<u8>], width: u32, height: u32) -> Samples {
        let (channels, bytes) = match (self, planes) {
            (Self::Grey, [grey, ..]) => (Channels::Grey, std::mem::take(grey)),
            (Self::Rgb, [red, green, blue, ..]) => (Channels::Rgb, interleave([red, green, blue])),
            (Self::Ycc, [y, cb, cr, ..]) => (Channels::Rgb, ycc::to_rgb([y, cb, cr], width, height)),
            // Adobe stores what the inks leave of the paper, and says so by its marker.
            (Self::Paper, [c, m, y, k, ..]) => (Channels::Cmyk, inverted(interleave([c, m, y, k]))),
            (Self::Ycck, [y, cb, cr, k, ..]) => {
                // The red that Y, Cb and Cr stand for is what cyan takes away, and so on; of black the paper is stored.
                let inks = ycc::to_rgb([y, cb, cr], width, height);
                let pixels = inks.chunks_exact(3).zip(k.iter());
                let inks = pixels.flat_map(|(ink, k)| [ink[0], ink[1], ink[2], 255 - k]);
                (Channels::Cmyk, inks.collect())
            }
            _ => unreachable!("the colours were chosen by the number of components"),
        };
        Samples {
            channels,
            width,
            height,
            bytes,
        }
    }
}

fn interleave<const N: usize>(planes: [&[u8]; N]) -> Vec<u8> {
    let mut joined = vec![0; planes[0].len() * N];
    for (at, pixel) in joined.chunks_exact_mut(N).enumerate() {
        pixel.copy_from_slice(&std::array::from_fn::<u8, N, _>(|channel| planes[channel][at]));
    }
    joined
}

fn inverted(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.iter_mut().for_each(|byte| *byte = 255 - *byte);
    bytes
}
