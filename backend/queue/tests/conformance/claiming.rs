//! Taking tasks out: order, limits, rates.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use boothline_queue::{LaneLimits, QueueError, Rate, TaskId};

use crate::site::{LANE, Process, Site, chore};

pub(crate) async fn tasks_come_by_priority_then_time_then_id(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let early = site.clock_now();
    site.advance(10);
    for (number, priority, run_at) in [
        (3, 0, site.clock_now()),
        (5, 9, early),
        (1, -1, site.clock_now()),
        (4, 0, site.clock_now()),
        (2, 0, early),
    ] {
        let task = chore(number).priority(priority).not_before(run_at);
        process.put(task).await?;
    }
    let mut order = process.claim().await?;
    let numbers: Vec<_> = order.drain(..).map(|leased| leased.task.payload).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    Ok(())
}

pub(crate) async fn a_task_does_not_come_before_its_time(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    process.put(chore(2).not_before(site.after(90))).await?;
    process.put(chore(1).not_before(site.after(60))).await?;

    let claim = process.queue.claim(LANE, 5).await?;
    assert!(claim.tasks.is_empty());
    assert_eq!(claim.look_again, Some(site.after(60)));

    site.advance(60);
    let claim = process.queue.claim(LANE, 5).await?;
    assert_eq!(claim.tasks.len(), 1);
    assert_eq!(claim.look_again, Some(site.after(30)));
    Ok(())
}

pub(crate) async fn a_lane_limit_holds_against_many_claimers(site: &Site) -> Result<()> {
    const TASKS: u32 = 60;
    let processes = [
        site.process("a").await?,
        site.process("b").await?,
        site.process("c").await?,
    ];
    let limits = LaneLimits {
        max_running: Some(2),
        rate: None,
    };
    processes[0].queue.declare_lane(LANE, limits).await?;
    for number in 0..TASKS {
        processes[0].put(chore(number)).await?;
    }
    let watch = Watch::default();
    let claimers = processes.iter().flat_map(|process| [process; 4]);
    futures_util::future::try_join_all(claimers.map(|process| watch.work(process, TASKS))).await?;

    assert_eq!(watch.most.load(Ordering::SeqCst), 2);
    assert_eq!(watch.seen().len(), TASKS as usize);
    Ok(())
}

/// Counts who works at the same time.
#[derive(Default)]
struct Watch {
    now: AtomicU32,
    most: AtomicU32,
    done: AtomicU32,
    seen: Mutex<HashSet<TaskId>>,
}

impl Watch {
    fn seen(&self) -> HashSet<TaskId> {
        self.seen.lock().expect("no claimer panics here").clone()
    }

    fn see(&self, task: TaskId) -> bool {
        let mut seen = self.seen.lock().expect("no claimer panics here");
        seen.insert(task)
    }

    async fn work(&self, process: &Process, tasks: u32) -> Result<()> {
        while self.done.load(Ordering::SeqCst) < tasks {
            let claimed = process.queue.claim(LANE, 3).await?.tasks;
            let more = u32::try_from(claimed.len())?;
            let now = self.now.fetch_add(more, Ordering::SeqCst) + more;
            self.most.fetch_max(now, Ordering::SeqCst);
            for leased in claimed {
                assert!(self.see(leased.task.id), "claimed twice");
                self.now.fetch_sub(1, Ordering::SeqCst);
                process.settle(&leased, Ok(())).await?;
                self.done.fetch_add(1, Ordering::SeqCst);
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

pub(crate) async fn a_rate_lets_a_burst_through_and_then_its_measure(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let limits = LaneLimits {
        max_running: None,
        rate: Some(Rate {
            per_minute: 30,
            burst: 3,
        }),
    };
    process.queue.declare_lane("slow", limits).await?;
    for number in 0..9 {
        let task = boothline_queue::NewTask::new("chore", "slow", &number)?;
        process.put(task).await?;
    }
    assert_eq!(process.queue.claim("slow", 9).await?.tasks.len(), 3);
    let dry = process.queue.claim("slow", 9).await?;
    assert!(dry.tasks.is_empty());
    assert_eq!(dry.look_again, Some(site.after(2)));

    site.advance(2);
    assert_eq!(process.queue.claim("slow", 9).await?.tasks.len(), 1);
    site.advance(4);
    assert_eq!(process.queue.claim("slow", 9).await?.tasks.len(), 2);
    site.advance(3600);
    assert_eq!(process.queue.claim("slow", 9).await?.tasks.len(), 3);
    Ok(())
}

pub(crate) async fn a_lane_that_was_never_declared_is_an_error(site: &Site) -> Result<()> {
    let process = site.process("a").await?;
    let claim = process.queue.claim("nowhere", 1).await;
    assert!(matches!(claim, Err(QueueError::UnknownLane(lane)) if lane == "nowhere"));
    let pause = process.queue.pause("nowhere").await;
    assert!(matches!(pause, Err(QueueError::UnknownLane(_))));
    Ok(())
}
