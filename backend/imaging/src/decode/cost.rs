//! Foretells the memory of a decode, for a budget that many photos share.

use super::scale::{divisor, eighths, scaled};
use super::{Want, jpeg, samples::Channels};
use crate::probe::{Coding, Probe};

/// Tables, row buffers and threads that every decoder takes.
const FIXED: u64 = 1 << 20;

/// What a lossy WebP of any size can make its decoder reserve: the length of a partition has 24 bits (RFC 6386, 9.5).
const VP8_PARTITION: u64 = 1 << 24;

/// The most bytes held at once from the first byte decoded to the upright sRGB picture.
pub(crate) fn of(probe: &Probe, want: Want) -> u64 {
    let stored = u64::from(probe.width) * u64::from(probe.height);
    let (decoding, decoded) = match &probe.coding {
        Coding::Jpeg(header) => {
            let eighths = eighths(probe, want);
            let pixels = u64::from(scaled(probe.width, eighths)) * u64::from(scaled(probe.height, eighths));
            (
                jpeg::memory(header, eighths),
                pixels * header.components.len() as u64,
            )
        }
        Coding::Png { channels, interlaced } => {
            let reduced = reduced_pixels(probe, want) * u64::from(*channels);
            let whole = if *interlaced {
                stored * u64::from(*channels)
            } else {
                0
            };
            (whole + reduced, reduced)
        }
        Coding::Webp { lossless, animated } => {
            let channels = if probe.has_alpha { 4 } else { 3 };
            let reduced = reduced_pixels(probe, want) * channels;
            let beside = webp_beside(*lossless, *animated, probe.has_alpha);
            let announced = if *lossless { 0 } else { VP8_PARTITION };
            (announced + stored * (beside + channels) + reduced, reduced)
        }
        #[cfg(feature = "heif")]
        Coding::Heif(header) => heif(probe, header, want),
    };
    // Colour conversion and turning each hold the picture twice, as sRGB of three or four channels.
    let finished = if probe.has_alpha { 4 } else { 3 };
    let pixels = pixels_of(decoded, probe);
    FIXED
        + decoding
            .max(decoded + pixels * finished)
            .max(2 * pixels * finished)
}

/// Bytes a pixel that the decoder holds beside the whole picture.
fn webp_beside(lossless: bool, animated: bool, has_alpha: bool) -> u64 {
    // Planes of 4:2:0, and alpha, which is packed as a lossless picture of its own.
    const LOSSY: u64 = 2;
    const ALPHA: u64 = 4 + 1;
    const RGBA: u64 = 4;
    match (animated, lossless) {
        // A frame of either kind, with alpha whatever the header says, and the canvas that it is laid on.
        (true, true) => RGBA + RGBA,
        (true, false) => LOSSY + ALPHA + RGBA,
        // With alpha the pixels are decoded in place.
        (false, true) if has_alpha => 0,
        (false, true) => RGBA,
        (false, false) if has_alpha => LOSSY + ALPHA,
        (false, false) => LOSSY,
    }
}

fn pixels_of(decoded_bytes: u64, probe: &Probe) -> u64 {
    let channels = match &probe.coding {
        Coding::Jpeg(header) => header.components.len() as u64,
        Coding::Png { channels, .. } => u64::from(*channels),
        #[cfg(feature = "heif")]
        Coding::Heif(_) if probe.has_alpha => Channels::Rgba.count() as u64,
        #[cfg(feature = "heif")]
        Coding::Heif(_) => Channels::Rgb.count() as u64,
        Coding::Webp { .. } if probe.has_alpha => Channels::Rgba.count() as u64,
        Coding::Webp { .. } => Channels::Rgb.count() as u64,
    };
    decoded_bytes / channels.max(1)
}

fn reduced_pixels(probe: &Probe, want: Want) -> u64 {
    let divisor = divisor(probe, want);
    u64::from(probe.width.div_ceil(divisor)) * u64::from(probe.height.div_ceil(divisor))
}

/// A row of tiles, and of one tile its data twice, its planes of 16 bits, the decoder's notes and the pixels as RGBA.
#[cfg(feature = "heif")]
fn heif(probe: &Probe, header: &crate::probe::HeifHeader, want: Want) -> (u64, u64) {
    const PLANES: u64 = 3 * 2;
    const NOTES: u64 = 2;
    const RGBA: u64 = 4;
    let channels = if probe.has_alpha { 4 } else { 3 };
    let reduced = reduced_pixels(probe, want) * channels;
    let strip = header.picture.strip_pixels() * channels;
    let tile = header.picture.tile_pixels() * (PLANES + NOTES + RGBA);
    (2 * header.longest_item + tile + strip + reduced, reduced)
}
