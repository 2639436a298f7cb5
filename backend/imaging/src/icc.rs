//! Brings every colour space into sRGB, by the ICC profile in the file (ICC.1:2022) or, without one, by convention.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use image::{RgbImage, RgbaImage};
use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

use crate::decode::Pixels;
use crate::decode::samples::{Channels, Samples};
use crate::error::Warning;

/// Longest profile that is read; the large ones of printing presses have two megabytes.
pub(crate) const MAX_PROFILE_BYTES: usize = 4 << 20;

/// Converts samples to sRGB; a profile that cannot be used is passed over with a warning.
pub(crate) fn to_srgb(samples: Samples, profile: Option<&[u8]>) -> (Pixels, Option<Warning>) {
    let Some(profile) = profile else {
        return (by_convention(samples), None);
    };
    // The parser reads bytes a stranger wrote: its panic must cost the profile, not the photo.
    let converted = catch_unwind(AssertUnwindSafe(|| by_profile(&samples, profile)));
    match converted {
        Ok(Ok(Some(pixels))) => (pixels, None),
        Ok(Ok(None)) => (by_convention(samples), None),
        Ok(Err(_)) | Err(_) => (by_convention(samples), Some(Warning::ColourProfileIgnored)),
    }
}

/// By the profile's perceptual intent where it has tables, else by its matrix and curves.
/// `None` where the profile describes sRGB, so that nothing has to be done.
fn by_profile(samples: &Samples, profile: &[u8]) -> Result<Option<Pixels>, CmsError> {
    let profile = ColorProfile::new_from_slice(profile)?;
    let from = match (samples.channels, profile.color_space) {
        (Channels::Grey, DataColorSpace::Gray) => Layout::Gray,
        (Channels::GreyAlpha, DataColorSpace::Gray) => Layout::GrayAlpha,
        (Channels::Rgb, DataColorSpace::Rgb) => Layout::Rgb,
        // Four inks travel in the layout of four channels.
        (Channels::Rgba, DataColorSpace::Rgb) | (Channels::Cmyk, DataColorSpace::Cmyk) => Layout::Rgba,
        _ => return Err(CmsError::InvalidProfile),
    };
    let to = if samples.channels.has_alpha() {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let transform = into_srgb(&profile, from, to)?;
    if from == to && samples.channels != Channels::Cmyk && is_identity(&*transform, to)? {
        return Ok(None);
    }
    let pixels = samples.width as usize * samples.height as usize;
    let mut converted = vec![0; pixels * if to == Layout::Rgba { 4 } else { 3 }];
    transform.transform(&samples.bytes, &mut converted)?;
    Ok(Some(picture(samples, converted)))
}

fn into_srgb(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
) -> Result<Arc<Transform8BitExecutor>, CmsError> {
    profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default())
}

/// Whether three channels of a photo with this profile, or none, are sRGB as they are.
pub(crate) fn means_srgb(profile: Option<&[u8]>) -> bool {
    let Some(profile) = profile else {
        return true;
    };
    let sampled = || {
        let profile = ColorProfile::new_from_slice(profile)?;
        if profile.color_space != DataColorSpace::Rgb {
            return Err(CmsError::InvalidProfile);
        }
        is_identity(&*into_srgb(&profile, Layout::Rgb, Layout::Rgb)?, Layout::Rgb)
    };
    matches!(catch_unwind(AssertUnwindSafe(sampled)), Ok(Ok(true)))
}

/// Whether no colour of a coarse sampling of the cube moves by more than a level, as with every flavour of sRGB
/// profile that cameras embed: then the conversion would cost time and change nothing.
fn is_identity(transform: &Transform8BitExecutor, layout: Layout) -> Result<bool, CmsError> {
    const LEVELS: [u8; 5] = [0, 40, 100, 180, 255];
    let mut cube = Vec::new();
    for red in LEVELS {
        for green in LEVELS {
            for blue in LEVELS {
                cube.extend([red, green, blue]);
                if layout == Layout::Rgba {
                    cube.push(255);
                }
            }
        }
    }
    let mut moved = vec![0; cube.len()];
    transform.transform(&cube, &mut moved)?;
    Ok(cube.iter().zip(&moved).all(|(a, b)| a.abs_diff(*b) <= 1))
}

/// Untagged samples: colours are sRGB already, grey is its axis, inks are mixed as if they were ideal.
fn by_convention(samples: Samples) -> Pixels {
    let converted = match samples.channels {
        Channels::Rgb | Channels::Rgba => {
            return picture_of(samples.channels, samples.width, samples.height, samples.bytes);
        }
        Channels::Grey => samples.bytes.iter().flat_map(|&l| [l, l, l]).collect(),
        Channels::GreyAlpha => samples
            .bytes
            .chunks_exact(2)
            .flat_map(|la| [la[0], la[0], la[0], la[1]])
            .collect(),
        Channels::Cmyk => samples
            .bytes
            .chunks_exact(4)
            .flat_map(|ink| [0, 1, 2].map(|c| paper_left(ink[c], ink[3])))
            .collect(),
    };
    picture(&samples, converted)
}

/// Light that an ink and black let through, of 255: the product of both.
fn paper_left(ink: u8, black: u8) -> u8 {
    let product = u32::from(255 - ink) * u32::from(255 - black);
    u8::try_from((product + 127) / 255).expect("a product of fractions is a fraction")
}

/// The picture of `converted`, sRGB samples with alpha where `samples` have it.
fn picture(samples: &Samples, converted: Vec<u8>) -> Pixels {
    let channels = if samples.channels.has_alpha() {
        Channels::Rgba
    } else {
        Channels::Rgb
    };
    picture_of(channels, samples.width, samples.height, converted)
}

fn picture_of(channels: Channels, width: u32, height: u32, bytes: Vec<u8>) -> Pixels {
    const WHY: &str = "decoders hand over as many samples as they announced";
    if channels == Channels::Rgba {
        Pixels::Rgba(RgbaImage::from_raw(width, height, bytes).expect(WHY))
    } else {
        Pixels::Rgb(RgbImage::from_raw(width, height, bytes).expect(WHY))
    }
}
