//! What there is on both sides: our rows and the ids that we took, and what Drive holds.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use boothline_delivery::drive::{Account, Class, DriveError, FolderState, RemoteFile, Trouble};
use boothline_domain::JobId;
use boothline_store::drive_ids::{self, Taken};
use boothline_store::jobs::Job;
use boothline_store::jobs::delivery;
use serde::Deserialize;

use super::Desk;
use super::delivering::APP;
use super::sync::refusal;
use crate::context::Context;
use crate::refusal::Refusal;

/// Rows and files, as they were at one moment.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Whose Drive it is.
    pub account: Account,
    /// The folder that pictures go to; none before the first picture.
    pub folder: Option<Folder>,
    /// What lies in the folder, and what carries our mark anywhere, by id. In the trash, too.
    pub files: BTreeMap<String, RemoteFile>,
    /// Finished jobs, oldest first.
    pub jobs: Vec<Job>,
    /// Which job an id was promised to, also where the job is not finished.
    pub promised: HashMap<String, JobId>,
    /// What an id was taken out of the pool for.
    pub taken: HashMap<String, Taken>,
    /// The files that syncs of folders sent, as the manifest knows them.
    pub manifest: HashSet<String>,
}

/// The folder that pictures go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its id in Drive.
    pub id: String,
    /// What Drive says about it; none when it is not there, or hidden from this sign-in.
    pub state: Option<FolderState>,
}

/// How a file in Drive came there, as far as this installation knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The picture of this job.
    Job(JobId),
    /// Made for a job that was deleted, or that has another file by now.
    Orphan,
    /// Sent through by `POST /drive/upload`.
    Sent,
    /// Sent out of a folder; the manifest knows it.
    Folder,
    /// It carries our mark, but this installation does not know its id.
    Unknown,
    /// Somebody else put it there.
    Foreign,
}

impl Inventory {
    /// Looks at Drive, then at the rows, so that no file is older than what is known of it. Changes nothing there.
    ///
    /// # Errors
    /// 503 when Drive cannot be reached or used.
    pub async fn take(context: &Context, desk: &Desk) -> Result<Self, Refusal> {
        let (account, folder, files) = at_drive(context, desk).await.map_err(|error| refusal(&error))?;
        let db = context.database.reader();
        let taken = drive_ids::taken(db).await?;
        Ok(Self {
            account,
            folder,
            files,
            jobs: delivery::finished(db, true, None).await?,
            promised: delivery::promised(db).await?.into_iter().collect(),
            taken: taken.into_iter().map(|taken| (taken.id.clone(), taken)).collect(),
            manifest: manifest(&context.config.storage.manifest_file).await,
        })
    }

    /// How a file came to be in Drive.
    pub fn origin(&self, file: &RemoteFile) -> Origin {
        match (self.promised.get(&file.id), self.taken.get(&file.id)) {
            (Some(job), _) => Origin::Job(*job),
            (None, Some(taken)) if is_for_job(&taken.purpose) => Origin::Orphan,
            (None, Some(_)) => Origin::Sent,
            (None, None) if self.manifest.contains(&file.id) => Origin::Folder,
            (None, None) if is_marked(file) => Origin::Unknown,
            (None, None) => Origin::Foreign,
        }
    }

    /// Whether this installation made the file: it carries our mark, and its id is one of ours.
    pub fn is_ours(&self, file: &RemoteFile) -> bool {
        is_marked(file) && !matches!(self.origin(file), Origin::Unknown | Origin::Foreign)
    }

    /// The files that this installation made.
    pub fn ours(&self) -> impl Iterator<Item = &RemoteFile> {
        self.files.values().filter(|file| self.is_ours(file))
    }
}

/// Whether a file carries the property that all our files have.
pub fn is_marked(file: &RemoteFile) -> bool {
    file.app_properties
        .get(APP.0)
        .is_some_and(|value| value.as_str() == APP.1)
}

/// A job that is being accepted has no number yet: its id is taken for its share code.
fn is_for_job(purpose: &str) -> bool {
    purpose.starts_with("job:") || purpose.starts_with("code:")
}

type Seen = (Account, Option<Folder>, BTreeMap<String, RemoteFile>);

async fn at_drive(context: &Context, desk: &Desk) -> Result<Seen, DriveError> {
    desk.target.drive.reachable().await?;
    let account = desk.recognise(context).await?;
    let folder = folder(context, desk, &account).await?;
    let mut files = BTreeMap::new();
    let marked = format!("appProperties has {{ key='{}' and value='{}' }}", APP.0, APP.1);
    list(desk, &marked, &mut files).await?;
    if let Some(folder) = folder.as_ref().filter(|folder| folder.state.is_some()) {
        list(desk, &format!("'{}' in parents", folder.id), &mut files).await?;
        files.remove(&folder.id);
    }
    Ok((account, folder, files))
}

/// The folder that pictures go to, without making or sharing one.
pub async fn folder(context: &Context, desk: &Desk, account: &Account) -> Result<Option<Folder>, DriveError> {
    let Some(id) = desk.known_folder(context, &account.id).await? else {
        return Ok(None);
    };
    let state = match desk.target.drive.check_folder(&id).await {
        Ok(state) => Some(state),
        Err(error) if error.trouble == Trouble::Folder => None,
        Err(error) => return Err(error),
    };
    Ok(Some(Folder { id, state }))
}

async fn list(desk: &Desk, query: &str, files: &mut BTreeMap<String, RemoteFile>) -> Result<(), DriveError> {
    let mut token = None;
    loop {
        let page = desk
            .target
            .drive
            .list(query, token.as_deref(), Class::Batch)
            .await?;
        files.extend(page.files.into_iter().map(|file| (file.id.clone(), file)));
        token = page.next;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// What a manifest says about a file, as far as it matters here.
#[derive(Deserialize)]
struct Sent {
    item: SentItem,
}

#[derive(Deserialize)]
struct SentItem {
    drive_file_id: String,
}

/// The ids in the manifest. Without a usable one its files are unknown, and so left alone.
async fn manifest(path: &Path) -> HashSet<String> {
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!(%error, "The manifest of folder syncs cannot be read");
            }
            return HashSet::new();
        }
    };
    match serde_json::from_slice::<HashMap<String, Sent>>(&bytes) {
        Ok(entries) => entries
            .into_values()
            .map(|sent| sent.item.drive_file_id)
            .collect(),
        Err(error) => {
            tracing::warn!(%error, "The manifest of folder syncs is damaged");
            HashSet::new()
        }
    }
}
