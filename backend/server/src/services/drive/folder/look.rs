//! The first part of every sync, dry or not: what lies in the folder, and what is to be done about it.

use std::io;
use std::path::{Path, PathBuf};

use super::claims::Claims;
use super::manifest::Manifest;
use super::report::{Fault, FolderReport, FolderWish};
use super::scan::{self, Keys, Scan};
use super::survey::{Survey, needs_claims, survey};
use crate::context::Context;
use crate::refusal::Refusal;

/// The folder that is meant, and how the manifest names files.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Where the pictures are.
    pub(super) root: PathBuf,
    /// Names of files.
    pub(super) keys: Keys,
}

impl Place {
    /// The folder of the wish, or the configured one.
    ///
    /// # Errors
    /// 404 when it cannot be read, 400 when it is none to send from.
    pub(super) async fn find(context: &Context, wish: &FolderWish) -> Result<Self, Refusal> {
        let configured = context.config.delivery.local_folder_path.clone();
        let (wished, places) = (wish.folder.clone(), context.places.clone());
        off_thread(move || {
            let keys = Keys::relative_to(&configured);
            let found = std::fs::canonicalize(wished.as_ref().unwrap_or(&configured));
            let root = found.map_err(|error| no_folder(wished.as_deref(), &error))?;
            if scan::is_private(&root, &places) {
                let detail =
                    "This folder holds guests' originals or files of the service's own; those are never sent.";
                return Err(Refusal::bad_request("folder_private", detail));
            }
            Ok(Self { root, keys })
        })
        .await?
    }

    /// Its pictures.
    ///
    /// # Errors
    /// 404 when the folder cannot be read.
    pub(super) async fn pictures(&self, context: &Context, wish: &FolderWish) -> Result<Scan, Refusal> {
        let (place, places) = (self.clone(), context.places.clone());
        let scan = off_thread(move || scan::scan(&place.root, &place.keys, &places)).await?;
        scan.map_err(|error| no_folder(wish.folder.as_deref(), &error))
    }
}

fn no_folder(wished: Option<&Path>, error: &io::Error) -> Refusal {
    let which = match wished {
        Some(path) => path.display().to_string(),
        None => "of the sync (LOCAL_FOLDER_PATH)".to_owned(),
    };
    let detail = format!("The folder {which} cannot be read: {error}.");
    Refusal::not_found("folder_not_found", detail)
}

/// What there is to do, and the files that jobs deliver. A report begins with it.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn sort<M: std::ops::Deref<Target = Manifest>>(
    context: &Context,
    wish: &FolderWish,
    scan: Scan,
    manifest: impl Fn() -> M,
) -> Result<(Survey, Claims, FolderReport), Refusal> {
    let mut report = begin(&scan);
    let needed = needs_claims(&scan.pictures, &manifest(), wish.force);
    let claims = match needed {
        true => Claims::look_up(context).await?,
        false => Claims::default(),
    };
    let survey = survey(scan.pictures, &manifest(), &claims, wish.force);
    report.unchanged = survey.unchanged;
    report.recognised = survey.recognised.len();
    report.jobs_waiting = survey.awaited.iter().map(|id| id.0).collect();
    report.jobs_waiting.sort_unstable();
    report.jobs_waiting.dedup();
    Ok((survey, claims, report))
}

fn begin(scan: &Scan) -> FolderReport {
    let failed = scan.unreadable.iter().map(|(path, reason)| Fault {
        path: path.clone(),
        reason: format!("{reason}."),
    });
    FolderReport {
        found: scan.pictures.len(),
        failed: failed.collect(),
        ..FolderReport::default()
    }
}

/// Disk work, away from the threads that answer requests.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(Refusal::internal)
}
