//! The real ffmpeg, clips made with it, and its own eyes on what we made.

use std::path::{Path, PathBuf};
use std::process::Command;

use boothline_motion::Ffmpeg;
use tempfile::TempDir;

/// The installed ffmpeg and a folder to work in.
pub(crate) struct Workshop {
    pub(crate) ffmpeg: Ffmpeg,
    folder: TempDir,
}

/// None, with a line that says so, where ffmpeg is not installed.
pub(crate) async fn workshop() -> Option<Workshop> {
    match Ffmpeg::find(None).await {
        Ok(ffmpeg) => Some(Workshop {
            ffmpeg,
            folder: tempfile::tempdir().unwrap(),
        }),
        Err(missing) => {
            eprintln!("SKIPPED, nothing was tested here: {missing}");
            None
        }
    }
}

impl Workshop {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that the real ffmpeg makes from these words.
    pub(crate) fn make(&self, name: &str, words: &str) -> PathBuf {
        let path = self.path(name);
        let status = Command::new(self.ffmpeg.path())
            .args(["-v", "error", "-nostdin", "-y"])
            .args(words.split_whitespace())
            .arg(&path)
            .status()
            .unwrap();
        assert!(status.success(), "ffmpeg {words}");
        path
    }

    /// One field of the first stream of a kind (`v`, `a`), as ffprobe says it.
    pub(crate) fn field(&self, path: &Path, kind: &str, name: &str) -> String {
        let entries = format!("stream={name}");
        let answer = Command::new(self.ffmpeg.path().with_file_name("ffprobe"))
            .args([
                "-v",
                "error",
                "-select_streams",
                &format!("{kind}:0"),
                "-count_frames",
            ])
            .args(["-show_entries", &entries, "-of", "csv=p=0"])
            .arg(path)
            .output()
            .unwrap();
        String::from_utf8(answer.stdout)
            .unwrap()
            .trim()
            .trim_end_matches(',')
            .to_owned()
    }

    /// The pixels of the frame at `seconds`, three bytes each, as a player shows them.
    pub(crate) fn pixels(&self, path: &Path, seconds: &str) -> Vec<u8> {
        self.decoded(&["-ss", seconds], path)
    }

    /// The pixels of a JPEG, three bytes each.
    pub(crate) fn still(&self, path: &Path) -> Vec<u8> {
        self.decoded(&["-f", "image2", "-c:v", "mjpeg"], path)
    }

    fn decoded(&self, how: &[&str], path: &Path) -> Vec<u8> {
        let answer = Command::new(self.ffmpeg.path())
            .args(["-v", "error", "-nostdin"])
            .args(how)
            .arg("-i")
            .arg(path)
            .args(["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
            .output()
            .unwrap();
        assert!(answer.status.success());
        answer.stdout
    }
}

/// Whether every channel of the middle pixel is within `off` of `wanted`.
pub(crate) fn looks_like(pixels: &[u8], wanted: [u8; 3], off: u8) -> bool {
    let middle = pixels.len() / 6 * 3;
    let near = |(is, wanted): (&u8, &u8)| is.abs_diff(*wanted) <= off;
    pixels.len() >= 3 && pixels[middle..middle + 3].iter().zip(&wanted).all(near)
}
