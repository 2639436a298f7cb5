//! The application's side: what is done with a task.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use boothline_domain::clock::Timestamp;

use crate::error::{BoxError, QueueError};
use crate::lease::{Lease, Leased};
use crate::queue::Queue;
use crate::setback::Setback;
use crate::settle;
use crate::task::Task;

/// Does the work of a lane.
///
/// A task may run more than once: a worker can be killed between the work and
/// the note that it is done. So work twice must equal work once, or the effect
/// must be in the transaction of [`Running::finish_in`].
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Works on one task. `Ok` finishes it, unless the handler has done so.
    ///
    /// The handler should watch [`Running::cancelled`] wherever it waits, and
    /// return [`Setback::Interrupted`] when it fires. It is not stopped from
    /// outside, except a while after that at the end of a shutdown.
    async fn run(&self, running: &Running) -> Result<(), Setback>;

    /// A task died: told inside the transaction that makes it dead, so that the
    /// application's own rows change with it. It may be called by another
    /// process than the one that ran the task, and again if the transaction
    /// fails. An error keeps the task from dying; it is then judged again.
    async fn dead(&self, task: &Task, reason: &str, tx: &DatabaseTransaction) -> Result<(), BoxError>;
}

/// A task at work, with what its handler may do about it.
#[derive(Clone, Debug)]
pub struct Running {
    queue: Queue,
    leased: Leased,
    cancelled: CancellationToken,
}

impl Running {
    pub(crate) const fn new(queue: Queue, leased: Leased, cancelled: CancellationToken) -> Self {
        Self {
            queue,
            leased,
            cancelled,
        }
    }

    /// The task as it was claimed.
    pub const fn task(&self) -> &Task {
        &self.leased.task
    }

    /// The lease it is worked on under.
    pub const fn lease(&self) -> &Lease {
        &self.leased.lease
    }

    /// Fires when the lease is lost, the task is cancelled, the database was
    /// out of reach for too long, or a shutdown has run out of patience.
    pub const fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    /// The payload. One that does not fit is [`QueueError::Json`], which `?`
    /// in a handler turns into a final failure.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, QueueError> {
        Ok(T::deserialize(&self.leased.task.payload)?)
    }

    /// The checkpoint that an earlier attempt saved.
    pub fn checkpoint<T: DeserializeOwned>(&self) -> Result<Option<T>, QueueError> {
        let saved = self.leased.task.checkpoint.as_ref();
        Ok(saved.map(T::deserialize).transpose()?)
    }

    /// Saves progress in a transaction of its own, for the next attempt. Do not
    /// call it while holding a transaction: on SQLite there is one writer.
    pub async fn save_checkpoint(&self, progress: &impl Serialize) -> Result<(), QueueError> {
        let progress = serde_json::to_value(progress)?;
        let lease = self.lease().clone();
        self.queue
            .write(move |tx| Box::pin(async move { settle::checkpoint(tx, &lease, progress).await }))
            .await
    }

    /// Saves progress in the caller's transaction.
    pub async fn save_checkpoint_in(
        &self,
        tx: &DatabaseTransaction,
        progress: &impl Serialize,
    ) -> Result<(), QueueError> {
        settle::checkpoint(tx, self.lease(), serde_json::to_value(progress)?).await
    }

    /// Finishes the task in the caller's transaction, together with the
    /// caller's own rows and the next task. On [`QueueError::LeaseLost`] roll
    /// back: somebody else does the work.
    ///
    /// Where other code cancels tasks while it holds a row of the application,
    /// lock that row before calling this, so that both lock in one order.
    pub async fn finish_in(&self, tx: &DatabaseTransaction) -> Result<(), QueueError> {
        settle::finish(tx, &self.leased, self.now()).await
    }

    /// The time by the queue's clock.
    pub fn now(&self) -> Timestamp {
        self.queue.now()
    }
}
