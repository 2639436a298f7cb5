//! Finds ffmpeg and ffprobe, and learns what they can do.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Missing;
use crate::encoding::Encoder;
use crate::process::Run;

/// For one question about version or features; a cold disk may take a few seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// For one whole piece of work on a clip or on frames; kiosks give up after 240 s.
const WORK: Duration = Duration::from_secs(180);
/// For a look at a clip.
const LOOK: Duration = Duration::from_secs(10);

/// ffmpeg and ffprobe as they are installed here.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    pub(crate) ffmpeg: PathBuf,
    pub(crate) ffprobe: PathBuf,
    pub(crate) encoder: Encoder,
    pub(crate) sound: bool,
    pub(crate) tone_maps: bool,
    pub(crate) work: Duration,
    pub(crate) look: Duration,
    scratch: PathBuf,
    version: String,
}

impl Ffmpeg {
    /// Finds the programs: `configured` is ffmpeg or the folder that holds it;
    /// without it the search path is looked through. ffprobe is looked for beside
    /// ffmpeg, then on the search path.
    ///
    /// # Errors
    /// [`Missing`], in words for the operator.
    pub async fn find(configured: Option<&Path>) -> Result<Self, Missing> {
        let ffmpeg = match configured {
            Some(path) => said(path)?,
            None => on_path("ffmpeg")?,
        };
        let beside = ffmpeg.with_file_name("ffprobe");
        let ffprobe = if beside.is_file() {
            beside
        } else {
            on_path("ffprobe")?
        };
        let (version, probe, encoders, filters) = tokio::join!(
            ask(&ffmpeg, "-version"),
            ask(&ffprobe, "-version"),
            ask(&ffmpeg, "-encoders"),
            ask(&ffmpeg, "-filters"),
        );
        let version = version_of(&version?).ok_or_else(|| broken(&ffmpeg, "it does not say its version"))?;
        version_of(&probe?).ok_or_else(|| broken(&ffprobe, "it does not say its version"))?;
        let (encoders, filters) = (encoders?, filters?);
        let encoder = Encoder::among(|name| lists(&encoders, name)).ok_or_else(|| Missing::NoEncoder {
            path: ffmpeg.display().to_string(),
        })?;
        Ok(Self {
            encoder,
            sound: lists(&encoders, "aac"),
            tone_maps: lists(&filters, "zscale") && lists(&filters, "tonemap"),
            work: WORK,
            look: LOOK,
            scratch: std::env::temp_dir(),
            version,
            ffmpeg,
            ffprobe,
        })
    }

    /// The same programs with other limits of time: for a piece of work, and for a look at a clip.
    #[must_use]
    pub fn with_patience(self, work: Duration, look: Duration) -> Self {
        Self { work, look, ..self }
    }

    /// The same programs working in folders below this one; without it in the
    /// system's folder for temporary files. They are removed after each piece of
    /// work; what a killed process leaves behind is the caller's to sweep.
    #[must_use]
    pub fn with_scratch(self, scratch: &Path) -> Self {
        let scratch = std::path::absolute(scratch).unwrap_or_else(|_| scratch.to_owned());
        Self { scratch, ..self }
    }

    /// A folder for one piece of work.
    pub(crate) fn folder(&self) -> std::io::Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.scratch)?;
        tempfile::tempdir_in(&self.scratch)
    }

    /// A run of ffmpeg in this folder that writes a clip of at most `largest` bytes.
    pub(crate) fn writing<'a>(&'a self, folder: &'a Path, largest: u64) -> Run<'a> {
        Run {
            program: &self.ffmpeg,
            folder,
            patience: self.work,
            largest,
        }
    }

    /// ffmpeg's own version, for example `5.1.9-0+deb12u1`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where ffmpeg is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.ffmpeg
    }
}

fn said(path: &Path) -> Result<PathBuf, Missing> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let program = if path.is_dir() { path.join("ffmpeg") } else { path };
    if program.is_file() {
        return Ok(program);
    }
    Err(Missing::NotFound {
        program: "ffmpeg",
        place: format!("at {}", program.display()),
    })
}

fn on_path(program: &'static str) -> Result<PathBuf, Missing> {
    which::which(program).map_err(|_| Missing::NotFound {
        program,
        place: "on the search path".to_owned(),
    })
}

async fn ask(program: &Path, question: &str) -> Result<String, Missing> {
    let folder = std::env::temp_dir();
    let run = Run {
        program,
        folder: &folder,
        patience: PATIENCE,
        largest: 0,
    };
    let answer = run.run(&["-hide_banner", question]).await;
    let answer = answer.and_then(crate::process::Ended::success);
    let bytes = answer.map_err(|error| broken(program, &error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(program: &Path, reason: &str) -> Missing {
    Missing::Broken {
        path: program.display().to_string(),
        reason: reason.trim_end_matches('.').to_owned(),
    }
}

/// Of the line `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) ...`.
fn version_of(text: &str) -> Option<String> {
    let (_, rest) = text.lines().next()?.split_once(" version ")?;
    Some(rest.split_whitespace().next()?.to_owned())
}

/// Whether a list of encoders or filters, one a line as `flags name words`, has this name.
fn lists(list: &str, name: &str) -> bool {
    list.lines()
        .any(|line| line.split_whitespace().nth(1) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_build_are_read() {
        let read = |text| version_of(text);
        assert_eq!(
            read("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026").as_deref(),
            Some("5.1.9-0+deb12u1")
        );
        assert_eq!(read("ffprobe version n7.1\nbuilt with").as_deref(), Some("n7.1"));
        assert_eq!(read("VLC version"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_name_is_found_whole() {
        let list = " V....D libx264              libx264 H.264\n A....D aac    AAC (Advanced)";
        assert!(lists(list, "libx264") && lists(list, "aac"));
        assert!(!lists(list, "x264") && !lists(list, "H.264"));
    }

    #[tokio::test]
    async fn a_wrong_path_is_named_with_what_to_do() {
        let missing = Ffmpeg::find(Some(Path::new("/nowhere/ffmpeg")))
            .await
            .unwrap_err();
        let words = missing.to_string();
        assert!(
            words.contains("at /nowhere/ffmpeg") && words.contains("apt install ffmpeg"),
            "{words}"
        );
    }
}
