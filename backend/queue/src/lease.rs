//! The right to work on a task, and what this process holds of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};
use tokio_util::sync::CancellationToken;

use crate::rows::tasks;
use crate::task::{State, Task, TaskId};

/// The right to work on one task, until it expires or is settled. Every write
/// of a worker is fenced by it: a worker that comes too late changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub(crate) task: TaskId,
    pub(crate) token: String,
}

impl Lease {
    /// The task it is for.
    pub const fn task(&self) -> TaskId {
        self.task
    }

    /// An update that touches the task only while this lease holds.
    pub(crate) fn fence(&self) -> UpdateMany<tasks::Entity> {
        tasks::Entity::update_many()
            .filter(tasks::Column::Id.eq(self.task.0))
            .filter(tasks::Column::LeaseToken.eq(self.token.as_str()))
            .filter(tasks::in_state(State::Running))
    }
}

/// A claimed task with the lease on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leased {
    /// The task as it was claimed.
    pub task: Task,
    /// The right to work on it.
    pub lease: Lease,
}

/// The leases that this process keeps alive.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<Lease, CancellationToken>>);

impl Held {
    /// Keeps the lease alive from now on. The token is cancelled when it is lost.
    pub(crate) fn hold(&self, lease: &Lease) -> CancellationToken {
        let token = CancellationToken::new();
        self.lock().insert(lease.clone(), token.clone());
        token
    }

    pub(crate) fn release(&self, lease: &Lease) {
        self.lock().remove(lease);
    }

    pub(crate) fn all(&self) -> Vec<Lease> {
        self.lock().keys().cloned().collect()
    }

    pub(crate) fn cancel<'l>(&self, lost: impl IntoIterator<Item = &'l Lease>) {
        let held = self.lock();
        for lease in lost {
            if let Some(token) = held.get(lease) {
                token.cancel();
            }
        }
    }

    pub(crate) fn cancel_task(&self, task: TaskId) {
        let held = self.lock();
        for (lease, token) in held.iter() {
            if lease.task == task {
                token.cancel();
            }
        }
    }

    pub(crate) fn cancel_all(&self) {
        self.lock().values().for_each(CancellationToken::cancel);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Lease, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
