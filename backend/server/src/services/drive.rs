//! Google Drive, as this service uses it: who we are there, ids kept ready, uploads, syncs.

pub mod connection;
pub mod delivering;
pub mod desk;
pub mod folder;
pub mod housekeeping;
pub mod inventory;
pub mod pool;
pub mod standing;
pub mod sync;
pub mod upload;
pub mod verify;
pub mod watch;

use std::time::Duration;

use boothline_domain::JobId;
use boothline_queue::NewTask;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::refusal::Refusal;

pub use desk::Desk;

/// The kind and lane of the tasks that deliver to Drive.
pub const DELIVER: &str = "deliver";

/// The kind of the tasks that delete from Drive what was deleted here; in the same lane.
pub const ERASE: &str = "erase";

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

/// The payload of an erase task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EraseTask {
    /// The file's id in Drive; there may be none.
    pub file_id: String,
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

/// An upload that is cancelled elsewhere ends with the next heartbeat of its lease.
const UNTIL_UPLOADS_END: Duration = Duration::from_secs(20);

/// Deletes a file from Drive, sooner or later, in the caller's transaction.
pub async fn erase(context: &Context, tx: &DatabaseTransaction, file_id: String) -> Result<(), Refusal> {
    let key = format!("erase:{file_id}");
    let now = context.now();
    let new = NewTask::new(ERASE, DELIVER, &EraseTask { file_id })
        .map_err(Refusal::internal)?
        .unique(key)
        .priority(BACKLOG)
        .not_before(now.plus(UNTIL_UPLOADS_END))
        .max_attempts(TRIES);
    boothline_queue::enqueue(tx, new, now)
        .await
        .map_err(Refusal::internal)?;
    Ok(())
}
