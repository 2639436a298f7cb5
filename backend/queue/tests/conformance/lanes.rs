//! Pauses, blocks and probes.

use anyhow::Result;
use boothline_queue::{LaneLimits, LaneReport, Leased, Pause, Setback, State, lane_reports};

use crate::site::{LANE, Process, Site, chore};

fn no_network() -> Result<(), Setback> {
    Err(Setback::Block {
        pause: Pause::Growing,
        reason: "no network".to_owned(),
    })
}

async fn report(process: &Process) -> Result<LaneReport> {
    let mut reports = lane_reports(&process.db, process.queue.now()).await?;
    reports.retain(|lane| lane.name == LANE);
    Ok(reports.remove(0))
}

async fn with_tasks(site: &Site, tasks: u32) -> Result<Process> {
    let process = site.process("a").await?;
    for number in 0..tasks {
        process.put(chore(number)).await?;
    }
    Ok(process)
}

async fn fail_all(process: &Process, tasks: &[Leased]) -> Result<()> {
    for leased in tasks {
        process.settle(leased, no_network()).await?;
    }
    Ok(())
}

pub(crate) async fn a_blocked_lane_costs_no_attempt_and_sends_a_probe_first(site: &Site) -> Result<()> {
    let process = with_tasks(site, 3).await?;
    let first = process.claim_one().await?;
    process.settle(&first, no_network()).await?;
    let back = process.task(first.task.id).await?;
    assert_eq!((back.state, back.attempt), (State::Ready, 0));
    assert_eq!(back.last_error.as_deref(), Some("no network"));

    let shut = process.queue.claim(LANE, 9).await?;
    assert!(shut.tasks.is_empty());
    assert_eq!(shut.look_again, Some(site.after(5)));

    site.advance(5);
    let probe = process.claim().await?;
    assert_eq!(probe.len(), 1);
    assert_eq!(probe[0].task.id, first.task.id);
    assert!(process.claim().await?.is_empty(), "one probe at a time");

    process.settle(&probe[0], Ok(())).await?;
    assert_eq!(report(&process).await?.blocked, None);
    assert_eq!(process.claim().await?.len(), 2);
    Ok(())
}

pub(crate) async fn a_failed_probe_shuts_the_lane_for_longer(site: &Site) -> Result<()> {
    let process = with_tasks(site, 2).await?;
    for expected in [5, 10, 20, 40, 80, 160, 300, 300] {
        let probe = process.claim_one().await?;
        process.settle(&probe, no_network()).await?;
        let blocked = report(&process).await?.blocked.expect("a block");
        assert_eq!(blocked.until, site.after(expected));
        site.advance(expected);
    }
    let probe = process.claim_one().await?;
    assert_eq!(probe.task.attempt, 1, "hours offline cost no attempt");
    process.settle(&probe, Ok(())).await?;
    let next = process.claim_one().await?;
    process.settle(&next, no_network()).await?;
    let blocked = report(&process).await?.blocked.expect("a block");
    assert_eq!((blocked.until, blocked.failures), (site.after(5), 1));
    Ok(())
}

pub(crate) async fn blocks_at_the_same_time_count_as_one(site: &Site) -> Result<()> {
    let process = with_tasks(site, 4).await?;
    let running = process.claim().await?;
    fail_all(&process, &running).await?;
    let blocked = report(&process).await?.blocked.expect("a block");
    assert_eq!((blocked.until, blocked.failures), (site.after(5), 1));

    let later = Pause::Until(site.after(900));
    process.queue.block(LANE, later, "daily quota").await?;
    process.queue.block(LANE, Pause::Growing, "no network").await?;
    let blocked = report(&process).await?.blocked.expect("a block");
    assert_eq!(blocked.until, site.after(900), "the longer block wins");
    assert_eq!(blocked.reason, "daily quota");
    Ok(())
}

pub(crate) async fn a_success_from_before_the_block_does_not_end_it(site: &Site) -> Result<()> {
    let process = with_tasks(site, 3).await?;
    let lucky = process.claim_one().await?;
    let unlucky = process.claim_one().await?;
    process.settle(&unlucky, no_network()).await?;
    process.settle(&lucky, Ok(())).await?;
    assert!(process.claim().await?.is_empty());
    Ok(())
}

pub(crate) async fn an_unblocked_lane_is_open_at_once(site: &Site) -> Result<()> {
    let process = with_tasks(site, 3).await?;
    let until = Pause::Until(site.after(86_400));
    process.queue.block(LANE, until, "nobody is signed in").await?;
    assert!(process.claim().await?.is_empty());
    process.queue.unblock(LANE).await?;
    assert_eq!(process.claim().await?.len(), 3);
    Ok(())
}

pub(crate) async fn a_paused_lane_starts_nothing_until_it_is_resumed(site: &Site) -> Result<()> {
    let process = with_tasks(site, 2).await?;
    let running = process.claim_one().await?;
    process.queue.pause(LANE).await?;
    assert!(report(&process).await?.paused);
    assert!(process.claim().await?.is_empty());
    process.settle(&running, Ok(())).await?;

    process.queue.resume(LANE).await?;
    assert_eq!(process.claim().await?.len(), 1);
    Ok(())
}

pub(crate) async fn new_limits_leave_pause_and_block_alone(site: &Site) -> Result<()> {
    let process = with_tasks(site, 1).await?;
    process.queue.pause(LANE).await?;
    let until = Pause::Until(site.after(60));
    process.queue.block(LANE, until, "full disk").await?;
    let limits = LaneLimits {
        max_running: Some(7),
        rate: None,
    };
    process.queue.declare_lane(LANE, limits).await?;
    let report = report(&process).await?;
    assert!(report.paused && report.blocked.is_some());
    assert_eq!(report.limits, limits);
    Ok(())
}
