//! The folder sync: every picture of a folder is in Drive once, whatever happens in between.
//!
//! | module     | idea                                                              |
//! |------------|-------------------------------------------------------------------|
//! | `scan`     | the pictures below a folder                                       |
//! | `manifest` | what was sent, as it is written down                              |
//! | `ledger`   | the manifest's file: locked, whole, set aside when it is none     |
//! | `claims`   | which of the pictures jobs deliver                                |
//! | `survey`   | what there is to do, by sizes and times alone                     |
//! | `look`     | those together: what every sync begins with                       |
//! | `remote`   | what is in Drive, for pictures that the manifest does not know    |
//! | `prepare`  | reading, deciding, ids on disk before the first byte              |
//! | `send`     | one file, with a few tries of its own                             |

mod claims;
mod ledger;
mod look;
mod manifest;
mod media;
mod prepare;
mod read;
mod remote;
mod report;
mod run;
mod scan;
mod send;
mod survey;

use futures_util::future::join_all;
use tokio::sync::{Mutex, mpsc};

pub use report::{Change, Changed, Fault, FolderReport, FolderStep, FolderWish, Planned, SentFile};

use super::Desk;
use super::sync::{desk, refusal};
use crate::context::Context;
use crate::refusal::Refusal;
use claims::Claims;
use ledger::{Found, Ledger, LedgerError, Opened};
use look::{Place, off_thread, sort};
use manifest::Manifest;
use prepare::prepare;
use remote::Remote;
use run::Run;
use send::send_all;
use survey::{Cause, Work};

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Running => Self::conflict("sync_running", error.to_string()),
            LedgerError::Io(_) => {
                Self::unavailable("manifest_unusable", error.to_string(), 30).because(error)
            }
        }
    }
}

/// Sends what is in the folder and not in Drive. `progress` hears of each file.
///
/// Errors: 409 when results stay on this machine, or another sync of the manifest runs; 404 when
/// there is no such folder; 503 when Drive or the manifest cannot be used. Trouble that comes later
/// ends the sync with a report that says so; what was done stays done.
pub async fn sync(
    context: &Context,
    wish: &FolderWish,
    progress: &mpsc::Sender<FolderStep>,
) -> Result<FolderReport, Refusal> {
    let desk = desk(context)?;
    let place = Place::find(context, wish).await?;
    if wish.dry_run {
        return plan(context, wish, &place).await;
    }
    let (path, now) = (context.config.storage.manifest_file.clone(), context.now());
    let keys = place.keys.clone();
    let (ledger, opened) = off_thread(move || Ledger::open(&path, &keys, now)).await??;
    let scan = place.pictures(context, wish).await?;
    let (survey, claims, mut report) = sort(context, wish, scan, || ledger.entries()).await?;
    report.manifest_set_aside = match opened {
        Opened::Broken(aside) => Some(aside),
        Opened::Known | Opened::Unknown => None,
    };
    survey.gone.iter().for_each(|key| ledger.remove(key));
    for (key, entry) in survey.recognised {
        ledger.put(&key, entry);
    }
    ledger.save().await.map_err(LedgerError::from)?;
    if !survey.work.is_empty() {
        report = work_off(
            context,
            desk,
            (&ledger, &claims),
            survey.work,
            (wish, report),
            progress,
        )
        .await?;
        ledger.save().await.map_err(LedgerError::from)?;
    }
    told(&report);
    Ok(report)
}

async fn work_off(
    context: &Context,
    desk: &Desk,
    (ledger, claims): (&Ledger, &Claims),
    work: Vec<Work>,
    (wish, report): (&FolderWish, FolderReport),
    progress: &mpsc::Sender<FolderStep>,
) -> Result<FolderReport, Refusal> {
    desk.look(context).await.map_err(|error| refusal(&error))?;
    let folder = desk.folder(context).await.map_err(|error| refusal(&error))?;
    let remote = remote(desk, ledger, claims, &folder, &work).await?;
    let total = work.len();
    tracing::info!(files = total, "A folder sync looks at {total} files");
    let run = Run::new(context, desk, ledger, (wish, folder), progress, (report, total));
    let (sender, receiver) = mpsc::channel(prepare::BATCH);
    let uploads = context.config.delivery.drive_uploads;
    let ready = Mutex::new(receiver);
    let sending = join_all((0..uploads).map(|_| send_all(&run, &ready)));
    tokio::join!(prepare(&run, work, remote, sender), sending);
    let mut report = run.into_report();
    if context.stopping.is_cancelled() && report.left > 0 {
        let stopped = || "It was stopped before its end.".to_owned();
        report.reason.get_or_insert_with(stopped);
    }
    Ok(report)
}

/// What Drive has, where that matters: for files that the manifest does not know, and for a
/// comparison. Asking costs a request for each 1,000 files there; a second copy costs a guest's trust.
async fn remote(
    desk: &Desk,
    ledger: &Ledger,
    claims: &Claims,
    folder: &str,
    work: &[Work],
) -> Result<Remote, Refusal> {
    let asks = |work: &Work| matches!(work.cause, Cause::New | Cause::Moved(..) | Cause::Compare(_));
    if !work.iter().any(asks) {
        return Ok(Remote::default());
    }
    let mut remote = Remote::list(desk, folder)
        .await
        .map_err(|error| refusal(&error))?;
    remote.take(claims.ids());
    let entries = ledger.entries();
    remote.take(entries.values().map(|entry| entry.item.drive_file_id.as_str()));
    drop(entries);
    Ok(remote)
}

/// The same without a step: reads this machine only, and changes nothing.
async fn plan(context: &Context, wish: &FolderWish, place: &Place) -> Result<FolderReport, Refusal> {
    let (path, keys) = (context.config.storage.manifest_file.clone(), place.keys.clone());
    let found = off_thread(move || ledger::read(&path, &keys)).await?;
    let manifest = match found.map_err(LedgerError::from)? {
        Found::Entries(manifest) => manifest,
        Found::Nothing | Found::Broken(_) => Manifest::new(),
    };
    let scan = place.pictures(context, wish).await?;
    let (survey, _, mut report) = sort(context, wish, scan, || &manifest).await?;
    let limit = wish
        .limit
        .map_or(usize::MAX, |limit| run::clamped(limit, usize::MAX));
    report.left = survey.work.len().saturating_sub(limit);
    let planned = survey.work.into_iter().take(limit).map(|work| Planned {
        path: work.picture.key,
        change: match (work.cause, wish.changed) {
            (Cause::New | Cause::Begun(_), _) | (Cause::Changed(_), Changed::New) => Change::New,
            (Cause::Changed(_), Changed::Version) => Change::Version,
            (Cause::Compare(_) | Cause::Moved(..), _) => Change::Compare,
        },
    });
    report.planned = planned.collect();
    report.dry_run = true;
    Ok(report)
}

fn told(report: &FolderReport) {
    let (sent, unchanged, failed, left) = (
        report.sent.len(),
        report.unchanged,
        report.failed.len(),
        report.left,
    );
    tracing::info!(
        sent,
        unchanged,
        failed,
        left,
        "A folder sync ended: {sent} files sent, {unchanged} unchanged"
    );
}
