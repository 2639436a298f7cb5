//! How things stand, for operators and monitors.

use std::path::Path;

use boothline_domain::{DeliveryState, JobStatus};
use boothline_queue::{LaneReport, lane_reports};
use boothline_store::jobs;
use serde::Serialize;
use utoipa::ToSchema;

use crate::context::Context;
use crate::refusal::{Refusal, disk_full};
use crate::services::drive::standing;

/// Everything at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Status {
    /// Of the service.
    pub version: &'static str,
    /// Since the process began.
    pub uptime_s: u64,
    /// Counts by state.
    pub jobs: JobCounts,
    /// The lanes of the queue.
    pub queue: QueueStatus,
    /// The fuller of the disks under results and data.
    pub disk: Disk,
    /// Where results go.
    pub delivery: DeliveryStatus,
    /// How many pictures can be made at once.
    pub workers: usize,
    /// Pieces of image work that wait or run.
    pub studio_load: usize,
    /// Whether MP4s are made and clips taken in, and with what, or what is missing.
    pub ffmpeg: Ffmpeg,
    /// What an operator should look at, in plain words; empty when all is well.
    pub warnings: Vec<String>,
}

/// What makes MP4s and reads clips.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ffmpeg {
    /// MP4s are made and clips taken in.
    pub available: bool,
    /// The same in plain words, with what to do where it is missing.
    pub message: String,
}

/// Jobs by state.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct JobCounts {
    /// Waiting for a worker.
    pub queued: u64,
    /// Being rendered.
    pub processing: u64,
    /// Can be shown and printed.
    pub done: u64,
    /// Will not be made unless asked again.
    pub failed: u64,
}

/// The queue's lanes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueStatus {
    /// Each lane.
    pub lanes: Vec<Lane>,
    /// Over all lanes, how long the oldest due task has waited.
    pub oldest_waiting_s: Option<u64>,
}

/// One lane of the queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lane {
    /// `render` or `deliver`.
    pub name: String,
    /// Due or scheduled.
    pub ready: u64,
    /// At work.
    pub running: u64,
    /// Given up.
    pub dead: u64,
    /// How long the oldest due task has waited.
    pub oldest_waiting_s: Option<u64>,
    /// Stopped by an operator.
    pub paused: bool,
    /// Why nothing moves, in plain words.
    pub blocked_reason: Option<String>,
}

/// The fuller of the disks under results and data.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Disk {
    /// Left for us.
    pub free_bytes: u64,
    /// In all.
    pub total_bytes: u64,
    /// Less is left than `MIN_FREE_DISK_MB`: no more photos are taken.
    pub low: bool,
}

/// Deliveries by state.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryStatus {
    /// `local` or `drive`.
    pub target: &'static str,
    /// Not delivered yet.
    pub pending: u64,
    /// Delivered.
    pub delivered: u64,
    /// Waiting for network or operator.
    pub waiting: u64,
    /// Given up.
    pub failed: u64,
    /// Left in the account, as Drive said last; none without a limit, or with local delivery.
    pub free_bytes: Option<u64>,
}

/// Gathers the numbers.
pub async fn gather(context: &Context) -> Result<Status, Refusal> {
    let db = context.database.reader();
    let now = context.now();
    let jobs = job_counts(&jobs::count_by_status(db).await?);
    let mut delivery = delivery_counts(
        context.target.kind().as_str(),
        &jobs::count_by_delivery(db).await?,
    );
    let account = context.desk.as_ref().and_then(|desk| desk.last_look()?.account);
    delivery.free_bytes = account.and_then(|account| standing::free(&account));
    let lanes: Vec<Lane> = lane_reports(db, now)
        .await
        .map_err(Refusal::internal)?
        .into_iter()
        .map(|report| lane(report, now))
        .collect();
    let disk = disk(context)?;
    let oldest_waiting_s = lanes.iter().filter_map(|lane| lane.oldest_waiting_s).max();
    Ok(Status {
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: now.since(context.started_at).as_secs(),
        warnings: warnings(context, &jobs, &delivery, &lanes, disk),
        jobs,
        queue: QueueStatus {
            lanes,
            oldest_waiting_s,
        },
        disk,
        delivery,
        workers: context.config.pictures.workers,
        studio_load: context.studio.load(),
        ffmpeg: Ffmpeg {
            available: context.cinema.ffmpeg().await.is_ok(),
            message: context.cinema.standing().await,
        },
    })
}

fn job_counts(counts: &[(JobStatus, u64)]) -> JobCounts {
    let of = |status| {
        counts
            .iter()
            .find(|count| count.0 == status)
            .map_or(0, |count| count.1)
    };
    JobCounts {
        queued: of(JobStatus::Queued),
        processing: of(JobStatus::Processing),
        done: of(JobStatus::Done),
        failed: of(JobStatus::Failed),
    }
}

fn delivery_counts(target: &'static str, counts: &[(DeliveryState, u64)]) -> DeliveryStatus {
    let of = |state| {
        counts
            .iter()
            .find(|count| count.0 == state)
            .map_or(0, |count| count.1)
    };
    DeliveryStatus {
        target,
        pending: of(DeliveryState::Pending) + of(DeliveryState::Uploading),
        delivered: of(DeliveryState::Delivered),
        waiting: of(DeliveryState::Waiting),
        failed: of(DeliveryState::Failed),
        free_bytes: None,
    }
}

fn lane(report: LaneReport, now: boothline_domain::clock::Timestamp) -> Lane {
    Lane {
        name: report.name,
        ready: report.depth.waiting + report.depth.scheduled,
        running: report.depth.running,
        dead: report.depth.dead,
        oldest_waiting_s: report.oldest_waiting.map(|since| now.since(since).as_secs()),
        paused: report.paused,
        blocked_reason: report.blocked.map(|blocked| blocked.reason),
    }
}

/// The fuller of the disks under the results and under the data.
pub fn disk(context: &Context) -> Result<Disk, Refusal> {
    let low_below = context.config.storage.min_free_bytes;
    let results = volume(&context.places.results, low_below)?;
    let data = volume(&context.places.originals, low_below)?;
    Ok(if data.free_bytes < results.free_bytes {
        data
    } else {
        results
    })
}

/// A folder that somebody deleted meanwhile is made again.
fn volume(folder: &Path, low_below: u64) -> Result<Disk, Refusal> {
    if !folder.is_dir() {
        std::fs::create_dir_all(folder)?;
    }
    let volume = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
    let free_bytes = volume.f_bavail.saturating_mul(volume.f_frsize);
    Ok(Disk {
        free_bytes,
        total_bytes: volume.f_blocks.saturating_mul(volume.f_frsize),
        low: free_bytes < low_below,
    })
}

fn warnings(
    context: &Context,
    jobs: &JobCounts,
    delivery: &DeliveryStatus,
    lanes: &[Lane],
    disk: Disk,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if disk.low {
        let free = disk.free_bytes / (1024 * 1024);
        warnings.push(format!(
            "Only {free} MB are left on the disk, and photos are refused; free some space."
        ));
    }
    if jobs.failed > 0 {
        warnings.push(format!(
            "{} pictures could not be made; look at them and try them again.",
            jobs.failed
        ));
    }
    if delivery.failed > 0 {
        warnings.push(format!(
            "{} pictures were refused by Google Drive; their jobs say why, `boothline sync` tries them again.",
            delivery.failed
        ));
    }
    for lane in lanes {
        if let Some(reason) = &lane.blocked_reason {
            warnings.push(format!(
                "Nothing moves in the lane {}: {}.",
                lane.name,
                reason.trim_end_matches('.')
            ));
        }
        if lane.paused {
            warnings.push(format!("The lane {} is paused.", lane.name));
        }
    }
    if let Some(look) = context.desk.as_ref().and_then(|desk| desk.last_look()) {
        let told = lanes.iter().any(|lane| lane.blocked_reason.is_some());
        warnings.extend(
            look.error
                .filter(|_| !told)
                .map(|error| format!("Google Drive: {error}")),
        );
        let space = standing::space(context, look.account.as_ref());
        if !space.is_empty() {
            warnings.push(format!("Google Drive:{space}"));
        }
    }
    warnings
}

/// Whether photos can be taken. Errors: 503 with what is missing.
pub async fn ready(context: &Context) -> Result<(), Refusal> {
    jobs::count_by_status(context.database.reader()).await?;
    if disk(context)?.low {
        return Err(disk_full());
    }
    Ok(())
}
