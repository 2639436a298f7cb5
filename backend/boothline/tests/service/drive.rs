//! Delivery to Google Drive, against the simulator.

pub(crate) mod chaos;
pub(crate) mod endpoints;
pub(crate) mod folder;
mod hand;
pub(crate) mod housekeeping;
pub(crate) mod interrupted;
pub(crate) mod links;
mod office;
pub(crate) mod once;
pub(crate) mod signin;
pub(crate) mod trouble;
pub(crate) mod verify;

use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use boothline_drive_sim::{FileSnapshot, Options, Sim};
use md5::{Digest, Md5};
use serde_json::Value;
use tempfile::TempDir;

use crate::booth::{Booth, Engine};

const FOLDER: &str = "application/vnd.google-apps.folder";
/// Uploads, pauses and probes of a service that is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A booth with a Drive of its own.
pub(crate) struct Venue {
    pub(crate) booth: Booth,
    pub(crate) sim: Sim,
    credentials: TempDir,
}

impl Venue {
    /// A booth that delivers to a Drive that is well.
    pub(crate) fn open(engine: Engine) -> Result<Self> {
        Self::open_with(engine, &[])
    }

    /// The same with more settings.
    pub(crate) fn open_with(engine: Engine, settings: &[(&str, &str)]) -> Result<Self> {
        Self::open_at(Sim::start(Options::default())?, engine, settings)
    }

    /// A booth that has never reached its Drive.
    pub(crate) fn open_offline(engine: Engine) -> Result<Self> {
        let sim = Sim::start(Options::default())?;
        sim.set_outage(true);
        Self::open_at(sim, engine, &[])
    }

    /// A booth that delivers to this Drive.
    pub(crate) fn open_at(sim: Sim, engine: Engine, more: &[(&str, &str)]) -> Result<Self> {
        let credentials = tempfile::Builder::new()
            .prefix("boothline-credentials-")
            .tempdir()?;
        sim.write_credentials(credentials.path())?;
        let path = |name: &str| credentials.path().join(name).display().to_string();
        let url = sim.url();
        let (secrets, token) = (path("client_secrets.json"), path("token.json"));
        let mut settings = vec![
            ("DELIVERY_TARGET", "drive"),
            ("DRIVE_API_URL", &url),
            ("CLIENT_SECRETS_FILE", &secrets),
            ("TOKEN_FILE", &token),
        ];
        settings.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        settings.extend_from_slice(more);
        let booth = Booth::open_with(engine, &settings)?;
        Ok(Self {
            booth,
            sim,
            credentials,
        })
    }

    /// The stored token.
    pub(crate) fn token_file(&self) -> PathBuf {
        self.credentials.path().join("token.json")
    }

    /// The operator signs in again, while the service runs.
    pub(crate) fn sign_in_again(&self) -> Result<()> {
        Ok(self.sim.write_credentials(self.credentials.path())?)
    }

    /// Somebody else signs in, while the service runs.
    pub(crate) fn sign_in_as(&self, account: &str) -> Result<()> {
        self.sim
            .change(|options| account.clone_into(&mut options.consent.account));
        self.sign_in_again()
    }

    /// The job once it has a link.
    pub(crate) fn until_linked(&self, job: &Value) -> Result<Value> {
        self.until(job, |job| job["drive_link"].is_string())
    }

    /// The job as it now is.
    pub(crate) fn job(&self, job: &Value) -> Value {
        self.booth
            .client()
            .get(&format!("/api/v1/jobs/{}", job["job_id"]))
            .ok()
    }

    /// The job once it is `wanted`.
    pub(crate) fn until(&self, job: &Value, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let begun = Instant::now();
        loop {
            let now = self.job(job);
            if wanted(&now) {
                return Ok(now);
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "it stays as it is: {now}\n{}",
                self.booth.log()
            );
            sleep(Duration::from_millis(30));
        }
    }

    /// The job once it is in Drive.
    pub(crate) fn delivered(&self, job: &Value) -> Result<Value> {
        self.until(job, |job| job["delivery"] == "delivered")
    }

    /// A file in Drive.
    pub(crate) fn file(&self, id: &str) -> Result<FileSnapshot> {
        let mut files = self.sim.snapshot().files;
        let found = files.iter().position(|file| file.id == id);
        Ok(files.swap_remove(found.with_context(|| format!("no file {id} in {files:?}"))?))
    }

    /// The pictures in Drive, without folders.
    pub(crate) fn pictures(&self) -> Vec<FileSnapshot> {
        let mut files = self.sim.snapshot().files;
        files.retain(|file| file.mime_type != FOLDER);
        files
    }

    /// One file for each of these jobs, under the id it was promised, with the bytes that are on
    /// our disk, open to everybody; and nothing else.
    pub(crate) fn holds_exactly(&self, jobs: &[Value]) -> Result<()> {
        let files = self.pictures();
        ensure!(
            files.len() == jobs.len(),
            "{} files for {} jobs: {files:?}",
            files.len(),
            jobs.len()
        );
        let folders: Vec<_> = self
            .sim
            .snapshot()
            .files
            .into_iter()
            .filter(|file| file.mime_type == FOLDER)
            .collect();
        ensure!(folders.len() <= 1, "one folder for all: {folders:?}");
        for job in jobs {
            let now = self.job(job);
            let id = id_of(&now)?;
            if job["drive_link"].is_string() {
                ensure!(id_of(job)? == id, "the link of {job} is now {now}");
            }
            let Some(file) = files.iter().find(|file| file.id == id) else {
                bail!("no file for {now}");
            };
            let url = now["compressed_url"].as_str().context("a compressed copy")?;
            let path = url.replacen("/static/", "results/", 1);
            let bytes = fs::read(self.booth.folder().join(path))?;
            let digest = hex::encode(&Md5::digest(&bytes)[..]);
            ensure!(file.md5.as_deref() == Some(&digest), "other bytes: {file:?}");
            ensure!(!file.trashed && file.public, "not open to guests: {file:?}");
        }
        Ok(())
    }
}

/// The id in a job's link.
pub(crate) fn id_of(job: &Value) -> Result<String> {
    let link = job["drive_link"]
        .as_str()
        .with_context(|| format!("no link in {job}"))?;
    let id = link
        .split("/file/d/")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    id.map(ToOwned::to_owned)
        .with_context(|| format!("no id in {link}"))
}
