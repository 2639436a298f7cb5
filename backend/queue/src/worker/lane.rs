//! One lane's loop: wait for a free place, claim, run, sleep until there is news.

use std::time::Duration;

use boothline_domain::clock::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Lane, Shutdown, attempt};
use crate::claim::Claim;
use crate::queue::Queue;

/// Between two looks while the database is out of reach.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn serve(queue: Queue, lane: Lane, poll: Duration, shutdown: Shutdown) {
    let mut bell = queue.bell().listen(&lane.name);
    let mut running = JoinSet::new();
    while !shutdown.stop.is_cancelled() {
        // Before the look: news that come while we look ring the bell again.
        bell.mark_unchanged();
        let nap = match look(&queue, &lane, &mut running).await {
            Look::Full => None,
            Look::Took => continue,
            Look::Nothing(again) => Some(until(again, poll, queue.now())),
        };
        wait(&mut running, &mut bell, nap, &shutdown).await;
    }
    finish(running, &shutdown).await;
}

/// What a look into the lane brought.
enum Look {
    /// There was no free place to look for.
    Full,
    /// At least one task.
    Took,
    /// None; the lane says when to look again, if it knows.
    Nothing(Next),
}

#[derive(Clone, Copy)]
enum Next {
    At(Option<Timestamp>),
    In(Duration),
}

async fn look(queue: &Queue, lane: &Lane, running: &mut JoinSet<()>) -> Look {
    while running.try_join_next().is_some() {}
    let free = lane.concurrency.saturating_sub(running.len());
    if free == 0 {
        return Look::Full;
    }
    match queue.claim(&lane.name, free as u64).await {
        Ok(Claim { tasks, look_again }) if tasks.is_empty() => Look::Nothing(Next::At(look_again)),
        Ok(claim) => {
            for leased in claim.tasks {
                let cancelled = queue.held().hold(&leased.lease);
                let handler = lane.handler.clone();
                running.spawn(attempt::make(queue.clone(), leased, cancelled, handler));
            }
            Look::Took
        }
        Err(error) => {
            tracing::warn!(lane = lane.name, %error, "Could not claim: {error}");
            Look::Nothing(Next::In(DATABASE_PAUSE))
        }
    }
}

fn until(next: Next, poll: Duration, now: Timestamp) -> Duration {
    let wait = match next {
        Next::At(Some(at)) => at.since(now),
        Next::At(None) => poll,
        Next::In(wait) => wait,
    };
    std::cmp::min(wait, poll)
}

/// Until a place is free, the bell rings, the nap is over, or the end.
async fn wait(
    running: &mut JoinSet<()>,
    bell: &mut watch::Receiver<()>,
    nap: Option<Duration>,
    shutdown: &Shutdown,
) {
    let nap_over = async {
        match nap {
            Some(nap) => tokio::time::sleep(nap).await,
            // Full: only a free place helps.
            None => std::future::pending().await,
        }
    };
    let rung = async {
        // The sender lives in the queue we hold, so this cannot fail.
        if nap.is_none() || bell.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = shutdown.stop.cancelled() => {}
        Some(_) = running.join_next() => {}
        () = nap_over => {}
        () = rung => {}
    }
}

async fn finish(mut running: JoinSet<()>, shutdown: &Shutdown) {
    tokio::select! {
        () = shutdown.abandon.cancelled() => running.shutdown().await,
        () = async { while running.join_next().await.is_some() {} } => {}
    }
}
