//! Leases: expiry, fencing, renewal, crashes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use boothline_queue::{Handler, QueueError, Setback, State, cancel};

use crate::site::{LANE, Process, Recorder, Site, chore, recorder};

pub(crate) async fn an_expired_lease_goes_to_another_worker_and_the_first_can_write_nothing(
    site: &Site,
) -> Result<()> {
    let slow = site.process("slow").await?;
    let other = site.process("other").await?;
    let id = slow.put(chore(1)).await?.id();
    let stale = slow.claim_one().await?;
    site.advance(29);
    assert_eq!(other.queue.reap(LANE, &recorder()).await?, 0);
    site.advance(2);
    assert_eq!(other.queue.reap(LANE, &recorder()).await?, 1);

    let taken = other.claim_one().await?;
    assert_eq!((taken.task.attempt, taken.task.crashes), (1, 1));
    for late in [
        Ok(()),
        Err(Setback::fail("late")),
        Err(Setback::Interrupted),
        Err(Setback::Snooze {
            wait: std::time::Duration::ZERO,
        }),
    ] {
        let answer = slow.settle(&stale, late).await;
        assert!(matches!(answer, Err(QueueError::LeaseLost(task)) if task == id));
    }
    let lost = slow.queue.renew(vec![stale.lease.clone()]).await?;
    assert_eq!(lost, std::slice::from_ref(&stale.lease));
    slow.queue.give_back(vec![stale.lease]).await?;
    assert_eq!(slow.task(id).await?.state, State::Running);

    other.settle(&taken, Ok(())).await?;
    assert_eq!(slow.task(id).await?.state, State::Done);
    assert_eq!(slow.obituaries().await?, []);
    Ok(())
}

pub(crate) async fn a_renewed_lease_is_not_taken_over(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let other = site.process("b").await?;
    for number in 0..5 {
        process.put(chore(number)).await?;
    }
    let held = process.claim().await?;
    let leases: Vec<_> = held.iter().map(|leased| leased.lease.clone()).collect();
    for _ in 0..5 {
        site.advance(20);
        assert_eq!(process.queue.renew(leases.clone()).await?, []);
        assert_eq!(other.queue.reap(LANE, &recorder()).await?, 0);
    }
    for leased in &held {
        process.settle(leased, Ok(())).await?;
    }
    Ok(())
}

pub(crate) async fn a_restarted_worker_takes_back_its_own_work_only(site: &Site) -> Result<()> {
    let booth = site.process("booth").await?;
    let other = site.process("other").await?;
    let mine = booth.put(chore(1)).await?.id();
    let before = booth.claim_one().await?;
    let theirs = booth.put(chore(2)).await?.id();
    other.claim_one().await?;

    let restarted = site.process("booth").await?;
    assert_eq!(restarted.queue.take_back(LANE, &recorder()).await?, 1);
    assert_eq!(restarted.task(theirs).await?.state, State::Running);
    let again = restarted.claim_one().await?;
    assert_eq!(
        (again.task.id, again.task.attempt, again.task.crashes),
        (mine, 1, 1)
    );
    let late = booth.settle(&before, Ok(())).await;
    assert!(matches!(late, Err(QueueError::LeaseLost(_))));
    Ok(())
}

/// Claims the task and lets its lease run out, so often.
async fn crash(site: &Site, process: &Process, times: u32) -> Result<()> {
    for _ in 0..times {
        process.claim_one().await?;
        site.advance(31);
        process.queue.reap(LANE, &recorder()).await?;
    }
    Ok(())
}

pub(crate) async fn too_many_crashes_kill_the_task_and_the_application_hears_it(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    crash(site, &process, 4).await?;
    assert_eq!(process.task(id).await?.state, State::Ready);
    assert_eq!(process.obituaries().await?, []);

    crash(site, &process, 1).await?;
    let dead = process.task(id).await?;
    assert_eq!((dead.state, dead.crashes), (State::Dead, 5));
    let reason = "Its worker stopped 5 times while working on it";
    assert_eq!(dead.last_error.as_deref(), Some(reason));
    assert_eq!(process.obituaries().await?, [(id.0, reason.to_owned())]);
    Ok(())
}

pub(crate) async fn a_death_the_application_cannot_record_does_not_happen(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    crash(site, &process, 4).await?;
    process.claim_one().await?;
    site.advance(31);

    let application = Arc::new(Recorder::default());
    let handler: Arc<dyn Handler> = application.clone();
    application.refuses.store(true, Ordering::SeqCst);
    assert_eq!(process.queue.reap(LANE, &handler).await?, 0);
    let waiting = process.task(id).await?;
    assert_eq!((waiting.state, waiting.crashes), (State::Running, 4));
    assert_eq!(process.obituaries().await?, [], "rolled back with the death");

    application.refuses.store(false, Ordering::SeqCst);
    assert_eq!(process.queue.reap(LANE, &handler).await?, 1);
    assert_eq!(process.task(id).await?.state, State::Dead);
    assert_eq!(process.obituaries().await?.len(), 1);
    Ok(())
}

pub(crate) async fn one_unrecordable_death_does_not_hold_up_the_others(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    process.put(chore(1)).await?;
    crash(site, &process, 4).await?;
    let healthy = process.put(chore(2)).await?.id();
    assert_eq!(process.claim().await?.len(), 2);
    site.advance(31);

    let application = Arc::new(Recorder::default());
    application.refuses.store(true, Ordering::SeqCst);
    let handler: Arc<dyn Handler> = application;
    assert_eq!(process.queue.reap(LANE, &handler).await?, 1);
    assert_eq!(process.task(healthy).await?.state, State::Ready);
    Ok(())
}

pub(crate) async fn work_given_back_costs_no_attempt(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let leased = process.claim_one().await?;
    process.queue.give_back(vec![leased.lease]).await?;
    let back = process.task(id).await?;
    assert_eq!((back.state, back.attempt, back.crashes), (State::Ready, 0, 0));
    assert_eq!(process.claim_one().await?.task.attempt, 1);
    Ok(())
}

pub(crate) async fn a_cancelled_task_is_lost_to_its_worker(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = process.put(chore(1)).await?.id();
    let leased = process.claim_one().await?;
    cancel(&process.db, id, site.clock_now()).await?;

    let lost = process.queue.renew(vec![leased.lease.clone()]).await?;
    assert_eq!(lost, std::slice::from_ref(&leased.lease));
    let late = process.settle(&leased, Ok(())).await;
    assert!(matches!(late, Err(QueueError::LeaseLost(_))));
    assert_eq!(process.task(id).await?.state, State::Cancelled);
    Ok(())
}
