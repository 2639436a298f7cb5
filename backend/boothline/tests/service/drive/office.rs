//! A service that delivers to a simulated Google Drive, and syncs of its folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use boothline_drive_sim::{FileSnapshot, Options, Sim};
use serde_json::Value;
use tempfile::TempDir;

use crate::booth::{Booth, Engine};

/// How long a sync may take to send its first files, or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// Slow enough to step in between.
pub(super) const SLOW: Duration = Duration::from_millis(60);

/// A service that delivers to a Google Drive of its own, and its folder of results.
pub(super) struct Office {
    pub(super) booth: Booth,
    pub(super) sim: Sim,
    _credentials: TempDir,
}

/// How a command ended.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) said: String,
}

impl Office {
    pub(super) fn open(engine: Engine) -> Result<Self> {
        Self::open_with(engine, Duration::ZERO, "4")
    }

    pub(super) fn open_with(engine: Engine, latency: Duration, uploads: &str) -> Result<Self> {
        let sim = Sim::start(Options {
            latency,
            ..Options::default()
        })?;
        let credentials = tempfile::tempdir()?;
        sim.write_credentials(credentials.path())?;
        let file = |name: &str| credentials.path().join(name).display().to_string();
        let booth = Booth::open_with(
            engine,
            &[
                ("DELIVERY_TARGET", "drive"),
                ("DRIVE_API_URL", &sim.url()),
                ("CLIENT_SECRETS_FILE", &file("client_secrets.json")),
                ("TOKEN_FILE", &file("token.json")),
                ("DRIVE_REQUESTS_PER_SECOND", "1000"),
                ("DRIVE_UPLOADS", uploads),
            ],
        )?;
        Ok(Self {
            booth,
            sim,
            _credentials: credentials,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.booth.folder().join("results").join(name)
    }

    /// A picture, as far as a sync looks at it: no two words make the same one.
    pub(super) fn put(&self, name: &str, word: &str) -> Result<()> {
        let bytes = [&[0xFF, 0xD8, 0xFF, 0xE0][..], word.as_bytes()].concat();
        Ok(fs::write(self.path(name), bytes)?)
    }

    pub(super) fn put_many(&self, count: usize) -> Result<()> {
        (0..count).try_for_each(|number| self.put(&format!("p{number:04}.jpg"), &format!("number {number}")))
    }

    pub(super) fn sync(&self, more: &[&str]) -> Result<Ended> {
        let output = self
            .booth
            .command(&[&["sync", "--folder"], more].concat())
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok(Ended {
            code: output.status.code(),
            said: String::from_utf8(said)?,
        })
    }

    /// A sync that goes on while the test does.
    pub(super) fn begin_sync(&self) -> Result<Child> {
        let mut command = self.booth.command(&["sync", "--folder"]);
        Ok(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    }

    /// Every picture in Drive.
    pub(super) fn seen(&self) -> Vec<FileSnapshot> {
        self.sim.snapshot().photos().cloned().collect()
    }

    /// Name and id of every picture in Drive.
    pub(super) fn in_drive(&self) -> Vec<(String, String)> {
        self.seen().into_iter().map(|file| (file.name, file.id)).collect()
    }

    pub(super) fn wait_for_files(&self, count: usize) -> Result<()> {
        let begun = Instant::now();
        while self.in_drive().len() < count {
            ensure!(begun.elapsed() < PATIENCE, "{} files came", self.in_drive().len());
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Every picture under its name, once.
    pub(super) fn ids(&self) -> Result<BTreeMap<String, String>> {
        let files = self.in_drive();
        let by_name: BTreeMap<String, String> = files.iter().cloned().collect();
        ensure!(by_name.len() == files.len(), "some are there twice: {files:?}");
        Ok(by_name)
    }

    pub(super) fn manifest_path(&self) -> PathBuf {
        self.booth.folder().join("uploads.json")
    }

    pub(super) fn manifest(&self) -> Result<BTreeMap<String, Value>> {
        Ok(serde_json::from_slice(&fs::read(self.manifest_path())?)?)
    }
}

pub(super) fn ended(child: Child) -> Result<Ended> {
    let output = child.wait_with_output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok(Ended {
        code: output.status.code(),
        said: String::from_utf8(said)?,
    })
}

impl Ended {
    #[track_caller]
    pub(super) fn well(self, with: &str) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.said);
        assert!(self.said.contains(with), "{with}: {}", self.said);
        self
    }

    #[track_caller]
    pub(super) fn badly(self, with: &str) -> Self {
        assert_eq!(self.code, Some(1), "{}", self.said);
        assert!(self.said.contains(with), "{with}: {}", self.said);
        self
    }
}
