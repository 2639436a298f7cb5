//! Mending what a look found, the folder first: its files follow it.

use std::collections::BTreeMap;
use std::time::Duration;

use boothline_delivery::drive::{Class, Drive, DriveError, Trouble};
use boothline_domain::{DeliveryState, JobId};
use boothline_store::jobs::{self, delivery};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Finding, Heard, Phase, Remedy, jobs_of};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::Desk;
use crate::services::drive::desk::local;
use crate::services::drive::inventory::is_marked;
use crate::services::drive::sync::{Report, Step, send_again};

/// When nothing came out for so long, the person at the terminal has waited enough.
const STALLED: Duration = Duration::from_secs(120);

/// What mending brought beside what the next look shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// What did not work, in plain sentences.
    pub mishaps: Vec<String>,
    /// Jobs that have another link than guests were given: Drive does not take an id again whose
    /// file was deleted for good.
    pub relinked: Vec<i64>,
}

/// Mends these findings, as far as we can by ourselves.
///
/// Where the folder itself was mended, everything else waits for the next look.
///
/// # Errors
/// When the database cannot be used.
pub async fn mend(
    context: &Context,
    desk: &Desk,
    findings: &[Finding],
    heard: Heard<'_>,
) -> Result<Mended, Refusal> {
    let drive = &desk.target.drive;
    let mut mended = Mended::default();
    let mut folder_changed = false;
    for finding in findings {
        let Some(id) = &finding.file_id else { continue };
        let done = match finding.remedy {
            Remedy::RecoverFolder => drive.trash(id, false, Class::Batch).await,
            Remedy::ShareFolder => drive.share_folder(id).await,
            _ => continue,
        };
        folder_changed = true;
        mended
            .mishaps
            .extend(done.err().map(|error| format!("The folder: {error}")));
    }
    if folder_changed {
        desk.forget_folder().await;
        return Ok(mended);
    }
    let ids = jobs_of(with(findings, |remedy| remedy == Remedy::SendAgain));
    if !ids.is_empty() {
        let before = links(context, &ids).await?;
        mended.mishaps.extend(send(context, &ids, heard).await?);
        let after = links(context, &ids).await?;
        let changed = before
            .into_iter()
            .filter(|(job, link)| link.is_some() && after.get(job) != Some(link));
        mended.relinked = changed.map(|(job, _)| job.0).collect();
    }
    mended
        .mishaps
        .extend(change(context, drive, findings, heard).await);
    Ok(mended)
}

/// The links that guests have of these jobs.
async fn links(context: &Context, ids: &[JobId]) -> Result<BTreeMap<JobId, Option<String>>, Refusal> {
    let mut links = BTreeMap::new();
    for id in ids {
        if let Some(job) = jobs::find(context.database.reader(), *id).await? {
            links.insert(*id, job.download_link);
        }
    }
    Ok(links)
}

async fn send(context: &Context, ids: &[JobId], heard: Heard<'_>) -> Result<Vec<String>, Refusal> {
    let (steps, mut told) = mpsc::channel::<Step>(64);
    let stalled = async {
        loop {
            match timeout(STALLED, told.recv()).await {
                Ok(Some(step)) => heard(Phase::Sending, step.done, step.total),
                // The report is on its way.
                Ok(None) => std::future::pending().await,
                Err(_) => return,
            }
        }
    };
    let sent = async {
        let report = send_again(context, ids, &steps).await;
        drop(steps);
        report
    };
    tokio::select! {
        report = sent => Ok(not_sent(report?)),
        () = stalled => still_open(context, ids).await,
    }
}

/// Those that are still in line: they go on without us.
async fn still_open(context: &Context, ids: &[JobId]) -> Result<Vec<String>, Refusal> {
    let mut open = Vec::new();
    for (id, state) in delivery::standings(context.database.reader(), ids).await? {
        match state {
            DeliveryState::Delivered => {}
            DeliveryState::Failed => open.push(refused(id.0)),
            _ => open.push(format!(
                "Job {id} still waits: it does not get through now and is tried again by itself while the service runs."
            )),
        }
    }
    Ok(open)
}

fn refused(job: i64) -> String {
    format!("Job {job} was refused; `boothline jobs show {job}` says why.")
}

fn not_sent(report: Report) -> Vec<String> {
    let failed = report.failed.into_iter().map(refused);
    let reason = report
        .reason
        .unwrap_or_else(|| "it is tried again by itself.".to_owned());
    let waiting = report
        .waiting
        .into_iter()
        .map(|job| format!("Job {job} still waits: {reason}"));
    failed.chain(waiting).collect()
}

async fn change(context: &Context, drive: &Drive, findings: &[Finding], heard: Heard<'_>) -> Vec<String> {
    let small = |remedy| matches!(remedy, Remedy::Share | Remedy::Recover | Remedy::Trash);
    let findings: Vec<&Finding> = with(findings, small).collect();
    let mut mishaps = Vec::new();
    for (done, finding) in findings.iter().enumerate() {
        if context.stopping.is_cancelled() {
            break;
        }
        heard(Phase::Changing, done, findings.len());
        let Some(id) = &finding.file_id else { continue };
        let changed = match finding.remedy {
            Remedy::Share => drive.share(id, Class::Batch).await,
            Remedy::Recover => drive.trash(id, false, Class::Batch).await,
            Remedy::Trash => trash_extra(context, drive, finding.job_id, id).await,
            _ => Ok(()),
        };
        let about = finding.job_id.map(JobId);
        mishaps.extend(changed.err().map(|error| match about {
            Some(job) => format!("Job {job}: {error}"),
            None => format!("{}: {error}", finding.name),
        }));
    }
    mishaps
}

/// Only what carries our mark, and only while the promised one is in Drive.
async fn trash_extra(
    context: &Context,
    drive: &Drive,
    job: Option<i64>,
    extra: &str,
) -> Result<(), DriveError> {
    let db = context.database.reader();
    let job = match job {
        Some(job) => jobs::find(db, JobId(job)).await.map_err(local)?,
        None => None,
    };
    let Some(promised) = job.and_then(|job| job.drive_file_id).filter(|id| id != extra) else {
        return Ok(());
    };
    let there = drive.file(&promised, Class::Batch).await?;
    if there.is_none_or(|file| file.trashed) {
        return Err(DriveError {
            trouble: Trouble::NotFound,
            message: "the extra file is kept until the picture's own one is in Drive.".to_owned(),
            detail: String::new(),
            retry_after: None,
        });
    }
    match drive.file(extra, Class::Batch).await?.filter(is_marked) {
        Some(file) if !file.trashed => drive.trash(extra, true, Class::Batch).await,
        _ => Ok(()),
    }
}

fn with(findings: &[Finding], wanted: impl Fn(Remedy) -> bool) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(move |finding| wanted(finding.remedy))
}
