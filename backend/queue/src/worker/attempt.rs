//! One attempt at one task: run the handler, write down how it came out.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::error::QueueError;
use crate::handler::{Handler, Running};
use crate::lease::Leased;
use crate::queue::Queue;
use crate::setback::Setback;

/// How often a result is offered to a database that does not answer; the pauses
/// between are 100 ms, doubling: about 13 s in all, less than a lease.
const WRITES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn make(
    queue: Queue,
    leased: Leased,
    cancelled: CancellationToken,
    handler: Arc<dyn Handler>,
) {
    let running = Running::new(queue.clone(), leased.clone(), cancelled);
    let result = run(&*handler, &running).await;
    settle(&queue, &leased, result, &handler).await;
    // Only now: until the result is written the lease must be kept alive.
    queue.held().release(&leased.lease);
}

async fn run(handler: &dyn Handler, running: &Running) -> Result<(), Setback> {
    // The handler's state after a panic is the application's own concern; here
    // nothing of it is looked at again.
    match AssertUnwindSafe(handler.run(running)).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => Err(Setback::Crashed {
            reason: format!("The handler panicked: {}", message(&*panic)),
        }),
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

async fn settle(queue: &Queue, leased: &Leased, result: Result<(), Setback>, handler: &Arc<dyn Handler>) {
    let id = leased.task.id;
    log(leased, &result);
    for write in 0..WRITES {
        match queue.settle(leased, result.clone(), handler.clone()).await {
            Ok(()) => return,
            Err(QueueError::LeaseLost(_)) => {
                tracing::warn!(task.id = %id, "Dropped the result of task {id}: its lease is lost");
                return;
            }
            Err(error) => {
                tracing::warn!(task.id = %id, %error, "Could not write down task {id}: {error}");
            }
        }
        tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(write)).await;
    }
    tracing::error!(task.id = %id, "Gave up writing down task {id}; it will run again");
}

fn log(leased: &Leased, result: &Result<(), Setback>) {
    let (id, kind) = (leased.task.id, &leased.task.kind);
    match result {
        Ok(()) => tracing::debug!(task.id = %id, "Did {kind} task {id}"),
        Err(Setback::Crashed { reason }) => {
            tracing::error!(task.id = %id, reason, "Crashed in {kind} task {id}: {reason}");
        }
        Err(Setback::Fail { reason }) => {
            tracing::warn!(task.id = %id, reason, "Gave up {kind} task {id}: {reason}");
        }
        Err(setback) => tracing::info!(task.id = %id, ?setback, "Put {kind} task {id} back"),
    }
}
