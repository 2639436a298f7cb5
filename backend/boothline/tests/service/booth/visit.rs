//! A guest's way through the contract, and the traces it leaves.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use super::database::row_counts;
use super::{Booth, Client, Form};

/// Everything that requests leave behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Traces {
    files: Vec<PathBuf>,
    rows: BTreeMap<&'static str, i64>,
}

impl Traces {
    pub(crate) fn of(booth: &Booth) -> Result<Self> {
        Ok(Self {
            files: booth.files()?,
            rows: row_counts(&booth.database_url())?,
        })
    }

    /// How many rows of `table` there are.
    pub(crate) fn rows(&self, table: &str) -> i64 {
        self.rows[table]
    }
}

impl Client {
    /// Begins a visit and returns its id.
    #[track_caller]
    pub(crate) fn start_session(&self) -> i64 {
        let guest = json!({"name": "Ada Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0000"});
        let session = self.post("/api/v1/sessions/start", &guest).ok();
        session["session_id"].as_i64().expect("an id is an integer")
    }

    #[track_caller]
    pub(crate) fn pick(&self, session: i64, theme: &str) -> Value {
        let path = format!("/api/v1/sessions/{session}/theme");
        self.patch(&path, &json!({ "theme_id": theme })).ok()
    }

    #[track_caller]
    pub(crate) fn upload(&self, session: i64, photo: &[u8]) -> Value {
        let path = format!("/api/v1/sessions/{session}/upload");
        self.post_form(&path, Form::of_file(photo)).ok()
    }

    /// A visit with theme and photo, ready for a job.
    #[track_caller]
    pub(crate) fn ready_session(&self, theme: &str, photo: &[u8]) -> i64 {
        let session = self.start_session();
        self.pick(session, theme);
        self.upload(session, photo);
        session
    }

    #[track_caller]
    pub(crate) fn order(&self, session: i64) -> Value {
        let order = json!({"session_id": session, "mode": "event", "overlay_url": null});
        self.post("/api/v1/jobs", &order).ok()
    }

    /// The job when it is done or failed, awaited by its events.
    pub(crate) fn ended(&self, job: &Value) -> Result<Value> {
        let mut feed = self.listen(&format!("/api/v1/jobs/{}/events", job["job_id"]))?;
        let ended = feed.until(|event| event.data["status"] == "done" || event.data["status"] == "failed")?;
        Ok(ended.data)
    }

    /// The job when it is done.
    pub(crate) fn done(&self, job: &Value) -> Result<Value> {
        let job = self.ended(job)?;
        anyhow::ensure!(job["status"] == "done", "it failed: {job}");
        Ok(job)
    }

    /// A whole visit: from the guest's name to the finished job.
    #[track_caller]
    pub(crate) fn visit(&self, theme: &str, photo: &[u8]) -> Result<Value> {
        let session = self.ready_session(theme, photo);
        self.done(&self.order(session))
    }
}
