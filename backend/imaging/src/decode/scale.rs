//! Chooses how much smaller than stored a photo may be decoded.

use boothline_jpeg::Scale;

use super::Want;
use super::reduce::MAX_DIVISOR;
use crate::probe::{Probe, upright};

/// Decoded over target size, on both axes, that keeps the target as sharp as a full decode would.
#[derive(Clone, Copy)]
struct Headroom {
    numerator: u64,
    denominator: u64,
}

/// Of JPEG, whose inverse DCT keeps the contrast of what the smaller picture can show: by SSIMULACRA2 80.0 at 1.4, 80.1
/// at 2.5.
const OF_JPEG: Headroom = Headroom {
    numerator: 7,
    denominator: 5,
};

/// Of JPEG that is looked at in passing: what comes out in the size asked for is not scaled at all.
const OF_GLIMPSE: Headroom = Headroom {
    numerator: 1,
    denominator: 1,
};

/// Of other files, where pixels are averaged: on a collage 85.7 at 1.5 and above, 82.2 at 1.05.
const OF_MEANS: Headroom = Headroom {
    numerator: 3,
    denominator: 2,
};

/// The smallest JPEG scale, in eighths, that leaves the headroom on both sides.
pub(super) fn eighths(probe: &Probe, want: Want) -> u8 {
    let Some((width, height)) = wanted(probe, want) else {
        return 8;
    };
    let headroom = match want {
        Want::Glimpse { .. } => OF_GLIMPSE,
        _ => OF_JPEG,
    };
    let enough = |stored: u32, target: u64, eighths: u8| {
        u64::from(scaled(stored, eighths)) * headroom.denominator >= target * headroom.numerator
    };
    (1..8)
        .find(|&e| enough(probe.width, width, e) && enough(probe.height, height, e))
        .unwrap_or(8)
}

/// The largest whole divisor of both sides that leaves the headroom.
pub(super) fn divisor(probe: &Probe, want: Want) -> u32 {
    let Some((width, height)) = wanted(probe, want) else {
        return 1;
    };
    let most = |stored: u32, target: u64| {
        u64::from(stored) * OF_MEANS.denominator / (target.max(1) * OF_MEANS.numerator)
    };
    let divisor = most(probe.width, width).min(most(probe.height, height));
    u32::try_from(divisor.clamp(1, MAX_DIVISOR.into())).expect("at most MAX_DIVISOR")
}

/// A side of `stored` pixels at a scale of `eighths`, as JPEG decoders round it.
pub(crate) fn scaled(stored: u32, eighths: u8) -> u32 {
    Scale::eighths(eighths).of(stored)
}

/// The wanted size in stored coordinates; `None` for all of it.
fn wanted(probe: &Probe, want: Want) -> Option<(u64, u64)> {
    match want {
        Want::Full => None,
        Want::AtLeast { width, height } | Want::Glimpse { width, height } => {
            let (width, height) = upright(probe.orientation, width, height);
            Some((width.into(), height.into()))
        }
    }
}
