//! What operators and the application change and see.

use std::time::Duration;

use anyhow::Result;
use boothline_queue::{
    Cancelled, NewTask, Pause, QueueError, Setback, State, TaskFilter, TaskId, cancel, cancel_key, enqueue,
    lane_reports, list_tasks, purge_finished, reprioritise, retry_dead,
};

use crate::site::{LANE, Process, Site, chore};

async fn dead(process: &Process, task: NewTask) -> Result<TaskId> {
    let id = process.put(task).await?.id();
    let leased = process.claim_one().await?;
    process.settle(&leased, Err(Setback::fail("torn paper"))).await?;
    Ok(id)
}

pub(crate) async fn cancelling_finds_tasks_by_id_and_by_key(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let now = site.clock_now();
    let waiting = process.put(chore(1)).await?.id();
    assert_eq!(
        cancel(&process.db, waiting, now).await?,
        Cancelled::Waiting(waiting)
    );
    assert_eq!(cancel(&process.db, waiting, now).await?, Cancelled::Nothing);
    assert_eq!(cancel(&process.db, TaskId(404), now).await?, Cancelled::Nothing);

    let running = process.put(chore(2).unique("two")).await?.id();
    process.claim_one().await?;
    let found = cancel_key(&process.db, "two", now).await?;
    assert_eq!(found, Cancelled::Running(running));
    let next = process.put(chore(2).unique("two")).await?;
    assert_ne!(next.id(), running, "the key is free again");

    let tx = process.begin().await?;
    let kept = enqueue(&tx, chore(3), now).await?.id();
    tx.commit().await?;
    let tx = process.begin().await?;
    cancel(&tx, kept, now).await?;
    tx.rollback().await?;
    assert_eq!(process.task(kept).await?.state, State::Ready);
    Ok(())
}

pub(crate) async fn only_waiting_tasks_change_priority(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    process.put(chore(1)).await?;
    let second = process.put(chore(2)).await?.id();
    assert!(reprioritise(&process.db, second, -5).await?);
    let first = process.claim_one().await?;
    assert_eq!(first.task.id, second);
    assert!(!reprioritise(&process.db, second, 9).await?);
    assert!(!reprioritise(&process.db, TaskId(404), 9).await?);
    Ok(())
}

pub(crate) async fn a_dead_task_starts_afresh_with_its_checkpoint(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let id = dead(&process, chore(1)).await?;
    site.advance(1000);
    retry_dead(&process.db, id, site.clock_now()).await?;
    let again = process.claim_one().await?;
    assert_eq!((again.task.id, again.task.attempt), (id, 1));
    assert_eq!(again.task.last_error.as_deref(), Some("torn paper"));

    let running = retry_dead(&process.db, id, site.clock_now()).await;
    let state = State::Running;
    assert!(matches!(running, Err(QueueError::NotDead { state: found, .. }) if found == state));
    let unknown = retry_dead(&process.db, TaskId(404), site.clock_now()).await;
    assert!(matches!(unknown, Err(QueueError::UnknownTask(TaskId(404)))));
    Ok(())
}

pub(crate) async fn a_dead_task_does_not_push_out_the_holder_of_its_key(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let old = dead(&process, chore(1).unique("k")).await?;
    let new = process.put(chore(1).unique("k")).await?.id();
    let refused = retry_dead(&process.db, old, site.clock_now()).await;
    assert!(matches!(refused, Err(QueueError::KeyTaken { holder, .. }) if holder == new));
    Ok(())
}

pub(crate) async fn old_finished_tasks_are_cleared_and_dead_ones_kept(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let dead = dead(&process, chore(0)).await?;
    for number in 1..4 {
        process.put(chore(number)).await?;
        process.settle(&process.claim_one().await?, Ok(())).await?;
        site.advance(10);
    }
    let waiting = process.put(chore(4)).await?.id();
    let cutoff = site.clock_now();
    assert_eq!(purge_finished(&process.db, cutoff, 2).await?, 2);
    assert_eq!(purge_finished(&process.db, cutoff, 2).await?, 1);
    assert_eq!(purge_finished(&process.db, cutoff, 2).await?, 0);
    assert_eq!(process.task(dead).await?.state, State::Dead);
    assert_eq!(process.task(waiting).await?.state, State::Ready);
    Ok(())
}

pub(crate) async fn the_report_tells_depth_age_and_reasons(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    dead(&process, chore(0)).await?;
    process.put(chore(1)).await?;
    process.settle(&process.claim_one().await?, Ok(())).await?;
    process.put(chore(2)).await?;
    process.claim_one().await?;
    let since = site.clock_now();
    process.put(chore(3)).await?;
    site.advance(40);
    process.put(chore(4)).await?;
    process.put(chore(5).not_before(site.after(9))).await?;
    process.put(NewTask::new("chore", "undeclared", &6)?).await?;
    let until = Pause::Until(site.after(100));
    process.queue.block(LANE, until, "no paper").await?;

    let reports = lane_reports(&process.db, site.clock_now()).await?;
    let names: Vec<_> = reports.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, [LANE, "undeclared"]);
    let lane = &reports[0];
    let depth = lane.depth;
    assert_eq!((depth.waiting, depth.scheduled, depth.running), (2, 1, 1));
    assert_eq!((depth.done, depth.dead, depth.cancelled), (1, 1, 0));
    assert_eq!(lane.oldest_waiting, Some(since));
    let blocked = lane.blocked.clone().expect("a block");
    assert_eq!(
        (blocked.until, blocked.reason.as_str()),
        (site.after(100), "no paper")
    );
    assert_eq!(reports[1].depth.waiting, 1);
    Ok(())
}

pub(crate) async fn pages_go_from_new_to_old(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    for number in 0..5 {
        process.put(chore(number)).await?;
        site.clock.advance(Duration::from_millis(1));
    }
    process.claim_one().await?;
    let mut filter = TaskFilter {
        lane: Some(LANE.to_owned()),
        kind: Some("chore".to_owned()),
        state: Some(State::Ready),
        before: None,
    };
    let mut seen = Vec::new();
    loop {
        let page = list_tasks(&process.db, &filter, 3).await?;
        let Some(last) = page.last() else { break };
        filter.before = Some(last.id);
        seen.extend(page.into_iter().map(|task| task.payload));
    }
    assert_eq!(seen, [4, 3, 2, 1]);
    Ok(())
}
