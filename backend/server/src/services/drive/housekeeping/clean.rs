//! Tidying our files out of Drive: into its trash, and only out of there for good.

use std::collections::HashMap;
use std::time::Duration;

use boothline_delivery::drive::{Class, DriveError, RemoteFile, Trouble};
use boothline_domain::clock::Timestamp;
use boothline_domain::{DeliveryState, JobId};
use boothline_store::StoreError;
use boothline_store::jobs::{Job, delivery};
use serde::Serialize;

use super::trash::take_back;
use super::{Mishap, OurFile};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::Desk;
use crate::services::drive::delivering::chosen;
use crate::services::drive::desk::local;
use crate::services::drive::inventory::{Inventory, Origin, is_marked};
use crate::services::drive::verify::{Heard, Phase};

const NOT_REMOVED: &str = "In Google Drive; removing it did not work.";

/// Which files are tidied away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Of pictures that were taken longer ago than this.
    OlderThan(Duration),
    /// Of jobs that were deleted here.
    Orphans,
}

/// What is tidied away, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleaning {
    /// Which files.
    pub selection: Selection,
    /// Delete what lies in the trash, instead of putting things there.
    pub for_good: bool,
    /// Also pictures that this machine has no copy of.
    pub last_copies: bool,
}

/// What a cleaning would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The account's address.
    pub account: String,
    /// What would go.
    pub files: Vec<OurFile>,
    /// Kept, because this machine has no copy of the picture.
    pub last_copies: Vec<OurFile>,
    /// Kept, because the delivery of the picture has not ended.
    pub undelivered: Vec<OurFile>,
}

impl Plan {
    /// The bytes of what would go.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// Finds what a cleaning would take. Changes nothing.
///
/// # Errors
/// 503 when Drive cannot be reached or used.
pub async fn plan(context: &Context, desk: &Desk, cleaning: &Cleaning) -> Result<Plan, Refusal> {
    let inventory = Inventory::take(context, desk).await?;
    let jobs: HashMap<JobId, &Job> = inventory.jobs.iter().map(|job| (job.id, job)).collect();
    let mut plan = Plan {
        account: inventory.account.email.clone(),
        ..Plan::default()
    };
    for file in inventory.ours().filter(|file| file.trashed == cleaning.for_good) {
        let origin = inventory.origin(file);
        // The next sync of that folder would only send it again.
        if origin == Origin::Folder {
            continue;
        }
        let job = match origin {
            Origin::Job(id) => jobs.get(&id).copied(),
            _ => None,
        };
        if !is_selected(cleaning.selection, origin, taken_at(job, file), context.now()) {
            continue;
        }
        let kept = match (origin, job) {
            (Origin::Job(_), Some(job)) if is_undelivered(job) => &mut plan.undelivered,
            // A row that is not finished, or began since we looked.
            (Origin::Job(_), None) => &mut plan.undelivered,
            (Origin::Job(_), Some(job)) if !cleaning.last_copies && chosen(context, job).is_none() => {
                &mut plan.last_copies
            }
            _ => &mut plan.files,
        };
        kept.push(OurFile::new(&inventory, file));
    }
    Ok(plan)
}

fn is_selected(selection: Selection, origin: Origin, taken_at: Option<Timestamp>, now: Timestamp) -> bool {
    match selection {
        Selection::Orphans => origin == Origin::Orphan,
        Selection::OlderThan(age) => taken_at.is_some_and(|taken_at| now.since(taken_at) > age),
    }
}

fn taken_at(job: Option<&Job>, file: &RemoteFile) -> Option<Timestamp> {
    job.map(|job| job.created_at).or(file.created_at)
}

fn is_undelivered(job: &Job) -> bool {
    job.delivery != DeliveryState::Delivered
}

/// Does what `plan` says. Returns what went, and what did not.
///
/// # Errors
/// When the database cannot be used.
pub async fn clean(
    context: &Context,
    desk: &Desk,
    plan: &Plan,
    for_good: bool,
    heard: Heard<'_>,
) -> Result<(Vec<OurFile>, Vec<Mishap>), Refusal> {
    let (mut gone, mut mishaps) = (Vec::new(), Vec::new());
    for (done, file) in plan.files.iter().enumerate() {
        if context.stopping.is_cancelled() {
            break;
        }
        heard(Phase::Changing, done, plan.files.len());
        // The row first: a crash in between leaves a file that the next cleaning finds.
        let marked = mark_removed(context, file).await?;
        let removed = match (marked, for_good) {
            (false, _) => Err(busy()),
            (true, true) => delete(desk, &file.id).await,
            (true, false) => desk.target.drive.trash(&file.id, true, Class::Batch).await,
        };
        match removed {
            Ok(()) => gone.push(file.clone()),
            Err(error) => {
                if marked && !for_good {
                    take_back(context, file, NOT_REMOVED).await?;
                }
                mishaps.push(Mishap::new(file, &error));
            }
        }
    }
    context.changed();
    tracing::info!(
        removed = gone.len(),
        failed = mishaps.len(),
        for_good,
        "Tidied {} files out of Drive",
        gone.len()
    );
    Ok((gone, mishaps))
}

/// False when the picture was put in line for Drive meanwhile.
async fn mark_removed(context: &Context, file: &OurFile) -> Result<bool, Refusal> {
    let Some(id) = file.job_id.map(JobId) else {
        return Ok(true);
    };
    let now = context.now();
    let message = format!("Removed from Drive on {}.", now.local().format("%Y-%m-%d"));
    let written = context
        .database
        .write(move |tx| Box::pin(async move { delivery::remove(tx, id, &message, now).await }))
        .await;
    match written {
        Ok(()) => Ok(true),
        Err(StoreError::NotInState(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Only out of the trash, and only while it carries our mark.
async fn delete(desk: &Desk, id: &str) -> Result<(), DriveError> {
    let drive = &desk.target.drive;
    match drive.file(id, Class::Batch).await? {
        None => Ok(()),
        Some(file) if file.trashed && is_marked(&file) => drive.delete(id, Class::Batch).await,
        Some(_) => Err(DriveError {
            trouble: Trouble::Rejected,
            message: "It is not in the trash any more, and was left alone.".to_owned(),
            ..local("")
        }),
    }
}

fn busy() -> DriveError {
    DriveError {
        trouble: Trouble::Rejected,
        message: "It is on its way to Drive again, and was left alone.".to_owned(),
        ..local("")
    }
}
