//! Putting tasks in.

use anyhow::Result;
use boothline_queue::{Enqueued, NewTask, State, enqueue, enqueue_many, find_task};

use crate::site::{LANE, Site, chore};

pub(crate) async fn a_rolled_back_task_never_was(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let tx = process.begin().await?;
    let task = enqueue(&tx, chore(1), site.clock_now()).await?.id();
    assert!(find_task(&tx, task).await?.is_some());
    tx.rollback().await?;

    assert!(find_task(&process.db, task).await?.is_none());
    assert!(process.claim().await?.is_empty());
    Ok(())
}

pub(crate) async fn a_committed_task_arrives_as_it_was_sent(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let sent = serde_json::json!({"job": 7, "words": ["ä", "\u{1f4f7}"], "none": null});
    let task = NewTask::new("render", LANE, &sent)?
        .priority(3)
        .max_attempts(2)
        .unique("render:7");
    let id = process.put(task).await?.id();

    let claimed = process.claim_one().await?;
    assert_eq!(claimed.lease.task(), id);
    let task = claimed.task;
    assert_eq!((task.kind.as_str(), task.payload), ("render", sent));
    assert_eq!((task.priority, task.max_attempts), (3, 2));
    assert_eq!(task.unique_key.as_deref(), Some("render:7"));
    assert_eq!((task.state, task.attempt, task.crashes), (State::Running, 1, 0));
    assert_eq!(task.worker.as_deref(), Some("a"));
    assert_eq!(task.created_at, site.clock_now());
    assert_eq!(task.lease_until, Some(site.after(30)));
    Ok(())
}

pub(crate) async fn a_taken_key_returns_its_holder_until_that_is_finished(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let keyed = || chore(1).unique("only");
    let first = process.put(keyed()).await?;
    assert!(matches!(first, Enqueued::New(_)));

    assert_eq!(process.put(keyed()).await?, Enqueued::Existing(first.id()));
    let leased = process.claim_one().await?;
    assert_eq!(process.put(keyed()).await?, Enqueued::Existing(first.id()));
    process.settle(&leased, Ok(())).await?;

    let second = process.put(keyed()).await?;
    assert!(matches!(second, Enqueued::New(id) if id != first.id()));
    Ok(())
}

pub(crate) async fn many_enqueues_of_one_key_at_once_make_one_task(site: &Site) -> Result<()> {
    let one = site.process("a").await?;
    let other = site.process("b").await?;
    let puts = (0..24).map(|number| {
        let process = if number % 2 == 0 { &one } else { &other };
        process.put(chore(number).unique("only"))
    });
    let enqueued = futures_util::future::try_join_all(puts).await?;

    let new = enqueued.iter().filter(|e| matches!(e, Enqueued::New(_)));
    assert_eq!(new.count(), 1);
    assert!(enqueued.iter().all(|e| e.id() == enqueued[0].id()));
    assert_eq!(one.claim().await?.len(), 1);
    Ok(())
}

pub(crate) async fn a_batch_answers_in_its_own_order(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let held = process.put(chore(900).unique("held")).await?.id();
    let mut batch: Vec<NewTask> = (0..1500).map(chore).collect();
    batch.insert(700, chore(900).unique("held"));
    batch.insert(10, chore(901).unique("free"));

    let tx = process.begin().await?;
    let enqueued = enqueue_many(&tx, batch, site.clock_now()).await?;
    tx.commit().await?;
    assert_eq!(enqueued.len(), 1502);
    assert_eq!(enqueued[701], Enqueued::Existing(held));
    for (place, number) in [(0, 0), (9, 9), (10, 901), (11, 10), (702, 700), (1501, 1499)] {
        let task = process.task(enqueued[place].id()).await?;
        assert_eq!(task.payload, number, "at {place}");
    }
    Ok(())
}
