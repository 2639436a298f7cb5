//! A task: what is to be done, and how far it has come.

use std::fmt;

use boothline_domain::clock::Timestamp;
use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::QueueError;
use crate::rows::tasks;

/// How often a task may be tried unless it says otherwise.
pub const DEFAULT_MAX_ATTEMPTS: u32 = 8;

/// The row id of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub i64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a task stands. A CHECK in the database holds the same list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Waiting for its `run_at` and for a worker.
    #[sea_orm(string_value = "ready")]
    Ready,
    /// Leased to a worker.
    #[sea_orm(string_value = "running")]
    Running,
    /// Finished as it should.
    #[sea_orm(string_value = "done")]
    Done,
    /// Given up; `last_error` says why. A person may retry it.
    #[sea_orm(string_value = "dead")]
    Dead,
    /// Taken back by the application.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl State {
    /// The word in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A task to be enqueued.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTask {
    pub(crate) kind: String,
    pub(crate) lane: String,
    pub(crate) payload: Value,
    pub(crate) unique_key: Option<String>,
    pub(crate) priority: i32,
    pub(crate) run_at: Option<Timestamp>,
    pub(crate) max_attempts: u32,
}

impl NewTask {
    /// A task of this kind, for this lane. The payload should hold ids, never
    /// bytes. Fails only if the payload cannot be written as JSON.
    pub fn new(
        kind: impl Into<String>,
        lane: impl Into<String>,
        payload: &impl Serialize,
    ) -> Result<Self, QueueError> {
        Ok(Self {
            kind: kind.into(),
            lane: lane.into(),
            payload: serde_json::to_value(payload)?,
            unique_key: None,
            priority: 0,
            run_at: None,
            max_attempts: DEFAULT_MAX_ATTEMPTS,
        })
    }

    /// At most one unfinished task has this key, over all kinds and lanes.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Lower runs first; the default is 0.
    #[must_use]
    pub const fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Do not start before this time; the default is at once.
    #[must_use]
    pub const fn not_before(mut self, run_at: Timestamp) -> Self {
        self.run_at = Some(run_at);
        self
    }

    /// Give up after so many failed attempts, at least one; the default is
    /// [`DEFAULT_MAX_ATTEMPTS`].
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }
}

/// A task as the database has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    /// Its row id.
    pub id: TaskId,
    /// What is to be done; the handler's word.
    pub kind: String,
    /// The lane it waits and runs in.
    pub lane: String,
    /// What the enqueuer said about it.
    pub payload: Value,
    /// The key that no other unfinished task has.
    pub unique_key: Option<String>,
    /// Lower runs first.
    pub priority: i32,
    /// Where it stands.
    pub state: State,
    /// Not to start before this.
    pub run_at: Timestamp,
    /// The number of this attempt while it runs, else of those that count.
    pub attempt: u32,
    /// Dead when so many attempts have failed.
    pub max_attempts: u32,
    /// How often it took its worker down or panicked.
    pub crashes: u32,
    /// Who has it or had it last.
    pub worker: Option<String>,
    /// When the lease ends, if it runs.
    pub lease_until: Option<Timestamp>,
    /// What the handler saved on its way.
    pub checkpoint: Option<Value>,
    /// Why it did not succeed the last time.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was last claimed.
    pub started_at: Option<Timestamp>,
    /// When it became done, dead or cancelled.
    pub finished_at: Option<Timestamp>,
}

impl From<tasks::Model> for Task {
    fn from(row: tasks::Model) -> Self {
        Self {
            id: TaskId(row.id),
            kind: row.kind,
            lane: row.lane,
            payload: row.payload,
            unique_key: row.unique_key,
            priority: row.priority,
            state: row.state,
            run_at: Timestamp::from_millis(row.run_at),
            attempt: row.attempt.unsigned_abs(),
            max_attempts: row.max_attempts.unsigned_abs(),
            crashes: row.crashes.unsigned_abs(),
            worker: row.worker,
            lease_until: row.lease_until.map(Timestamp::from_millis),
            checkpoint: row.checkpoint,
            last_error: row.last_error,
            created_at: Timestamp::from_millis(row.created_at),
            started_at: row.started_at.map(Timestamp::from_millis),
            finished_at: row.finished_at.map(Timestamp::from_millis),
        }
    }
}
