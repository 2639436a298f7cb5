//! The worker: waking, stopping, surviving.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use boothline_queue::{
    BoxError, Handler, LaneLimits, QueueError, Running, Setback, State, Task, Worker, cancel,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::site::{Call, LANE, Process, Site, chore, puppet};

const NEVER: Duration = Duration::from_secs(3600);

/// A worker at work, with the strings of its puppet.
struct AtWork {
    calls: UnboundedReceiver<Call>,
    stop: CancellationToken,
    end: JoinHandle<Result<(), QueueError>>,
}

impl AtWork {
    #[expect(
        clippy::disallowed_methods,
        reason = "owned by the test, which stops it and awaits its end"
    )]
    fn start(process: &Process, set: impl FnOnce(Worker) -> Worker) -> Self {
        let (handler, calls) = puppet();
        let stop = CancellationToken::new();
        let worker = Worker::new(process.queue.clone())
            .lane(LANE, 2, LaneLimits::default(), handler)
            .poll(NEVER);
        let end = tokio::spawn(set(worker).run(stop.clone()));
        Self { calls, stop, end }
    }

    async fn call(&mut self) -> Result<Call> {
        self.calls.recv().await.context("a call of the handler")
    }

    async fn stop(self) -> Result<()> {
        self.stop.cancel();
        Ok(self.end.await??)
    }
}

fn answer(call: Call, result: Result<(), Setback>) {
    assert!(call.answer.send(result).is_ok(), "the handler waits");
}

pub(crate) async fn a_commit_wakes_the_worker_without_polling(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let mut worker = AtWork::start(&process, |worker| worker);
    for number in 0..20 {
        process.put(chore(number)).await?;
        process.queue.wake();
        let call = worker.call().await?;
        assert_eq!(call.task.payload, number);
        answer(call, Ok(()));
    }
    worker.stop().await
}

pub(crate) async fn another_process_is_heard_or_polled(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let other = site.process("b").await?;
    // SQLite has nobody to tell us; PostgreSQL notifies, so it need not poll.
    let poll = match process.is_postgres() {
        true => NEVER,
        false => Duration::from_millis(20),
    };
    let mut worker = AtWork::start(&process, |worker| worker.poll(poll));
    for number in 0..10 {
        other.put(chore(number)).await?;
        let call = worker.call().await?;
        assert_eq!(call.task.payload, number);
        answer(call, Ok(()));
    }
    other.queue.pause(LANE).await?;
    other.put(chore(10)).await?;
    other.queue.resume(LANE).await?;
    answer(worker.call().await?, Ok(()));
    worker.stop().await
}

pub(crate) async fn a_task_is_started_when_its_time_comes(site: &Site) -> Result<()> {
    let process = site.live_process("a").await?;
    let mut worker = AtWork::start(&process, |worker| worker);
    let soon = process.queue.now().plus(Duration::from_millis(150));
    process.put(chore(1).not_before(soon)).await?;
    process.queue.wake();
    let call = worker.call().await?;
    assert!(process.queue.now() >= soon);
    answer(call, Ok(()));
    worker.stop().await
}

pub(crate) async fn a_freed_place_is_filled(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    for number in 0..4 {
        process.put(chore(number)).await?;
    }
    let mut worker = AtWork::start(&process, |worker| worker);
    let first = worker.call().await?;
    let second = worker.call().await?;
    assert!(worker.calls.try_recv().is_err(), "two at a time");
    answer(second, Ok(()));
    let third = worker.call().await?;
    assert_eq!(third.task.payload, 2);
    answer(first, Ok(()));
    answer(worker.call().await?, Ok(()));
    answer(third, Ok(()));
    worker.stop().await?;
    assert!(process.claim().await?.is_empty());
    Ok(())
}

pub(crate) async fn a_shutdown_waits_for_the_work_to_end(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let mut worker = AtWork::start(&process, |worker| worker);
    let call = worker.call().await?;
    worker.stop.cancel();
    process.put(chore(2)).await?;
    process.queue.wake();
    answer(call, Ok(()));
    worker.stop().await?;
    assert_eq!(process.task(id).await?.state, State::Done);
    assert_eq!(process.claim().await?.len(), 1, "nothing new was begun");
    Ok(())
}

pub(crate) async fn a_shutdown_without_grace_gives_work_back(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let mut worker = AtWork::start(&process, |worker| worker.grace(Duration::ZERO));
    let call = worker.call().await?;
    worker.stop().await?;
    assert!(call.cancelled.is_cancelled());
    let back = process.task(id).await?;
    assert_eq!((back.state, back.attempt, back.crashes), (State::Ready, 0, 0));
    Ok(())
}

/// Never ends and never listens.
struct Deaf(CancellationToken);

#[async_trait]
impl Handler for Deaf {
    async fn run(&self, _: &Running) -> Result<(), Setback> {
        self.0.cancel();
        std::future::pending().await
    }

    async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
        Ok(())
    }
}

pub(crate) async fn a_handler_deaf_to_the_shutdown_is_left_behind(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let stop = CancellationToken::new();
    Worker::new(process.queue.clone())
        .lane(LANE, 1, LaneLimits::default(), Arc::new(Deaf(stop.clone())))
        .grace(Duration::ZERO)
        .run(stop)
        .await?;
    let back = process.task(id).await?;
    assert_eq!((back.state, back.attempt, back.crashes), (State::Ready, 0, 0));
    Ok(())
}

/// Panics on the first task and stops the worker on the second.
struct Clumsy(CancellationToken);

#[async_trait]
impl Handler for Clumsy {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let number: u32 = running.payload()?;
        assert_ne!(number, 1, "dropped the plate");
        self.0.cancel();
        Ok(())
    }

    async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
        Ok(())
    }
}

pub(crate) async fn a_panicking_handler_costs_one_attempt_and_not_the_worker(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let broken = process.put(chore(1)).await?.id();
    let sound = process.put(chore(2)).await?.id();
    let stop = CancellationToken::new();
    Worker::new(process.queue.clone())
        .lane(LANE, 1, LaneLimits::default(), Arc::new(Clumsy(stop.clone())))
        .run(stop)
        .await?;
    assert_eq!(process.task(sound).await?.state, State::Done);
    let back = process.task(broken).await?;
    assert_eq!((back.state, back.attempt, back.crashes), (State::Ready, 1, 1));
    let reason = back.last_error.unwrap_or_default();
    assert!(reason.contains("dropped the plate"), "{reason}");
    Ok(())
}

pub(crate) async fn a_running_worker_takes_over_from_a_silent_one(site: &Site) -> Result<()> {
    let silent = site.live_process("silent").await?;
    let process = site.live_process("a").await?;
    let id = silent.put(chore(1)).await?.id();
    silent.claim_one().await?;
    let mut worker = AtWork::start(&process, |worker| worker);
    let call = worker.call().await?;
    assert_eq!((call.task.id, call.task.crashes), (id, 1));
    answer(call, Ok(()));
    worker.stop().await
}

pub(crate) async fn a_lost_lease_stops_its_handler(site: &Site) -> Result<()> {
    let process = site.live_process("a").await?;
    let other = site.process("b").await?;
    let id = process.put(chore(1)).await?.id();
    let mut worker = AtWork::start(&process, |worker| worker);
    let call = worker.call().await?;
    cancel(&other.db, id, site.clock_now()).await?;
    call.cancelled.cancelled().await;
    worker.stop().await?;
    assert_eq!(other.task(id).await?.state, State::Cancelled);
    Ok(())
}

pub(crate) async fn an_interrupted_task_stops_at_once(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let mut worker = AtWork::start(&process, |worker| worker);
    let call = worker.call().await?;
    cancel(&process.db, id, site.clock_now()).await?;
    process.queue.interrupt(id);
    call.cancelled.cancelled().await;
    worker.stop().await
}

pub(crate) async fn work_stops_when_no_heartbeat_gets_through(site: &Site) -> Result<()> {
    let process = site.live_process("a").await?;
    process.put(chore(1)).await?;
    let mut worker = AtWork::start(&process, |worker| worker);
    let call = worker.call().await?;
    let hide = "ALTER TABLE tasks RENAME TO hidden";
    process.db.execute_unprepared(hide).await?;
    call.cancelled.cancelled().await;
    let show = "ALTER TABLE hidden RENAME TO tasks";
    process.db.execute_unprepared(show).await?;
    worker.stop().await
}
