//! Frames drawn by us become an MP4 that repeats them until it is long enough to be taken.

use std::path::Path;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;

use crate::encoding::{self, BT709, QUIET, into_file};
use crate::process::whole_or_gone;
use crate::{Ffmpeg, MotionError};

/// The longest clip that frames become.
const LONGEST: Duration = Duration::from_secs(60);
/// Bytes of the frames that ffmpeg may hold for repeating them (4:2:0).
const HELD: u64 = 256 << 20;
/// No clip of ours comes near it.
const LARGEST: u64 = 64 << 20;
/// Frames a second of the output. Shots stay longer than a frame; repeats cost
/// next to nothing, and some messengers refuse fewer than 23.
const FPS: u32 = 30;

/// What the frames are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameSpec {
    /// Pixels across, 16 to 4096. An odd size loses its last column: H.264 wants even ones.
    pub width: u32,
    /// Pixels down, 16 to 4096; the same for rows.
    pub height: u32,
    /// How long each frame is shown, in milliseconds.
    pub frame_ms: u32,
    /// How many frames there are.
    pub count: u32,
    /// All frames are repeated, whole, until the clip lasts this long; nought plays them once.
    /// Messengers refuse clips under three seconds.
    pub shortest: Duration,
}

/// A finished clip, as it was found when it was looked at anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movie {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// How long it plays.
    pub duration: Duration,
    /// Size of the file.
    pub bytes: u64,
}

impl FrameSpec {
    /// How often all frames are played.
    #[must_use]
    pub fn plays(&self) -> u32 {
        let once = u64::from(self.count) * u64::from(self.frame_ms);
        let plays = u64::try_from(self.shortest.as_millis())
            .unwrap_or(u64::MAX)
            .div_ceil(once.max(1));
        u32::try_from(plays).unwrap_or(u32::MAX).max(1)
    }

    fn duration(&self) -> Duration {
        Duration::from_millis(u64::from(self.frame_ms) * u64::from(self.count)) * self.plays()
    }

    fn frame_bytes(&self) -> usize {
        self.width as usize * self.height as usize * 3
    }

    fn check(&self) -> Result<(), MotionError> {
        let refuse = |why: &str| Err(MotionError::Frames(why.to_owned()));
        let side = 16..=4096;
        if !side.contains(&self.width) || !side.contains(&self.height) {
            return refuse("each side must have 16 to 4096 pixels");
        }
        if self.count == 0 || self.frame_ms == 0 {
            return refuse("there must be frames, each shown for a while");
        }
        if self.shortest > LONGEST || self.duration() > LONGEST * 2 {
            return refuse("the clip would be too long");
        }
        if u64::from(self.count) * self.frame_bytes() as u64 / 2 > HELD {
            return refuse("there are too many frames of this size to repeat them");
        }
        Ok(())
    }

    fn filters(&self) -> String {
        let loops = self.plays() - 1;
        let count = self.count;
        // The RGB of pictures is full range; the matrix is named, as swscale would take BT.601.
        // `loop` goes on in the input's time, which counts frames of `frame_ms`.
        format!(
            "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,\
             scale=flags=accurate_rnd+full_chroma_int:in_range=full:out_range=tv:out_color_matrix=bt709,\
             format=yuv420p,loop=loop={loops}:size={count}:start=0,fps={FPS},{BT709}",
        )
    }
}

impl Ffmpeg {
    /// Encodes `frames`, each `width * height` pixels of three bytes (sRGB, row
    /// by row, top first), as a clip at `out`. They are taken one at a time, as
    /// fast as the encoder goes; `count` of them have to come.
    ///
    /// # Errors
    /// [`MotionError::Frames`] where they do not fit `spec`; faults of ffmpeg or
    /// of the disk. Nothing is left at `out` then.
    pub async fn encode_frames<I>(
        &self,
        spec: &FrameSpec,
        frames: I,
        out: &Path,
    ) -> Result<Movie, MotionError>
    where
        I: Stream<Item = Vec<u8>> + Send,
    {
        spec.check()?;
        let out = std::path::absolute(out)?;
        whole_or_gone(&out, self.encode(spec, frames, &out)).await
    }

    async fn encode<I>(&self, spec: &FrameSpec, frames: I, out: &Path) -> Result<Movie, MotionError>
    where
        I: Stream<Item = Vec<u8>> + Send,
    {
        let folder = self.folder()?;
        let run = self.writing(folder.path(), LARGEST);
        let (fed, ended) = run
            .feed(&self.arguments(spec, out), |input| feed(input, spec, frames))
            .await?;
        fed?;
        ended.success()?;
        self.judge(out, spec.width & !1, spec.height & !1, spec.duration())
            .await
    }

    fn arguments(&self, spec: &FrameSpec, out: &Path) -> Vec<std::ffi::OsString> {
        let size = format!("{}x{}", spec.width, spec.height);
        let rate = format!("1000/{}", spec.frame_ms);
        let filters = spec.filters();
        let input = [
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-video_size",
            &size,
            "-framerate",
            &rate,
            "-protocol_whitelist",
            "pipe",
            "-i",
            "pipe:0",
            "-an",
            "-vf",
            &filters,
        ];
        let mut arguments: Vec<std::ffi::OsString> = QUIET.iter().chain(&input).map(Into::into).collect();
        arguments.extend(encoding::video(self.encoder).into_iter().map(Into::into));
        arguments.extend(into_file(out, LARGEST));
        arguments
    }
}

async fn feed<I>(input: Option<ChildStdin>, spec: &FrameSpec, frames: I) -> Result<(), MotionError>
where
    I: Stream<Item = Vec<u8>> + Send,
{
    let Some(mut input) = input else { return Ok(()) };
    let mut frames = std::pin::pin!(frames);
    let mut count = 0;
    while let Some(frame) = frames.next().await {
        count += 1;
        if frame.len() != spec.frame_bytes() {
            return Err(MotionError::Frames(format!(
                "frame {count} has {} bytes",
                frame.len()
            )));
        }
        if input.write_all(&frame).await.is_err() {
            // ffmpeg has hung up; how it ended says more than the pipe does.
            return Ok(());
        }
    }
    match count == spec.count {
        true => Ok(()),
        false => Err(MotionError::Frames(format!(
            "{count} of {} frames came",
            spec.count
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(count: u32, frame_ms: u32, shortest: u64) -> FrameSpec {
        FrameSpec {
            width: 640,
            height: 480,
            frame_ms,
            count,
            shortest: Duration::from_secs(shortest),
        }
    }

    #[test]
    fn short_sequences_repeat_whole_until_they_are_long_enough() {
        assert_eq!(spec(8, 100, 3).plays(), 4);
        assert_eq!(spec(30, 100, 3).plays(), 1);
        assert_eq!(spec(31, 100, 3).plays(), 1);
        assert_eq!(spec(1, 1, 0).plays(), 1);
    }

    #[test]
    fn what_cannot_become_a_clip_is_refused_before_anything_runs() {
        assert!(spec(8, 100, 3).check().is_ok());
        for bad in [
            spec(0, 100, 3),
            spec(8, 0, 3),
            spec(8, 100, 61),
            spec(100, 60_000, 3),
            FrameSpec {
                width: 8,
                ..spec(8, 100, 3)
            },
            FrameSpec {
                height: 5000,
                ..spec(8, 100, 3)
            },
            FrameSpec {
                width: 4096,
                height: 4096,
                ..spec(60, 100, 3)
            },
        ] {
            assert!(matches!(bad.check(), Err(MotionError::Frames(_))), "{bad:?}");
        }
    }
}
