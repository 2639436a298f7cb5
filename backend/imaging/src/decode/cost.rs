//! Foretells the memory of a decode, for a budget that many photos share.

use super::scale::{divisor, eighths, scaled};
use super::{Want, samples::Channels};
use crate::probe::{Coding, JpegHeader, JpegProcess, Probe};

/// Tables, row buffers and threads that every decoder takes.
const FIXED: u64 = 1 << 20;

/// The most bytes held at once from the first byte decoded to the upright sRGB picture.
pub(crate) fn of(probe: &Probe, want: Want) -> u64 {
    let stored = u64::from(probe.width) * u64::from(probe.height);
    let (decoding, decoded) = match &probe.coding {
        Coding::Jpeg(header) => jpeg(header, eighths(probe, want)),
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
            // Lossless pictures are decoded as RGBA, lossy ones as planes of 4:2:0 and a plane of alpha; an animation
            // adds the canvas that frames are laid on.
            let inner = if *lossless { 4 } else { 3 };
            let canvas = if *animated { 4 } else { 0 };
            (stored * (inner + canvas + channels) + reduced, reduced)
        }
    };
    // Colour conversion and turning each hold the picture twice, as sRGB of three or four channels.
    let finished = if probe.has_alpha { 4 } else { 3 };
    let pixels = pixels_of(decoded, probe);
    FIXED
        + decoding
            .max(decoded + pixels * finished)
            .max(2 * pixels * finished)
}

fn pixels_of(decoded_bytes: u64, probe: &Probe) -> u64 {
    let channels = match &probe.coding {
        Coding::Jpeg(header) => header.components.len() as u64,
        Coding::Png { channels, .. } => u64::from(*channels),
        Coding::Webp { .. } if probe.has_alpha => Channels::Rgba.count() as u64,
        Coding::Webp { .. } => Channels::Rgb.count() as u64,
    };
    decoded_bytes / channels.max(1)
}

fn reduced_pixels(probe: &Probe, want: Want) -> u64 {
    let divisor = divisor(probe, want);
    u64::from(probe.width.div_ceil(divisor)) * u64::from(probe.height.div_ceil(divisor))
}

/// Coefficients, planes and interleaved samples of a JPEG.
///
/// A progressive file holds all coefficients until its end. A sequential one hands rows of them to a thread that may
/// in the worst case not run before all are read, so that they count as well.
fn jpeg(header: &JpegHeader, eighths: u8) -> (u64, u64) {
    const COEFFICIENT: u64 = 2;
    let padded = padded_samples(header);
    let planes = padded * u64::from(eighths).pow(2) / 64;
    let width = u64::from(scaled(header.width.into(), eighths));
    let height = u64::from(scaled(header.height.into(), eighths));
    let interleaved = width * height * header.components.len() as u64;
    let coefficients = padded * COEFFICIENT;
    let decoding = match header.process {
        JpegProcess::Progressive => coefficients + planes + interleaved + coefficients / 8,
        JpegProcess::Sequential => coefficients.max(interleaved) + planes,
    };
    (decoding, interleaved)
}

/// Samples of all components, padded to whole MCUs (ITU-T T.81, A.2.4).
fn padded_samples(header: &JpegHeader) -> u64 {
    let most =
        |of: fn(&crate::probe::JpegComponent) -> u8| header.components.iter().map(of).max().unwrap_or(1);
    let (h_max, v_max) = (most(|c| c.horizontal), most(|c| c.vertical));
    let columns = u64::from(header.width).div_ceil(8 * u64::from(h_max));
    let rows = u64::from(header.height).div_ceil(8 * u64::from(v_max));
    let blocks: u64 = header
        .components
        .iter()
        .map(|c| u64::from(c.horizontal) * u64::from(c.vertical))
        .sum();
    columns * rows * blocks * 64
}
