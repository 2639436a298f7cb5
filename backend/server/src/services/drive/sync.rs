//! Delivering finished jobs on request: one of them, or all that are not in Drive.

use std::time::Duration;

use boothline_delivery::drive::{DriveError, Trouble};
use boothline_domain::{DeliveryState, Disposition, JobId, JobStatus, TargetKind};
use boothline_queue::lane_reports;
use boothline_store::jobs::delivery;
use boothline_store::jobs::{self, Job};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;

use super::delivering::chosen;
use super::watch::look_again;
use super::{BATCH, DELIVER, DeliverTask, Desk, GUEST, enqueue};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::jobs::job_unknown;

/// Between two looks at how far the deliveries are.
const LOOK: Duration = Duration::from_millis(200);
/// Jobs put in line by one transaction.
const BATCHES: usize = 200;
/// A kiosk that waits for one delivery gets an answer in this time.
const ONE: Duration = Duration::from_secs(100);

/// A job's links, as the contract shows a delivered one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveredJob {
    /// Integer id.
    pub job_id: i64,
    /// The full result.
    pub result_url: Option<String>,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// The address of the QR code's PNG.
    pub qr_url: Option<String>,
}

impl From<Job> for DeliveredJob {
    fn from(job: Job) -> Self {
        let done = job.status == JobStatus::Done;
        Self {
            job_id: job.id.0,
            result_url: done.then(|| format!("/static/results/{}", job.result_image_path)),
            drive_link: job.drive_link,
            download_link: job.download_link,
            qr_url: job.qr_url,
        }
    }
}

/// One job, delivered now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveredNow {
    /// Its links.
    #[serde(flatten)]
    pub job: DeliveredJob,
    /// False when it was there already.
    pub uploaded: bool,
    /// `uploaded`, `already_uploaded`, or `removed_from_drive` when an operator tidied it away.
    pub message: &'static str,
}

/// What a sync is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// At most this many jobs, oldest first.
    pub limit: Option<u64>,
    /// Also those that are in Drive: compare, and mend what differs.
    pub force: bool,
}

/// How a sync came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// In Drive, proven during this sync.
    pub delivered: Vec<DeliveredJob>,
    /// Their files are gone from this machine.
    pub missing: Vec<i64>,
    /// Refused for good; the job's `delivery_message` says why.
    pub failed: Vec<i64>,
    /// Still in line: they are delivered by themselves.
    pub waiting: Vec<i64>,
    /// Why they wait, where the whole line waits.
    pub reason: Option<String>,
}

/// How far a sync is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The job that came out since the last step.
    pub job_id: i64,
    /// `delivered` or `failed`.
    pub outcome: &'static str,
    /// Jobs that came out.
    pub done: usize,
    /// Jobs of this sync.
    pub total: usize,
}

/// The desk, or why there is none.
pub fn desk(context: &Context) -> Result<&Desk, Refusal> {
    context.desk.as_deref().ok_or_else(|| {
        let detail = "Pictures stay on this machine (DELIVERY_TARGET): to send them to Google Drive, sign in with \
                      `boothline auth drive` or set DELIVERY_TARGET=drive, and start the service again.";
        Refusal::conflict("drive_not_set_up", detail)
    })
}

/// Why Drive does not do it, as an answer.
pub fn refusal(error: &DriveError) -> Refusal {
    let wait = error
        .retry_after
        .map_or(10, |wait| u32::try_from(wait.as_secs()).unwrap_or(60).max(1));
    let code = match (error.trouble, error.disposition()) {
        (Trouble::Offline | Trouble::Interrupted | Trouble::ServerFault, _) => "drive_unreachable",
        (Trouble::RateLimited | Trouble::SharingLimited | Trouble::DailyLimit, _) => "drive_busy",
        (Trouble::Quota, _) => "drive_full",
        (_, Disposition::WaitForOperator) => "drive_not_authorized",
        _ => "drive_refused",
    };
    Refusal::unavailable(code, error.to_string(), wait).because(error.clone())
}

/// Delivers one job now, before all others. Errors: 404 for an unknown job or a file that is gone,
/// 400 while there is no result, 503 when Drive cannot take it now.
pub async fn deliver_now(context: &Context, id: JobId, force: bool) -> Result<DeliveredNow, Refusal> {
    let job = jobs::find(context.database.reader(), id)
        .await?
        .ok_or_else(job_unknown)?;
    if job.status != JobStatus::Done {
        let detail = format!("This job is {}; it has no result yet.", job.status);
        return Err(Refusal::bad_request("no_result", detail));
    }
    let Some(file) = chosen(context, &job) else {
        let detail = "The picture's file is gone from this machine.";
        return Err(Refusal::not_found("file_not_found", detail));
    };
    drop(file);
    let here = job.target == TargetKind::Local && context.desk.is_none();
    let there = job.target == TargetKind::Drive && job.drive_uploaded_at.is_some();
    if here || (there && !force) {
        let message = match job.drive_removed_at {
            Some(_) => "removed_from_drive",
            None => "already_uploaded",
        };
        return Ok(DeliveredNow {
            job: job.into(),
            uploaded: false,
            message,
        });
    }
    let desk = desk(context)?;
    // Before the job is put in line: where the line waits, it goes on waiting.
    if shut(context).await?.is_some() {
        let looked = look_again(context, desk).await;
        looked
            .map_err(|error| Refusal::unavailable("delivery_waits", error.to_string(), 10).because(error))?;
    }
    line_up(context, &[id], force, GUEST).await?;
    let (progress, _unheard) = mpsc::channel(1);
    let waiting = wait_for(context, vec![id], Report::default(), &progress);
    let report = tokio::time::timeout(ONE, waiting).await.unwrap_or_else(|_| {
        Ok(Report {
            waiting: vec![id.0],
            ..Report::default()
        })
    })?;
    match report.delivered.into_iter().next() {
        Some(job) => Ok(DeliveredNow {
            job,
            uploaded: true,
            message: "uploaded",
        }),
        None => Err(not_now(context, id, report.reason).await),
    }
}

async fn not_now(context: &Context, id: JobId, reason: Option<String>) -> Refusal {
    let told = match jobs::find(context.database.reader(), id).await {
        Ok(job) => job.and_then(|job| job.delivery_message),
        Err(error) => return error.into(),
    };
    let detail = reason
        .or(told)
        .unwrap_or_else(|| "It is not in Drive yet; it is tried again by itself.".to_owned());
    Refusal::unavailable("delivery_waits", detail, 10)
}

/// Delivers finished jobs that are not in Drive, and waits until all came out or the whole line
/// waits. Two syncs at once share the work. `progress` hears of each job.
///
/// Errors: 409 when results stay on this machine; 503 when Drive cannot be reached or used.
pub async fn sync(context: &Context, wish: Wish, progress: &mpsc::Sender<Step>) -> Result<Report, Refusal> {
    let desk = desk(context)?;
    look_again(context, desk).await.map_err(|error| refusal(&error))?;
    let found = delivery::finished(context.database.reader(), wish.force, wish.limit).await?;
    let mut report = Report::default();
    let mut ids = Vec::with_capacity(found.len());
    for job in &found {
        if chosen(context, job).is_some() {
            ids.push(job.id);
        } else {
            tracing::warn!(job.id = %job.id, "Job {} is left out of the sync: its file is gone", job.id);
            report.missing.push(job.id.0);
        }
    }
    line_up(context, &ids, wish.force, BATCH).await?;
    tracing::info!(
        jobs = ids.len(),
        missing = report.missing.len(),
        "A sync delivers {} jobs",
        ids.len()
    );
    wait_for(context, ids, report, progress).await
}

/// Delivers these jobs again under their ids, comparing and mending what is there, and waits until all
/// came out or the whole line waits. `progress` hears of each job.
///
/// # Errors
/// When the database cannot be used.
pub async fn send_again(
    context: &Context,
    ids: &[JobId],
    progress: &mpsc::Sender<Step>,
) -> Result<Report, Refusal> {
    line_up(context, ids, true, BATCH).await?;
    wait_for(context, ids.to_vec(), Report::default(), progress).await
}

async fn line_up(context: &Context, ids: &[JobId], again: bool, priority: i32) -> Result<(), Refusal> {
    for batch in ids.chunks(BATCHES) {
        let (here, batch, now) = (context.clone(), batch.to_vec(), context.now());
        let lined_up = context.database.write(move |tx| {
            Box::pin(async move {
                for id in batch {
                    let task = DeliverTask {
                        job_id: id.0,
                        again,
                        batch: priority == BATCH,
                    };
                    // The row first, as the courier does: a delivery that ends at this moment is either seen by
                    // both, or ends after both. The other way round it could leave a job in line without a task.
                    delivery::line_up(tx, id, "In line for Google Drive.", now).await?;
                    enqueue(&here, tx, &task, priority).await?;
                }
                Ok::<_, Refusal>(())
            })
        });
        lined_up.await?;
        context.changed();
    }
    Ok(())
}

async fn wait_for(
    context: &Context,
    mut open: Vec<JobId>,
    mut report: Report,
    progress: &mpsc::Sender<Step>,
) -> Result<Report, Refusal> {
    let total = open.len() + report.missing.len();
    let begun = Instant::now();
    while !open.is_empty() {
        let standings = delivery::standings(context.database.reader(), &open).await?;
        let mut still = Vec::with_capacity(open.len());
        for (id, state) in standings {
            let outcome = match state {
                DeliveryState::Delivered => {
                    if let Some(job) = jobs::find(context.database.reader(), id).await? {
                        report.delivered.push(job.into());
                    }
                    "delivered"
                }
                DeliveryState::Failed => {
                    report.failed.push(id.0);
                    "failed"
                }
                _ => {
                    still.push(id);
                    continue;
                }
            };
            let done = report.delivered.len() + report.failed.len() + report.missing.len();
            let step = Step {
                job_id: id.0,
                outcome,
                done,
                total,
            };
            // Nobody has to listen.
            let _ = progress.try_send(step);
        }
        open = still;
        if let Some(reason) = shut(context).await?.filter(|_| begun.elapsed() > LOOK) {
            report.reason = Some(reason);
            break;
        }
        if context.stopping.run_until_cancelled(sleep(LOOK)).await.is_none() {
            break;
        }
    }
    report.waiting = open.into_iter().map(|id| id.0).collect();
    report.delivered.sort_by_key(|job| job.job_id);
    Ok(report)
}

/// Why the whole line waits, while it does.
async fn shut(context: &Context) -> Result<Option<String>, Refusal> {
    let lanes = lane_reports(context.database.reader(), context.now())
        .await
        .map_err(Refusal::internal)?;
    let lane = lanes.into_iter().find(|lane| lane.name == DELIVER);
    Ok(lane.and_then(|lane| match lane.blocked {
        Some(blocked) => Some(blocked.reason),
        None if lane.paused => Some("An operator has stopped deliveries.".to_owned()),
        None => None,
    }))
}
