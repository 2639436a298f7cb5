//! The kinds of file that show a moving picture.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::UnknownState;

/// The kind of file that an animation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnimationFormat {
    /// Moves everywhere, also in mail and old messengers; 256 colours a frame.
    Gif,
    /// All colours in a small file; every browser of the last five years.
    Webp,
    /// H.264: what phones keep among their videos and messengers send on.
    Mp4,
}

impl AnimationFormat {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Gif, Self::Webp, Self::Mp4];

    /// The word in recipes, the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
        }
    }

    /// How the name of such a file ends, without a dot.
    pub const fn extension(self) -> &'static str {
        self.as_str()
    }

    /// The media type of such a file.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
        }
    }
}

impl fmt::Display for AnimationFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AnimationFormat {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let named = Self::ALL.iter().find(|format| format.as_str() == text);
        named.copied().ok_or_else(|| UnknownState(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_back_from_its_word() {
        for format in AnimationFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(*format));
            assert_eq!(serde_json::to_string(format).unwrap(), format!("\"{format}\""));
        }
        assert!("GIF".parse::<AnimationFormat>().is_err());
    }
}
