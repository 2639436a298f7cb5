//! What a handler wants when it could not finish its task.

use std::fmt::Display;
use std::time::Duration;

use boothline_domain::Disposition;

use crate::error::QueueError;
use crate::lanes::Pause;

/// Said by the handler at the place where the cause is known. Reasons are read
/// by people and end up in `last_error`: plain words, no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setback {
    /// Try again after a growing pause; the attempt counts.
    Retry {
        /// What went wrong.
        reason: String,
    },
    /// Try again after just this pause; the attempt counts.
    RetryAfter {
        /// How long to wait.
        wait: Duration,
        /// What went wrong.
        reason: String,
    },
    /// Nothing went wrong, it is only too early; the attempt does not count.
    Snooze {
        /// How long to wait.
        wait: Duration,
    },
    /// Nothing in this lane can succeed for now, such as without a network.
    /// The lane is shut, the task goes back and the attempt does not count.
    Block {
        /// How long the lane stays shut.
        pause: Pause,
        /// What has to change.
        reason: String,
    },
    /// It will never succeed; the task is dead at once.
    Fail {
        /// Why not.
        reason: String,
    },
    /// The handler stopped because its token was cancelled: the task goes
    /// back, if it is still ours, and the attempt does not count.
    Interrupted,
    /// The handler panicked. The attempt counts, and so does the crash.
    Crashed {
        /// What the panic said.
        reason: String,
    },
}

impl Setback {
    /// [`Setback::Retry`] for use with `map_err`.
    pub fn retry(error: impl Display) -> Self {
        Self::Retry {
            reason: error.to_string(),
        }
    }

    /// [`Setback::Fail`] for use with `map_err`.
    pub fn fail(error: impl Display) -> Self {
        Self::Fail {
            reason: error.to_string(),
        }
    }

    /// What a disposition of the domain means here. Both kinds of waiting shut
    /// the lane for a growing time, so that nobody has to click when the
    /// network or the operator has done its part.
    pub fn of(disposition: &Disposition, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        match disposition {
            Disposition::Retry => Self::Retry { reason },
            Disposition::RetryAfter(wait) => Self::RetryAfter { wait: *wait, reason },
            Disposition::WaitForNetwork | Disposition::WaitForOperator => Self::Block {
                pause: Pause::Growing,
                reason,
            },
            Disposition::GiveUp => Self::Fail { reason },
        }
    }
}

impl From<QueueError> for Setback {
    /// A lost lease is an interruption, a strange payload is final, and the
    /// database deserves another try.
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::LeaseLost(_) => Self::Interrupted,
            QueueError::Json(source) => Self::fail(format!("The task cannot be read: {source}")),
            other => Self::retry(other),
        }
    }
}
