//! A stranger's clip becomes an MP4 that every phone plays.

use std::ffi::OsString;
use std::path::Path;

use crate::colours::{Shades, geometry};
use crate::encoding::{self, BT709, QUIET, into_file};
use crate::probe::{BOUNDED, decoded};
use crate::process::whole_or_gone;
use crate::{ClipInfo, ClipLimits, Ffmpeg, MotionError, Movie};

/// The largest output: Full HD, which every phone decodes.
const LONG: u32 = 1920;
const SHORT: u32 = 1080;
/// Fewer frames a second look broken, more are not worth their size.
const FPS: std::ops::RangeInclusive<u32> = 10..=30;
/// A minute at the highest rate we write.
const LARGEST: u64 = 96 << 20;

impl Ffmpeg {
    /// Makes an MP4 of the clip at `out`: H.264 of at most 1920 x 1080 and 30
    /// frames a second, upright, in ordinary colours, with its sound as AAC (the
    /// laughter is half of a clip), and without a word of who, where and when.
    ///
    /// # Errors
    /// Faults of ffmpeg, which may be the clip's: one can begin well and go on
    /// broken. Nothing is left at `out` then.
    pub async fn to_mp4(
        &self,
        path: &Path,
        clip: &ClipInfo,
        limits: &ClipLimits,
        out: &Path,
    ) -> Result<Movie, MotionError> {
        let (path, out) = (std::path::absolute(path)?, std::path::absolute(out)?);
        whole_or_gone(&out, self.transcode(&path, clip, limits, &out)).await
    }

    async fn transcode(
        &self,
        path: &Path,
        clip: &ClipInfo,
        limits: &ClipLimits,
        out: &Path,
    ) -> Result<Movie, MotionError> {
        let folder = self.folder()?;
        let run = self.writing(folder.path(), LARGEST);
        let (width, height) = geometry(clip, LONG, SHORT);
        run.run(&self.arguments_for(path, clip, limits, out))
            .await?
            .success()?;
        self.judge(out, width, height, clip.duration.min(limits.end()))
            .await
    }

    fn arguments_for(&self, path: &Path, clip: &ClipInfo, limits: &ClipLimits, out: &Path) -> Vec<OsString> {
        let longest = limits.end().as_secs().to_string();
        let mut arguments: Vec<OsString> = QUIET.iter().chain(BOUNDED).map(Into::into).collect();
        arguments.extend(["-threads", "2", "-t", &longest].map(Into::into));
        arguments.extend(decoded(path, clip.container));
        let picture = format!("0:{}", clip.picture);
        arguments.extend(["-map", &picture, "-vf", &self.filters(clip)].map(Into::into));
        arguments.extend(encoding::video(self.encoder).into_iter().map(Into::into));
        arguments.extend(self.sound(clip).into_iter().map(Into::into));
        arguments.extend(into_file(out, LARGEST));
        arguments
    }

    fn filters(&self, clip: &ClipInfo) -> String {
        let fps = rate(clip.fps);
        format!(
            "fps={fps},{},{BT709}",
            self.scaled(clip, geometry(clip, LONG, SHORT), Shades::Video)
        )
    }

    fn sound(&self, clip: &ClipInfo) -> Vec<String> {
        let Some(stream) = clip.sound.filter(|_| self.sound) else {
            return vec!["-an".to_owned()];
        };
        let stream = format!("0:{stream}");
        // Browsers' recordings have gaps; filled, sound and picture stay together.
        let words = [
            "-map",
            &stream,
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            "-ac",
            "2",
            "-ar",
            "48000",
            "-af",
            "aresample=async=1:first_pts=0",
            "-flags:a",
            "+bitexact",
        ];
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes an integer saturating, and is clamped next"
)]
fn rate(fps: f64) -> u32 {
    (fps.round() as u32).clamp(*FPS.start(), *FPS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_whole_and_bearable() {
        let rates = [23.976, 29.97, 30.0, 59.94, 1.0, 0.0, f64::INFINITY].map(rate);
        assert_eq!(rates, [24, 30, 30, 30, 10, 10, 30]);
    }
}
