//! Clips made with the real ffmpeg, and where it is.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use boothline_motion::Ffmpeg;

use super::{Booth, Engine};

/// The installed ffmpeg; none, with a line that says so, where there is none.
pub(crate) fn installed() -> Result<Option<PathBuf>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match runtime.block_on(Ffmpeg::find(None)) {
        Ok(ffmpeg) => Ok(Some(ffmpeg.path().to_owned())),
        Err(missing) => {
            eprintln!("SKIPPED, nothing was tested here: {missing}");
            Ok(None)
        }
    }
}

/// A service that uses this ffmpeg.
pub(crate) fn cinema(engine: Engine, ffmpeg: &Path, settings: &[(&str, &str)]) -> Result<Booth> {
    let ffmpeg = ffmpeg.to_str().context("a path in UTF-8")?;
    Booth::open_with(engine, &[&[("FFMPEG_PATH", ffmpeg)], settings].concat())
}

/// What ffmpeg makes from these words, in a file that ends so.
pub(crate) fn film(ffmpeg: &Path, ending: &str, words: &str) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("film.{ending}"));
    let status = Command::new(ffmpeg)
        .args(["-v", "error", "-nostdin"])
        .args(words.split_whitespace())
        .arg(&path)
        .status()?;
    ensure!(status.success(), "ffmpeg {words}");
    Ok(std::fs::read(path)?)
}

/// Two seconds of moving colours with a tone, upright 240 x 320, and a word hidden wherever it can be.
pub(crate) fn clip(ffmpeg: &Path) -> Result<Vec<u8>> {
    let words = "-f lavfi -i testsrc2=size=240x320:rate=15 -f lavfi -i sine -t 2 \
        -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -movflags use_metadata_tags \
        -metadata location=CANARY-4be1d7 -metadata title=CANARY-4be1d7 -metadata comment=CANARY-4be1d7 \
        -metadata:s:v:0 handler_name=CANARY-4be1d7 -metadata:s:a:0 handler_name=CANARY-4be1d7";
    film(ffmpeg, "mov", words)
}
