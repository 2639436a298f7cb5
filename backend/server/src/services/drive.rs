//! Google Drive, as this service uses it: who we are there, ids kept ready, uploads, syncs.

pub mod connection;
pub mod delivering;
pub mod desk;
pub mod pool;
pub mod standing;
pub mod sync;
pub mod upload;
pub mod watch;

use boothline_domain::JobId;
use boothline_queue::NewTask;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::refusal::Refusal;

pub use desk::Desk;

/// The kind and lane of the tasks that deliver to Drive.
pub const DELIVER: &str = "deliver";

/// A guest who waits in front of the booth.
pub const GUEST: i32 = 0;
/// Pictures whose guests have gone meanwhile.
pub const BACKLOG: i32 = 10;
/// What an operator's sync asked for.
pub const BATCH: i32 = 20;

/// Tries until a delivery is given up; waiting for network or operator is none.
/// With the pauses of the handler that is about an hour of refusals.
const TRIES: u32 = 60;

/// The payload of a deliver task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeliverTask {
    /// The job to deliver.
    pub job_id: i64,
    /// Also where it is there already: compare and mend.
    #[serde(default)]
    pub again: bool,
    /// Nobody waits for it.
    #[serde(default)]
    pub batch: bool,
}

/// What an earlier try of a deliver task left for the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The file may have been made.
    #[serde(default)]
    pub begun: bool,
    /// Where a resumable upload goes on; a secret.
    #[serde(default)]
    pub session: Option<String>,
}

/// The key that keeps a job from having two deliver tasks at once.
pub fn deliver_key(job: JobId) -> String {
    format!("deliver:{job}")
}

/// Puts a job in line, in the caller's transaction. A job that is in line already stays where it is.
pub async fn enqueue(
    context: &Context,
    tx: &DatabaseTransaction,
    task: &DeliverTask,
    priority: i32,
) -> Result<(), Refusal> {
    let new = NewTask::new(DELIVER, DELIVER, task)
        .map_err(Refusal::internal)?
        .unique(deliver_key(JobId(task.job_id)))
        .priority(priority)
        .max_attempts(TRIES);
    boothline_queue::enqueue(tx, new, context.now())
        .await
        .map_err(Refusal::internal)?;
    Ok(())
}
