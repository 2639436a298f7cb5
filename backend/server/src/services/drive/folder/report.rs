//! What a folder sync is asked for, how far it is, and how it came out.

use std::path::PathBuf;

use serde::Serialize;
use utoipa::ToSchema;

/// What becomes of a file that was sent before and looks different now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema, clap::ValueEnum)]
#[schema(rename_all = "lowercase")]
pub enum Changed {
    /// A new version of the file in Drive: its links stay
    #[default]
    Version,
    /// A new file in Drive beside the old one: it gets links of its own
    New,
}

/// What a folder sync is asked for.
#[derive(Clone, Debug, Default)]
pub struct FolderWish {
    /// The folder; the configured one where it is left out.
    pub folder: Option<PathBuf>,
    /// Send at most so many files, oldest first.
    pub limit: Option<u64>,
    /// Compare also what is in Drive already, and mend what differs.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// What becomes of changed files.
    pub changed: Changed,
}

/// Why a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Drive has no such file.
    New,
    /// It has changed: a new version of the file in Drive.
    Version,
    /// What was in Drive was not this file, or was gone.
    Mended,
    /// Only in a dry run: it is compared with what is in Drive.
    Compare,
}

impl Change {
    /// The word in progress and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Version => "version",
            Self::Mended => "mended",
            Self::Compare => "compare",
        }
    }
}

/// A file that a sync sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SentFile {
    /// Below the folder, or absolute.
    pub path: String,
    /// Why it was sent.
    pub change: Change,
    /// Its name in Drive.
    pub name: String,
    /// Its id in Drive.
    pub drive_file_id: String,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// The address of the QR code's PNG.
    pub qr_url: Option<String>,
}

/// A file that would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Planned {
    /// Below the folder, or absolute.
    pub path: String,
    /// Why.
    pub change: Change,
}

/// A file that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Below the folder, or absolute.
    pub path: String,
    /// A plain sentence.
    pub reason: String,
}

/// How a folder sync came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FolderReport {
    /// Nothing was changed, here or in Drive.
    pub dry_run: bool,
    /// Pictures in the folder.
    pub found: usize,
    /// As they were when they were sent.
    pub unchanged: usize,
    /// In Drive already, though the manifest did not say so.
    pub recognised: usize,
    /// Sent by this sync.
    pub sent: Vec<SentFile>,
    /// A dry run would have sent these.
    pub planned: Vec<Planned>,
    /// Jobs whose pictures lie here and are not in Drive yet: they are delivered by themselves, or by `/drive/sync`.
    pub jobs_waiting: Vec<i64>,
    /// Deleted while the sync ran.
    pub vanished: Vec<String>,
    /// Not sent, each with its reason.
    pub failed: Vec<Fault>,
    /// Not looked at: the limit was reached, or the sync was stopped.
    pub left: usize,
    /// Why the sync ended before its end.
    pub reason: Option<String>,
    /// The new name of a manifest that was none.
    pub manifest_set_aside: Option<String>,
}

/// How far a folder sync is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FolderStep {
    /// The file that came out since the last step.
    pub path: String,
    /// `new`, `version`, `mended`, `recognised`, `unchanged`, `vanished` or `failed`.
    pub outcome: &'static str,
    /// Files that came out.
    pub done: usize,
    /// Files of this sync, without those that were as the manifest says from the start.
    pub total: usize,
}
