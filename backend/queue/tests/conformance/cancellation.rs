//! Callers that go away in the middle of a call.

use std::future::poll_fn;
use std::task::Poll;

use anyhow::Result;
use boothline_queue::Setback;
use sea_orm::{ConnectionTrait, Statement};

use crate::site::{LANE, Site, chore, recorder};

/// Polls the future so often and then drops it, as a web server does when a
/// guest closes the page.
async fn drop_after<F: Future>(polls: u32, future: F) {
    let mut future = std::pin::pin!(future);
    for _ in 0..polls {
        let ended = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ended {
            return;
        }
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn a_dropped_caller_leaves_no_transaction_behind(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let witness = site.process("b").await?;
    let id = process.put(chore(0)).await?.id();
    let leased = process.claim_one().await?;
    for polls in 0..60 {
        let queue = &process.queue;
        drop_after(polls, queue.claim(LANE, 1)).await;
        drop_after(polls, queue.pause(LANE)).await;
        drop_after(polls, queue.renew(vec![leased.lease.clone()])).await;
        drop_after(
            polls,
            queue.settle(&leased, Err(Setback::Interrupted), recorder()),
        )
        .await;
        drop_after(polls, queue.resume(LANE)).await;

        // A poisoned connection would keep this write to itself.
        let note = format!("INSERT INTO effects (task) VALUES ({polls})");
        process.db.execute_unprepared(&note).await?;
        let count = Statement::from_string(
            witness.db.get_database_backend(),
            format!("SELECT task FROM effects WHERE task = {polls}"),
        );
        let seen = witness.db.query_all_raw(count).await?;
        assert_eq!(seen.len(), 1, "a write after {polls} polls is not there");
    }
    assert!(process.task(id).await?.attempt <= 60);
    Ok(())
}
