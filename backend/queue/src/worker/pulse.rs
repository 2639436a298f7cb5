//! The heartbeat that keeps leases alive, and the sweep for those that ended.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Lane;
use crate::queue::Queue;

/// Renews all leases of the process three times in a lease's life, and stops
/// the work whose lease is lost.
///
/// When no renewal succeeded for two thirds of that life, all work is stopped:
/// another worker is about to take it over.
pub(super) async fn beat(queue: Queue) {
    let ttl = queue.terms().ttl;
    let mut ticks = every(ttl / 3);
    let mut last_success = Instant::now();
    loop {
        ticks.tick().await;
        // A connection that hangs must not take the decision from us.
        match timeout(ttl / 3, renew(&queue)).await {
            Ok(true) => last_success = Instant::now(),
            Ok(false) | Err(_) if last_success.elapsed() >= ttl * 2 / 3 => {
                tracing::error!("No heartbeat for too long; all work is stopped");
                queue.held().cancel_all();
            }
            Ok(false) | Err(_) => {}
        }
    }
}

async fn renew(queue: &Queue) -> bool {
    match queue.renew(queue.held().all()).await {
        Ok(lost) => {
            queue.held().cancel(&lost);
            true
        }
        Err(error) => {
            tracing::warn!(%error, "Could not renew the leases: {error}");
            false
        }
    }
}

/// Puts tasks back whose worker has gone silent.
pub(super) async fn sweep(queue: Queue, lanes: Vec<Lane>) {
    let mut ticks = every(queue.terms().ttl / 3);
    loop {
        ticks.tick().await;
        for lane in &lanes {
            match queue.reap(&lane.name, &lane.handler).await {
                Ok(0) => {}
                Ok(found) => {
                    tracing::warn!(lane = lane.name, "Took {found} tasks over from silent workers");
                }
                Err(error) => {
                    tracing::warn!(lane = lane.name, %error, "Could not look for silent workers: {error}");
                }
            }
        }
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
