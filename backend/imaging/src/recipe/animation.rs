//! What a look that moves makes beside its picture.

use boothline_domain::AnimationFormat;
use serde::{Deserialize, Serialize};

/// A moving picture of the shots. Every frame is the whole look drawn with the next shot; where a
/// look has several slots, each of them moves on by one shot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Animation {
    /// The order of the frames.
    pub kind: Movement,
    /// The files to make.
    #[serde(default = "all_formats")]
    pub formats: Vec<AnimationFormat>,
    /// How long each frame is shown, in milliseconds. GIF counts in hundredths of a second.
    #[serde(default = "brisk")]
    pub frame_ms: u32,
    /// The longer side of the MP4 in pixels, never more than the canvas'. WebP and GIF hold whole
    /// pictures in every frame and are smaller: see [`Animation::edge`].
    #[serde(default = "phone_wide")]
    pub long_edge: u32,
    /// How often GIF and WebP play; 0 is for ever.
    #[serde(default)]
    pub loops: u16,
    /// Which shot the result, the compressed copy and the thumbnail show, from 0.
    #[serde(default)]
    pub poster: u32,
}

/// The order in which frames are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Movement {
    /// From the first shot to the last and back, without showing the turning ones twice.
    Boomerang,
    /// From the first shot to the last, then from the first again.
    Burst,
}

impl Animation {
    /// The longer side of a file of this format in pixels: WebP at most 720, GIF at most 480.
    #[must_use]
    pub fn edge(&self, format: AnimationFormat) -> u32 {
        match format {
            AnimationFormat::Mp4 => self.long_edge,
            AnimationFormat::Webp => self.long_edge.min(720),
            AnimationFormat::Gif => self.long_edge.min(480),
        }
    }

    /// The longer side of the largest file.
    #[must_use]
    pub fn largest_edge(&self) -> u32 {
        let edges = self.formats.iter().map(|format| self.edge(*format));
        edges.max().unwrap_or(1)
    }
}

impl Movement {
    /// The shots in the order of the frames, when there are `shots` of them.
    #[must_use]
    pub fn order(self, shots: usize) -> Vec<usize> {
        let back = match self {
            Self::Boomerang => 1..shots.saturating_sub(1),
            Self::Burst => 0..0,
        };
        (0..shots).chain(back.rev()).collect()
    }
}

fn all_formats() -> Vec<AnimationFormat> {
    AnimationFormat::ALL.to_vec()
}

fn brisk() -> u32 {
    120
}

fn phone_wide() -> u32 {
    1080
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boomerang_shows_its_turning_shots_once() {
        assert_eq!(Movement::Boomerang.order(4), [0, 1, 2, 3, 2, 1]);
        assert_eq!(Movement::Boomerang.order(2), [0, 1]);
        assert_eq!(Movement::Boomerang.order(1), [0]);
        assert_eq!(Movement::Boomerang.order(0), [0_usize; 0]);
        assert_eq!(Movement::Burst.order(4), [0, 1, 2, 3]);
    }

    #[test]
    fn little_needs_to_be_said() {
        let animation: Animation = serde_json::from_str(r#"{"kind": "boomerang"}"#).unwrap();
        assert_eq!(animation.formats, AnimationFormat::ALL);
        assert_eq!(animation.edge(AnimationFormat::Gif), 480);
        assert_eq!(animation.largest_edge(), 1080);
        let small = Animation {
            long_edge: 300,
            ..animation
        };
        assert_eq!(small.edge(AnimationFormat::Gif), 300);
    }
}
