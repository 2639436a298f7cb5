//! What can be missing, wrong with a clip, or wrong with ffmpeg's work.

use std::time::Duration;

/// Why there is no ffmpeg to work with. `Display` tells the operator what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Neither where it was said to be nor on the search path.
    #[error("{program} was not found {place}. Install it (on Debian and Ubuntu: apt install ffmpeg).")]
    NotFound {
        /// `ffmpeg` or `ffprobe`.
        program: &'static str,
        /// Where it was looked for, as the end of a sentence.
        place: String,
    },
    /// It is there and does not run.
    #[error(
        "{path} does not run as ffmpeg should: {reason}. Install it anew (apt install --reinstall ffmpeg)."
    )]
    Broken {
        /// The program.
        path: String,
        /// What it said or did.
        reason: String,
    },
    /// It was built without any encoder that phones understand.
    #[error(
        "{path} cannot write H.264, the video that phones play. Install a build with libx264 (on Debian and Ubuntu: apt install ffmpeg)."
    )]
    NoEncoder {
        /// The program.
        path: String,
    },
}

/// A clip that was refused. `Display` is one plain sentence that may be shown to a guest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipError {
    /// The bytes are no MP4, MOV or WebM.
    #[error("The file is not a clip we can recognise; send an MP4, MOV or WebM.")]
    ContainerUnknown,
    /// The bytes contradict their format, or end before a picture.
    #[error("The clip is damaged and cannot be read; record it again.")]
    Corrupt,
    /// Sound only, or a cover picture only.
    #[error("The clip has no moving picture.")]
    NoPicture,
    /// A codec outside of those that are taken.
    #[error(
        "The clip's video is stored as {codec}, which is not supported; send H.264, HEVC, VP8, VP9 or AV1."
    )]
    Codec {
        /// ffmpeg's name of it.
        codec: String,
    },
    /// Longer than [`crate::ClipLimits::longest`].
    #[error("The clip is too long: at most {} seconds are taken.", longest.as_secs())]
    TooLong {
        /// The limit.
        longest: Duration,
    },
    /// A side longer than [`crate::ClipLimits::max_side`], or one that is no size at all.
    #[error("The clip's picture is {width} x {height}; each side must have 16 to {max} pixels.")]
    Size {
        /// Stored width.
        width: u32,
        /// Stored height.
        height: u32,
        /// The limit.
        max: u32,
    },
    /// More frames a second than [`crate::ClipLimits::max_fps`].
    #[error("The clip has too many frames a second: at most {max} are taken.")]
    TooFast {
        /// The limit.
        max: u32,
    },
    /// It took too long to read.
    #[error("The clip took longer than {} s to read and was given up.", after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
}

impl ClipError {
    /// The stable name of this error for programs; never renamed.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContainerUnknown => "clip_format_unknown",
            Self::Corrupt => "clip_corrupt",
            Self::NoPicture => "clip_no_picture",
            Self::Codec { .. } => "clip_codec_unsupported",
            Self::TooLong { .. } => "clip_too_long",
            Self::Size { .. } => "clip_size_unsupported",
            Self::TooFast { .. } => "clip_too_fast",
            Self::Timeout { .. } => "clip_timeout",
        }
    }
}

/// What went wrong in making or reading a moving picture.
#[derive(Debug, thiserror::Error)]
pub enum MotionError {
    /// The clip's own fault.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// The frames do not fit their specification: the caller's fault.
    #[error("the frames cannot become a clip: {0}")]
    Frames(String),
    /// ffmpeg was stopped after this time.
    #[error("ffmpeg took longer than {} s and was stopped", .0.as_secs())]
    TimedOut(Duration),
    /// ffmpeg gave up; what it said, trimmed, for the log.
    #[error("ffmpeg failed: {0}")]
    Failed(String),
    /// ffmpeg was content, but what it made is not what was asked for.
    #[error("ffmpeg's output cannot be used: {0}")]
    Output(String),
    /// The disk or the system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
