//! What we know of a clip, and which ones are taken.

use std::time::Duration;

use crate::ClipError;
use crate::colours::geometry;
use crate::probe::Stream;
use crate::sniff::Container;

/// Codecs of the picture that are taken, by ffmpeg's names of them.
const CODECS: &[&str] = &["h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "h263", "mjpeg"];

/// What a clip may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipLimits {
    /// The longest, with a little grace: recorders do not stop to the millisecond.
    pub longest: Duration,
    /// The longest side of the picture, in pixels; at most 4096.
    pub max_side: u32,
    /// The most frames a second.
    pub max_fps: u32,
}

impl Default for ClipLimits {
    /// 15 seconds, 4096 pixels, 60 frames a second.
    fn default() -> Self {
        Self {
            longest: Duration::from_secs(15),
            max_side: 4096,
            max_fps: 60,
        }
    }
}

impl ClipLimits {
    /// The end of what is taken.
    pub(crate) fn end(&self) -> Duration {
        self.longest + Duration::from_secs(1)
    }
}

/// A clip that was found fit to be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipInfo {
    /// What it is stored in.
    pub container: Container,
    /// Upright width in square pixels, as a player shows it.
    pub width: u32,
    /// Upright height in square pixels.
    pub height: u32,
    /// How long it plays.
    pub duration: Duration,
    /// Frames a second, on average.
    pub fps: f64,
    /// Degrees clockwise by which the stored picture is turned to be upright: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Whether there is sound that we can read.
    pub has_audio: bool,
    /// ffmpeg's name of the picture's codec.
    pub codec: String,
    /// Whether its colours go beyond what ordinary screens show (PQ or HLG).
    pub hdr: bool,
    /// Number of the picture's stream.
    pub(crate) picture: u32,
    /// Number of the sound's stream.
    pub(crate) sound: Option<u32>,
    /// The matrix to read the colours with, where the clip does not say.
    pub(crate) assumed_matrix: Option<&'static str>,
}

impl ClipInfo {
    /// Bytes that ffmpeg takes to read the clip and write it anew, by rule of
    /// thumb: itself, twenty pictures before and fifty behind the scaling, for
    /// decoder, filters and the encoder's look ahead. 1920 x 1080 was measured at 305 MB.
    #[must_use]
    pub fn memory_cost(&self) -> u64 {
        const ITSELF: u64 = 64 << 20;
        let deep = if self.hdr { 2 } else { 1 };
        let read = pixels((self.width, self.height)) * 3 / 2 * deep;
        let written = pixels(geometry(self, 1920, 1080)) * 3 / 2;
        ITSELF + 20 * read + 50 * written
    }
}

fn pixels((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// PQ or HLG, with all that is needed to bring them down; half-said colours are taken as ordinary ones.
fn is_hdr(picture: &Stream) -> bool {
    let is =
        |said: &Option<String>, words: &[&str]| said.as_deref().is_some_and(|said| words.contains(&said));
    is(&picture.color_transfer, &["smpte2084", "arib-std-b67"])
        && is(&picture.color_primaries, &["bt2020"])
        && is(&picture.color_space, &["bt2020nc"])
}

/// How long a stream plays and how fast, by header or by count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) duration: Duration,
    pub(crate) fps: f64,
}

impl ClipInfo {
    pub(crate) fn new(container: Container, picture: &Stream, sound: Option<&Stream>, pace: Pace) -> Self {
        let (width, height) = upright(picture);
        Self {
            container,
            width,
            height,
            duration: pace.duration,
            fps: pace.fps,
            rotation: picture.rotation(),
            has_audio: sound.is_some(),
            codec: picture.codec_name.clone(),
            hdr: is_hdr(picture),
            picture: picture.index,
            sound: sound.map(|stream| stream.index),
            assumed_matrix: assumed_matrix(picture),
        }
    }
}

/// Refuses a stream by its header alone.
pub(crate) fn check_header(picture: &Stream, limits: &ClipLimits) -> Result<(), ClipError> {
    if !CODECS.contains(&picture.codec_name.as_str()) {
        let codec = if picture.codec_name.is_empty() {
            "something unknown"
        } else {
            &picture.codec_name
        };
        return Err(ClipError::Codec {
            codec: codec.to_owned(),
        });
    }
    let max = limits.max_side.min(4096);
    let fits = |side| (16..=max).contains(&side);
    let (width, height) = upright(picture);
    if [picture.width, picture.height, width, height]
        .into_iter()
        .all(fits)
    {
        return Ok(());
    }
    Err(ClipError::Size {
        width: picture.width,
        height: picture.height,
        max,
    })
}

pub(crate) fn check_pace(pace: Pace, limits: &ClipLimits) -> Result<(), ClipError> {
    if pace.duration > limits.end() {
        let longest = limits.longest;
        return Err(ClipError::TooLong { longest });
    }
    // 60 may come as 60.02 from a phone that counts for itself.
    if pace.fps > f64::from(limits.max_fps) * 1.02 {
        return Err(ClipError::TooFast { max: limits.max_fps });
    }
    Ok(())
}

/// The size that a player shows: square pixels, turned upright.
fn upright(picture: &Stream) -> (u32, u32) {
    let shape = picture.pixel_shape();
    let (width, height) = match shape >= 1.0 {
        true => (times(picture.width, shape), picture.height),
        false => (picture.width, times(picture.height, 1.0 / shape)),
    };
    match picture.rotation() {
        90 | 270 => (height, width),
        _ => (width, height),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes an integer saturating, and sides are checked against their limit next"
)]
fn times(side: u32, factor: f64) -> u32 {
    (f64::from(side) * factor).round() as u32
}

/// By custom large pictures are BT.709 and small ones BT.601; ffmpeg takes BT.601 for all.
fn assumed_matrix(picture: &Stream) -> Option<&'static str> {
    let said = picture.color_space.as_deref().unwrap_or("unknown");
    let unsaid = matches!(said, "unknown" | "unspecified" | "reserved");
    (unsaid && picture.codec_name != "mjpeg" && picture.width.min(picture.height) >= 720).then_some("bt709")
}
