//! How we write video and sound, so that every phone plays it.

use std::path::Path;

/// What writes H.264 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoder {
    /// The best there is; in every usual build.
    X264,
    /// Cisco's, in builds without GPL parts.
    OpenH264,
}

impl Encoder {
    /// The best of those that `listed` knows.
    pub(crate) fn among(listed: impl Fn(&str) -> bool) -> Option<Self> {
        let wanted = [Self::X264, Self::OpenH264];
        wanted.into_iter().find(|encoder| listed(encoder.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::X264 => "libx264",
            Self::OpenH264 => "libopenh264",
        }
    }

    /// Constant quality where the encoder knows it, within a rate that phones decode and messengers take.
    fn quality(self) -> &'static [&'static str] {
        match self {
            Self::X264 => &[
                "-preset",
                "veryfast",
                "-crf",
                "23",
                "-profile:v",
                "high",
                "-maxrate",
                "8M",
                "-bufsize",
                "12M",
            ],
            Self::OpenH264 => &["-b:v", "4M", "-maxrate", "8M"],
        }
    }
}

/// The colours of the output, in the words that its header carries: BT.709 in
/// the range of television, which players assume for want of better.
pub(crate) const BT709: &str = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709";

/// What stands before everything else: no questions, no chatter, two threads for filters.
pub(crate) const QUIET: &[&str] = &[
    "-hide_banner",
    "-nostdin",
    "-v",
    "error",
    "-y",
    "-filter_threads",
    "2",
];

/// H.264 in 4:2:0, with the index in front, so that it plays while it loads.
pub(crate) fn video(encoder: Encoder) -> Vec<String> {
    let head = ["-c:v", encoder.name(), "-pix_fmt", "yuv420p", "-threads", "2"];
    let tags = [
        "-color_range",
        "tv",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
    ];
    let all = head.iter().chain(encoder.quality()).chain(&tags);
    all.map(|word| (*word).to_owned()).collect()
}

/// One MP4 at `out`, at most `largest` bytes, without a word about who, where and with what.
pub(crate) fn into_file(out: &Path, largest: u64) -> Vec<std::ffi::OsString> {
    let words = [
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-fflags",
        "+bitexact",
        "-movflags",
        "+faststart",
        "-fs",
    ];
    let mut arguments: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
    arguments.extend([largest.to_string().into(), "-f".into(), "mp4".into(), file(out)]);
    arguments
}

/// A path as ffmpeg takes it: never an option, a pattern or another protocol.
pub(crate) fn file(path: &Path) -> std::ffi::OsString {
    let mut url = std::ffi::OsString::from("file:");
    url.push(path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_encoder_is_taken_where_there_are_two() {
        assert_eq!(Encoder::among(|_| true), Some(Encoder::X264));
        assert_eq!(
            Encoder::among(|name| name == "libopenh264"),
            Some(Encoder::OpenH264)
        );
        assert_eq!(Encoder::among(|_| false), None);
    }
}
