//! A clip's size, range and colours become ordinary ones.

use crate::{ClipInfo, Ffmpeg};

/// Bright and wide colours (BT.2100) brought down to those of ordinary screens:
/// in linear light, with reference white at 203 cd/m2 (ITU-R BT.2408).
const TONE_MAP: &str = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0,\
                        zscale=t=bt709:m=bt709:r=tv,format=yuv420p";

/// What the shades are for: each wants them written its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shades {
    /// BT.709 in the range of television.
    Video,
    /// BT.601 in full range: a JPEG file is so by definition (JFIF 1.02).
    Jpeg,
}

impl Shades {
    fn options(self) -> &'static str {
        match self {
            Self::Video => "out_color_matrix=bt709:out_range=tv,format=yuv420p",
            Self::Jpeg => "out_color_matrix=bt601:out_range=pc,format=yuvj420p",
        }
    }
}

impl Ffmpeg {
    /// Filters that give the picture this size and these shades. ffmpeg itself
    /// turns it upright before them.
    pub(crate) fn scaled(&self, clip: &ClipInfo, (width, height): (u32, u32), shades: Shades) -> String {
        let (size, flags) = (format!("{width}:{height}"), "flags=bicubic+accurate_rnd");
        let written = shades.options();
        if clip.hdr && self.tone_maps {
            // Made smaller first: the light is computed in floating point.
            return format!("scale={size}:{flags},{TONE_MAP},scale={written},setsar=1");
        }
        let assumed = clip
            .assumed_matrix
            .map_or_else(String::new, |matrix| format!("in_color_matrix={matrix}:"));
        format!("scale={size}:{flags}:{assumed}{written},setsar=1")
    }
}

/// The upright size within `long` by `short`, in even sides.
pub(crate) fn geometry(clip: &ClipInfo, long: u32, short: u32) -> (u32, u32) {
    let (most, least) = (clip.width.max(clip.height), clip.width.min(clip.height));
    let by = f64::min(
        f64::from(long) / f64::from(most),
        f64::from(short) / f64::from(least),
    )
    .min(1.0);
    (even(clip.width, by), even(clip.height, by))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a side of at most 4096 pixels, made smaller"
)]
fn even(side: u32, by: f64) -> u32 {
    let half = f64::from(side) * by / 2.0;
    (half.round() as u32).max(8) * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized((width, height): (u32, u32)) -> ClipInfo {
        ClipInfo {
            container: crate::Container::Mp4,
            width,
            height,
            duration: std::time::Duration::from_secs(2),
            fps: 30.0,
            rotation: 0,
            has_audio: false,
            codec: "h264".to_owned(),
            hdr: false,
            picture: 0,
            sound: None,
            assumed_matrix: None,
        }
    }

    #[test]
    fn sides_become_even_and_fit_full_hd_either_way() {
        for (from, to) in [
            ((1080, 1920), (1080, 1920)),
            ((3840, 2160), (1920, 1080)),
            ((2160, 3840), (1080, 1920)),
            ((641, 481), (642, 482)),
            ((4096, 16), (1920, 16)),
        ] {
            assert_eq!(geometry(&sized(from), 1920, 1080), to);
        }
    }
}
