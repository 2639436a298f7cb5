//! The still that stands for a clip: upright, sharp, and not the black before it begins.

use std::ffi::OsString;
use std::path::Path;

use crate::colours::{Shades, geometry};
use crate::encoding::{QUIET, file};
use crate::probe::{BOUNDED, decoded};
use crate::process::Run;
use crate::{ClipError, ClipInfo, Ffmpeg, MotionError};

/// The poster is looked for in this much of the beginning, in seconds.
const WITHIN: &str = "3";
/// Frames a second that are candidates: twelve in all, as they are held in memory together.
const CANDIDATES: u32 = 4;
/// No poster comes near it, in bytes.
const LARGEST: u64 = 64 << 20;
/// The largest poster: 4K.
const LONG: u32 = 3840;
const SHORT: u32 = 2160;

impl Ffmpeg {
    /// A JPEG of the frame that shows best what the clip's first seconds are
    /// about: the one nearest to their average histogram, of about twelve.
    ///
    /// # Errors
    /// [`ClipError::Corrupt`] where no frame can be read, [`ClipError::Timeout`];
    /// faults of the disk.
    pub async fn poster(&self, path: &Path, clip: &ClipInfo) -> Result<Vec<u8>, MotionError> {
        let path = std::path::absolute(path)?;
        let folder = self.folder()?;
        let out = folder.path().join("poster.jpg");
        let run = Run {
            program: &self.ffmpeg,
            folder: folder.path(),
            patience: self.look,
            largest: LARGEST,
        };
        let ended = run.run(&self.poster_arguments(&path, clip, &out)).await;
        let ended = ended.and_then(crate::process::Ended::success);
        match ended {
            Err(MotionError::TimedOut(after)) => return Err(ClipError::Timeout { after }.into()),
            Err(MotionError::Failed(words)) => {
                tracing::debug!(words, "A clip has no poster");
                return Err(ClipError::Corrupt.into());
            }
            other => other?,
        };
        match tokio::fs::read(&out).await {
            Ok(jpeg) if !jpeg.is_empty() => Ok(jpeg),
            _ => Err(ClipError::Corrupt.into()),
        }
    }

    fn poster_arguments(&self, path: &Path, clip: &ClipInfo, out: &Path) -> Vec<OsString> {
        let scaled = self.scaled(clip, geometry(clip, LONG, SHORT), Shades::Jpeg);
        let filters = format!("fps={CANDIDATES}:round=up,{scaled},thumbnail=n=12");
        let stream = format!("0:{}", clip.picture);
        let mut arguments: Vec<OsString> = QUIET.iter().chain(BOUNDED).map(Into::into).collect();
        arguments.extend(["-threads", "2", "-t", WITHIN].map(Into::into));
        arguments.extend(decoded(path, clip.container));
        let output = [
            "-map",
            &stream,
            "-frames:v",
            "1",
            "-vf",
            &filters,
            "-q:v",
            "2",
            "-map_metadata",
            "-1",
            "-flags",
            "+bitexact",
            "-fflags",
            "+bitexact",
            "-f",
            "mjpeg",
        ];
        arguments.extend(output.iter().map(Into::into));
        arguments.push(file(out));
        arguments
    }
}
