//! One thing that is not as it should be, or worth a word.

use serde::Serialize;

/// What is wrong. In the order of a report: what touches guests most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The folder is not in Drive any more.
    FolderGone,
    /// The folder lies in Drive's trash, and all pictures with it.
    FolderTrashed,
    /// The folder should be public and is not.
    FolderNotPublic,
    /// Neither this machine nor Drive has the picture.
    Lost,
    /// Drive does not have the picture.
    Missing,
    /// Drive has other bytes.
    WrongBytes,
    /// The picture lies in Drive's trash.
    Trashed,
    /// Its delivery was given up, or was called done and never proven.
    Undelivered,
    /// Drive says that not everybody with the link may see it.
    NotPublic,
    /// A guest cannot open the link.
    LinkClosed,
    /// Whether a guest can open the link could not be found out.
    LinkUnchecked,
    /// Drive has the picture a second time.
    Duplicate,
    /// The picture's file is gone from this machine.
    LocalGone,
    /// The picture's file on this machine has other bytes than were made.
    LocalDamaged,
    /// The picture is in the Drive of another account.
    OtherAccount,
    /// A file with our mark that this installation does not know.
    Unknown,
    /// A file in our folder that somebody else put there.
    Foreign,
}

impl Kind {
    /// False for what is only worth a word.
    pub const fn is_wrong(self) -> bool {
        !matches!(self, Self::OtherAccount | Self::Unknown | Self::Foreign)
    }
}

/// What mends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Take the folder out of Drive's trash.
    RecoverFolder,
    /// Make the folder public.
    ShareFolder,
    /// Deliver it again under the same id; what is there is compared and mended.
    SendAgain,
    /// Take the file out of Drive's trash, where this machine has no copy to send.
    Recover,
    /// Make the file public.
    Share,
    /// Put the file into Drive's trash.
    Trash,
    /// Nothing that we should do by ourselves.
    None,
}

/// One thing that is not as it should be, or worth a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The job that it is about.
    pub job_id: Option<i64>,
    /// The file in Drive that it is about.
    pub file_id: Option<String>,
    /// The file's name.
    pub name: String,
    /// More about this one, where there is more to say.
    pub detail: Option<String>,
    /// What mends it.
    pub remedy: Remedy,
}

impl Finding {
    /// What it is about, the same in a later look.
    pub fn subject(&self) -> Subject {
        match self.job_id {
            Some(job) if self.kind != Kind::Duplicate => Subject::Job(job),
            _ => Subject::File(self.file_id.clone()),
        }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A job's picture, wherever it is.
    Job(i64),
    /// A file in Drive.
    File(Option<String>),
}
