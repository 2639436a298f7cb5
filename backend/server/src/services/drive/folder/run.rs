//! One sync under way: what it shares between preparing and sending, and how it is told to stop.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use boothline_delivery::drive::{DriveError, Trouble};
use boothline_delivery::qr_picture_address;
use boothline_domain::Disposition;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::ledger::Ledger;
use super::manifest::{Entry, Item, Signature, State};
use super::report::{Change, Fault, FolderReport, FolderStep, SentFile};
use super::survey::Work;
use super::{Desk, FolderWish};
use crate::context::Context;

/// Files in a row that Drive's own faults kept out, until the fault counts as Drive's as a whole.
const FAULTS_IN_A_ROW: usize = 4;

/// A sync under way.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context,
    pub(super) desk: &'a Desk,
    pub(super) ledger: &'a Ledger,
    pub(super) wish: &'a FolderWish,
    /// The folder in Drive.
    pub(super) folder: String,
    /// No more files are begun.
    pub(super) halt: CancellationToken,
    progress: &'a mpsc::Sender<FolderStep>,
    report: Mutex<FolderReport>,
    total: usize,
    settled: AtomicUsize,
    faults_in_a_row: AtomicUsize,
}

/// A picture whose id is on disk, ready to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) work: Work,
    pub(super) signature: Signature,
    pub(super) md5: String,
    pub(super) mime: &'static str,
    pub(super) id: String,
    /// Something may be there under the id.
    pub(super) doubt: bool,
    pub(super) change: Change,
    /// What guests know it by; kept as long as Drive agrees.
    pub(super) before: Option<Item>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        context: &'a Context,
        desk: &'a Desk,
        ledger: &'a Ledger,
        (wish, folder): (&'a FolderWish, String),
        progress: &'a mpsc::Sender<FolderStep>,
        (report, total): (FolderReport, usize),
    ) -> Self {
        Self {
            context,
            desk,
            ledger,
            wish,
            folder,
            halt: context.stopping.child_token(),
            progress,
            report: Mutex::new(report),
            total,
            settled: AtomicUsize::new(0),
            faults_in_a_row: AtomicUsize::new(0),
        }
    }

    /// How it came out.
    pub(super) fn into_report(self) -> FolderReport {
        let settled = self.settled.into_inner();
        let mut report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        report.left += self.total - settled;
        report
    }

    /// A picture came out.
    pub(super) fn settle(&self, path: &str, outcome: &'static str, note: impl FnOnce(&mut FolderReport)) {
        note(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
        let done = self.settled.fetch_add(1, Ordering::Relaxed) + 1;
        let limit = self
            .wish
            .limit
            .map_or(self.total, |limit| clamped(limit, self.total));
        let step = FolderStep {
            path: path.to_owned(),
            outcome,
            done,
            total: limit.max(done),
        };
        // Nobody has to listen.
        let _ = self.progress.try_send(step);
    }

    /// Notes an entry of a picture that needs no sending.
    pub(super) fn known(&self, work: &Work, entry: Entry, outcome: &'static str) {
        self.ledger.replace(work, entry);
        self.settle(&work.picture.key, outcome, |report| match outcome {
            "unchanged" => report.unchanged += 1,
            _ => report.recognised += 1,
        });
    }

    /// A picture that is not sent by this sync, for this reason.
    pub(super) fn failed(&self, work: &Work, reason: impl std::fmt::Display) {
        let path = work.picture.key.clone();
        let reason = reason.to_string();
        tracing::warn!(file = path, "{path} is not sent: {reason}");
        self.settle(&work.picture.key, "failed", |report| {
            report.failed.push(Fault { path, reason });
        });
    }

    /// A picture that was deleted meanwhile.
    pub(super) fn vanished(&self, work: &Work) {
        let path = work.picture.key.clone();
        self.settle(&work.picture.key, "vanished", |report| report.vanished.push(path));
    }

    /// A picture is in Drive, proven.
    pub(super) fn sent(&self, ready: &Ready, entry: Entry, was_there: bool) {
        self.faults_in_a_row.store(0, Ordering::Relaxed);
        if was_there {
            self.known(&ready.work, entry, "recognised");
            return;
        }
        let file = SentFile {
            path: ready.work.picture.key.clone(),
            change: ready.change,
            name: entry.item.name.clone(),
            drive_file_id: entry.item.drive_file_id.clone(),
            drive_link: entry.item.drive_link.clone(),
            download_link: entry.item.download_link.clone(),
            qr_url: entry.item.qr_url.clone(),
        };
        self.ledger.replace(&ready.work, entry);
        self.settle(&ready.work.picture.key, ready.change.as_str(), |report| {
            report.sent.push(file);
        });
    }

    /// Ends the sync; what is in hand is finished.
    pub(super) fn stop(&self, reason: impl std::fmt::Display) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.reason.get_or_insert_with(|| reason.to_string());
        self.halt.cancel();
    }

    /// Whether the trouble is Drive's with all files; then the sync ends.
    pub(super) fn concerns_all(&self, error: &DriveError) -> bool {
        matches!(
            error.disposition(),
            Disposition::WaitForNetwork | Disposition::WaitForOperator
        ) || error.trouble == Trouble::DailyLimit
    }

    /// A file was given up for a fault of Drive's. Several in a row, and the sync ends.
    pub(super) fn gave_up(&self, work: &Work, error: &DriveError) {
        self.failed(work, error);
        let theirs = matches!(
            error.trouble,
            Trouble::Interrupted | Trouble::ServerFault | Trouble::RateLimited
        );
        if theirs && self.faults_in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= FAULTS_IN_A_ROW {
            self.stop(error);
        }
    }

    /// The entry of a picture under an id, with the links that are predicted for it.
    pub(super) fn entry(&self, work: &Work, id: &str, (signature, md5): (Signature, &str)) -> Entry {
        let links = self.desk.target.drive.links(id);
        let api = self.context.config.server.api_base_url.as_str();
        Entry {
            signature,
            item: Item {
                local_path: shown(&work.picture.path),
                name: work.picture.name().to_owned(),
                uploaded_at: None,
                drive_file_id: id.to_owned(),
                qr_url: Some(qr_picture_address(api, &links.download_link)),
                drive_link: Some(links.drive_link),
                download_link: Some(links.download_link),
            },
            md5: Some(md5.to_owned()),
            state: State::Pending,
        }
    }

    /// The same, proven to be there, with the links that it had before where they still hold.
    pub(super) fn proven(&self, entry: Entry, before: Option<&Item>) -> Entry {
        let now = Some(self.context.now().to_rfc3339().into());
        let mut item = entry.item;
        item.uploaded_at = now;
        if let Some(before) = before.filter(|before| before.drive_file_id == item.drive_file_id) {
            item.drive_link = before.drive_link.clone().or(item.drive_link);
            item.download_link = before.download_link.clone().or(item.download_link);
            item.qr_url = before.qr_url.clone().or(item.qr_url);
        }
        Entry {
            item,
            state: State::Done,
            ..entry
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn clamped(limit: u64, most: usize) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(most)
}
