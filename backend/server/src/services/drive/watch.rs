//! Watches Drive in the background: keeps ids ready, and opens the lane when the cause of a wait is gone.

use std::time::Duration;

use boothline_delivery::drive::{DriveError, Trouble};
use boothline_domain::JobId;
use boothline_queue::{LaneReport, TaskFilter, lane_reports, list_tasks, reprioritise};
use boothline_store::jobs;
use boothline_store::jobs::delivery;

use super::{BACKLOG, DELIVER, DeliverTask, Desk, GUEST, pool};
use crate::context::Context;

/// While deliveries wait; with the time limit of a look it makes less than 10 s between two of them.
const PROBE: Duration = Duration::from_secs(4);
/// While all is well.
const LOOK: Duration = Duration::from_secs(120);
/// How often we see whether one of the two is due.
const TICK: Duration = Duration::from_secs(1);
/// A start without a network is not held up by it.
const FIRST_REFILL: Duration = Duration::from_secs(3);
/// Their guests have gone.
const GONE_AFTER: Duration = Duration::from_secs(300);
const REORDERED: u64 = 5000;

/// Fills the pool before the first guest, as far as that is possible in a few seconds.
pub async fn get_ready(context: &Context, desk: &Desk) {
    match tokio::time::timeout(FIRST_REFILL, pool::refill(context, desk)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!("Google Drive is not ready: {error}"),
        Err(_) => tracing::warn!("Google Drive does not answer; pictures wait on this machine until it does"),
    }
}

/// Goes on until the service stops.
pub async fn watch(context: &Context, desk: &Desk) {
    let mut next_look = tokio::time::Instant::now();
    let mut identity = desk.target.drive.sign_in().identity();
    loop {
        let pause = async {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = desk.taken.notified() => {}
            }
        };
        if context.stopping.run_until_cancelled(pause).await.is_none() {
            return;
        }
        let now_is = desk.target.drive.sign_in().identity();
        if now_is != identity {
            tracing::info!("The Drive credentials changed");
            identity = now_is;
            next_look = tokio::time::Instant::now();
        }
        let blocked = blocked(context).await;
        desk.set_waits(blocked.clone());
        let due = tokio::time::Instant::now() >= next_look;
        if due {
            let looked = look(context, desk, blocked.as_deref()).await;
            let pause = if looked.is_ok() && blocked.is_none() {
                LOOK
            } else {
                PROBE
            };
            next_look = tokio::time::Instant::now() + pause;
        }
        let fine = desk.last_look().is_none_or(|look| look.error.is_none());
        let served = match blocked.is_none() && fine {
            true => serve(context, desk).await,
            false => blocked.is_none(),
        };
        if !served && next_look > tokio::time::Instant::now() + PROBE {
            next_look = tokio::time::Instant::now();
        }
    }
}

async fn blocked(context: &Context) -> Option<String> {
    let reports = lane_reports(context.database.reader(), context.now())
        .await
        .ok()?;
    let lane = reports
        .into_iter()
        .find(|lane: &LaneReport| lane.name == DELIVER)?;
    lane.blocked.map(|blocked| blocked.reason)
}

async fn look(context: &Context, desk: &Desk, blocked: Option<&str>) -> Result<(), DriveError> {
    let looked = desk.look(context).await;
    match (&looked, blocked) {
        (Ok(()), Some(_)) if desk.may_go_on(context.now()) => open(context, desk).await,
        (Err(error), Some(reason)) if error.to_string() != reason => say(context, error).await,
        (Err(error), None) => tracing::warn!(detail = error.detail, "Google Drive: {error}"),
        _ => {}
    }
    looked
}

/// Looks at once, because somebody asks, and opens the lane when nothing is wrong any more.
///
/// # Errors
/// What is wrong.
pub async fn look_again(context: &Context, desk: &Desk) -> Result<(), DriveError> {
    desk.look(context).await?;
    if blocked(context).await.is_some() && desk.may_go_on(context.now()) {
        open(context, desk).await;
    }
    Ok(())
}

/// Ids for the next guests, links for those who came without. False: Drive did not answer as it should.
async fn serve(context: &Context, desk: &Desk) -> bool {
    let served = async {
        pool::refill(context, desk).await?;
        pool::keep_promises(context, desk).await
    };
    match served.await {
        Ok(_) => true,
        Err(error) => {
            tracing::debug!(detail = error.detail, "Ids could not be reserved: {error}");
            false
        }
    }
}

/// The cause is gone. Guests who still stand at the booth come first.
async fn open(context: &Context, desk: &Desk) {
    if let Err(error) = reorder(context).await {
        tracing::warn!(%error, "Could not put the latest guests first: {error}");
    }
    match context.queue.unblock(DELIVER).await {
        Ok(()) => {
            desk.set_waits(None);
            tracing::info!("Google Drive is back; deliveries go on");
            context.changed();
        }
        Err(error) => tracing::warn!(%error, "Could not go on with deliveries: {error}"),
    }
}

async fn reorder(context: &Context) -> Result<(), boothline_store::StoreError> {
    let filter = TaskFilter {
        lane: Some(DELIVER.to_owned()),
        state: Some(boothline_queue::State::Ready),
        ..TaskFilter::default()
    };
    let db = context.database.reader();
    let waiting = list_tasks(db, &filter, REORDERED)
        .await
        .map_err(|error| to_store(&error))?;
    let mut old = Vec::new();
    for task in waiting.into_iter().filter(|task| task.priority == GUEST) {
        let Ok(DeliverTask { job_id, .. }) = serde_json::from_value(task.payload.clone()) else {
            continue;
        };
        let job = jobs::find(db, JobId(job_id)).await?;
        let done_at = job.and_then(|job| job.done_at);
        if done_at.is_some_and(|done_at| context.now().since(done_at) > GONE_AFTER) {
            old.push(task.id);
        }
    }
    context
        .database
        .write(move |tx| {
            Box::pin(async move {
                for task in old {
                    reprioritise(tx, task, BACKLOG)
                        .await
                        .map_err(|error| to_store(&error))?;
                }
                Ok(())
            })
        })
        .await
}

fn to_store(error: &boothline_queue::QueueError) -> boothline_store::StoreError {
    boothline_store::StoreError::Database(sea_orm::DbErr::Custom(error.to_string()))
}

/// The cause has become another one: say so everywhere.
async fn say(context: &Context, error: &DriveError) {
    if error.trouble == Trouble::RateLimited {
        return;
    }
    let (reason, now) = (error.to_string(), context.now());
    let message = reason.clone();
    let said = context
        .database
        .write(move |tx| Box::pin(async move { delivery::all_wait(tx, &message, now).await }))
        .await;
    let blocked = context
        .queue
        .block(
            DELIVER,
            boothline_queue::Pause::Until(now.plus(Duration::from_secs(600))),
            &reason,
        )
        .await;
    if let Err(failed) = said {
        tracing::warn!(cause = ?failed, "Could not write down why deliveries wait");
    }
    if let Err(failed) = blocked {
        tracing::warn!(%failed, "Could not write down why deliveries wait");
    }
    context.changed();
}
