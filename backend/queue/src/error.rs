//! What can go wrong, by what the caller can do about it.

use std::error::Error as StdError;

use sea_orm::DbErr;

use crate::task::{State, TaskId};

/// An error a hook or handler of the application may return.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why the queue did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The database refused or could not be reached; trying again may help.
    #[error("the queue's database failed")]
    Database(#[from] DbErr),

    /// Somebody else has the task, or it is finished: stop working on it and
    /// throw the result away.
    #[error("task {0} is no longer leased to this worker")]
    LeaseLost(TaskId),

    /// Nobody has declared this lane, so nothing can be claimed from it.
    #[error("lane \"{0}\" has not been declared")]
    UnknownLane(String),

    /// No task has this id.
    #[error("there is no task {0}")]
    UnknownTask(TaskId),

    /// Only dead tasks can be retried by hand.
    #[error("task {task} is {state}, and only dead tasks can be retried")]
    NotDead {
        /// The task that was to be retried.
        task: TaskId,
        /// The state it is in.
        state: State,
    },

    /// The task's unique key belongs to another unfinished task by now.
    #[error("task {holder} has taken over the unique key of task {task}")]
    KeyTaken {
        /// The task that was to be retried.
        task: TaskId,
        /// The unfinished task that holds the key.
        holder: TaskId,
    },

    /// A payload or checkpoint does not have the expected form.
    #[error("a payload or checkpoint does not have the expected form")]
    Json(#[from] serde_json::Error),

    /// The application's [`Handler::dead`](crate::Handler::dead) failed; the
    /// task has not died and will be judged again.
    #[error("the application could not record the death of task {task}")]
    Hook {
        /// The task that was to die.
        task: TaskId,
        /// What the application said.
        source: BoxError,
    },

    /// The transaction's own task was stopped, as when the runtime shuts down.
    #[error("a queue transaction was stopped before it ended")]
    Stopped(#[from] tokio::task::JoinError),
}
