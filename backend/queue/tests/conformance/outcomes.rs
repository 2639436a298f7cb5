//! How a task may come out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use boothline_queue::{
    BoxError, Handler, LaneLimits, QueueError, Running, Setback, State, Task, Worker, enqueue,
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use tokio_util::sync::CancellationToken;

use crate::site::{LANE, Recorder, Site, chore};

pub(crate) async fn a_failed_attempt_waits_longer_each_time_and_the_last_one_kills(
    site: &Site,
) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1).max_attempts(4)).await?.id();
    for attempt in 1_u32..4 {
        let leased = process.claim_one().await?;
        assert_eq!(leased.task.attempt, attempt);
        process.settle(&leased, Err(Setback::retry("no paper"))).await?;

        let back = process.task(id).await?;
        let cap = Duration::from_secs(2_u64.pow(attempt));
        let pause = back.run_at.since(site.clock_now());
        assert!(pause >= cap / 2 && pause <= cap, "{pause:?} after {attempt}");
        assert_eq!(back.last_error.as_deref(), Some("no paper"));
        site.clock.advance(pause);
    }
    let last = process.claim_one().await?;
    process
        .settle(&last, Err(Setback::retry("still no paper")))
        .await?;
    let dead = process.task(id).await?;
    assert_eq!((dead.state, dead.attempt), (State::Dead, 4));
    assert_eq!(process.obituaries().await?, [(id.0, "still no paper".to_owned())]);
    Ok(())
}

pub(crate) async fn retry_after_waits_as_told_and_counts(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1).max_attempts(2)).await?.id();
    let told = || Setback::RetryAfter {
        wait: Duration::from_secs(77),
        reason: "busy".to_owned(),
    };
    process.settle(&process.claim_one().await?, Err(told())).await?;
    let back = process.task(id).await?;
    assert_eq!((back.run_at, back.attempt), (site.after(77), 1));

    site.advance(77);
    process.settle(&process.claim_one().await?, Err(told())).await?;
    assert_eq!(process.task(id).await?.state, State::Dead);
    Ok(())
}

pub(crate) async fn a_snooze_does_not_count(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1).max_attempts(1)).await?.id();
    for _ in 0..5 {
        let leased = process.claim_one().await?;
        let wait = Duration::from_secs(60);
        process.settle(&leased, Err(Setback::Snooze { wait })).await?;
        let back = process.task(id).await?;
        assert_eq!((back.state, back.attempt), (State::Ready, 0));
        assert_eq!(back.run_at, site.after(60));
        site.advance(60);
    }
    Ok(())
}

pub(crate) async fn a_final_failure_is_dead_at_once_with_its_reason(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let leased = process.claim_one().await?;
    process
        .settle(&leased, Err(Setback::fail("not a picture")))
        .await?;
    let dead = process.task(id).await?;
    assert_eq!((dead.state, dead.attempt), (State::Dead, 1));
    assert_eq!(dead.finished_at, Some(site.clock_now()));
    assert_eq!(process.obituaries().await?, [(id.0, "not a picture".to_owned())]);
    Ok(())
}

pub(crate) async fn a_crash_counts_as_attempt_and_as_crash(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1).max_attempts(50)).await?.id();
    let crashed = || Setback::Crashed {
        reason: "index out of bounds".to_owned(),
    };
    for crash in 1..5 {
        process
            .settle(&process.claim_one().await?, Err(crashed()))
            .await?;
        let back = process.task(id).await?;
        assert_eq!((back.attempt, back.crashes), (crash, crash));
        site.advance(100);
    }
    process
        .settle(&process.claim_one().await?, Err(crashed()))
        .await?;
    assert_eq!(process.task(id).await?.state, State::Dead);
    assert_eq!(process.obituaries().await?.len(), 1);
    Ok(())
}

pub(crate) async fn an_unrecordable_death_leaves_the_task_running(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let leased = process.claim_one().await?;
    let application = Arc::new(Recorder::default());
    application.refuses.store(true, Ordering::SeqCst);
    let fail = Err(Setback::fail("never"));
    let refused = process.queue.settle(&leased, fail.clone(), application.clone());
    assert!(matches!(refused.await, Err(QueueError::Hook { task, .. }) if task == id));
    assert_eq!(process.task(id).await?.state, State::Running);

    application.refuses.store(false, Ordering::SeqCst);
    process.queue.settle(&leased, fail, application).await?;
    assert_eq!(process.obituaries().await?.len(), 1);
    Ok(())
}

pub(crate) async fn the_same_result_may_be_given_twice(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let leased = process.claim_one().await?;
    process.settle(&leased, Ok(())).await?;
    let finished = process.task(id).await?;
    site.advance(1);
    process.settle(&leased, Ok(())).await?;
    assert_eq!(process.task(id).await?, finished);
    Ok(())
}

/// Saves what it has done so far, and fails until it has done three steps.
struct Steps(CancellationToken);

#[async_trait]
impl Handler for Steps {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let done: u32 = running.checkpoint()?.unwrap_or(0) + 1;
        running.save_checkpoint(&done).await?;
        if done == 3 {
            self.0.cancel();
            return Ok(());
        }
        Err(Setback::RetryAfter {
            wait: Duration::ZERO,
            reason: "not yet".to_owned(),
        })
    }

    async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
        Ok(())
    }
}

pub(crate) async fn a_checkpoint_is_there_for_the_next_attempt(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let stop = CancellationToken::new();
    Worker::new(process.queue.clone())
        .lane(LANE, 1, LaneLimits::default(), Arc::new(Steps(stop.clone())))
        .run(stop)
        .await?;
    let done = process.task(id).await?;
    assert_eq!((done.state, done.attempt), (State::Done, 3));
    assert_eq!(done.checkpoint, Some(3.into()));
    Ok(())
}

/// Records its effect and enqueues the next task together with its end; rolls
/// all of it back the first time.
struct Chain {
    db: sea_orm::DatabaseConnection,
    rolled_back: AtomicBool,
    stop: CancellationToken,
}

impl Chain {
    async fn link(&self, running: &Running, number: u32) -> Result<(), Setback> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self
            .db
            .begin_with_options(options)
            .await
            .map_err(Setback::retry)?;
        let effect = Statement::from_sql_and_values(
            tx.get_database_backend(),
            "INSERT INTO effects (task) VALUES ($1)",
            [i64::from(number).into()],
        );
        tx.execute_raw(effect).await.map_err(Setback::retry)?;
        running.finish_in(&tx).await?;
        if number < 3 {
            enqueue(&tx, chore(number + 1), running.now()).await?;
        }
        if !self.rolled_back.swap(true, Ordering::SeqCst) {
            tx.rollback().await.map_err(Setback::retry)?;
            return Err(Setback::Snooze { wait: Duration::ZERO });
        }
        tx.commit().await.map_err(Setback::retry)
    }
}

#[async_trait]
impl Handler for Chain {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let number = running.payload()?;
        self.link(running, number).await?;
        if number == 3 {
            self.stop.cancel();
        }
        Ok(())
    }

    async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
        Ok(())
    }
}

pub(crate) async fn a_handler_finishes_its_task_with_its_own_rows_or_not_at_all(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let first = process.put(chore(1)).await?.id();
    let stop = CancellationToken::new();
    let chain = Chain {
        db: process.db.clone(),
        rolled_back: AtomicBool::new(false),
        stop: stop.clone(),
    };
    Worker::new(process.queue.clone())
        .lane(LANE, 1, LaneLimits::default(), Arc::new(chain))
        .poll(Duration::from_secs(3600))
        .run(stop)
        .await?;
    assert_eq!(process.effects().await?, [1, 2, 3]);
    assert_eq!(process.task(first).await?.state, State::Done);
    assert!(process.claim().await?.is_empty());
    Ok(())
}
