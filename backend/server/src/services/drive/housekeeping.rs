//! Room and order in the Drive account. Only what this installation made is ever touched.

mod clean;
mod space;
mod trash;

use boothline_delivery::drive::{DriveError, RemoteFile};
use boothline_domain::JobId;
use boothline_domain::clock::Timestamp;
use serde::Serialize;

use super::Desk;
use super::inventory::{self, Inventory, Origin};
use super::sync::refusal;
use crate::context::Context;
use crate::refusal::Refusal;

pub use clean::{Cleaning, Plan, Selection, clean, plan};
pub use space::{Space, Tally, space};
pub use trash::{Recovered, Trashed, Which, recover, trashed};

/// A file of ours in Drive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OurFile {
    /// Drive's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The job whose picture it is.
    pub job_id: Option<i64>,
    /// When the picture was taken, RFC 3339.
    pub taken_at: Option<String>,
}

impl OurFile {
    fn new(inventory: &Inventory, file: &RemoteFile) -> Self {
        let job_id = match inventory.origin(file) {
            Origin::Job(JobId(id)) => Some(id),
            _ => None,
        };
        Self {
            id: file.id.clone(),
            name: file.name.clone(),
            size: file.size.unwrap_or(0),
            job_id,
            taken_at: file.created_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// What did not work, and with which file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mishap {
    /// Drive's id of the file.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// One plain sentence.
    pub message: String,
}

impl Mishap {
    fn new(file: &OurFile, error: &DriveError) -> Self {
        Self {
            id: file.id.clone(),
            name: file.name.clone(),
            message: error.to_string(),
        }
    }
}

/// The folder that pictures go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FolderReport {
    /// The account's address.
    pub account: String,
    /// Drive's id; none before the first picture.
    pub id: Option<String>,
    /// Whether it is the one of `TARGET_FOLDER_ID`.
    pub chosen: bool,
    /// Its name; none when it is not in Drive, or hidden from this sign-in.
    pub name: Option<String>,
    /// Its page in Drive.
    pub link: Option<String>,
    /// Whether whoever has the link sees it, and all pictures in it.
    pub public: bool,
    /// Whether we may put files into it.
    pub writable: bool,
    /// Whether it lies in the trash.
    pub trashed: bool,
}

/// Says what Drive knows about our folder. Makes none and shares none.
///
/// # Errors
/// 503 when Drive cannot be reached or used.
pub async fn folder(context: &Context, desk: &Desk) -> Result<FolderReport, Refusal> {
    let looked = async {
        desk.target.drive.reachable().await?;
        let account = desk.recognise(context).await?;
        let folder = inventory::folder(context, desk, &account).await?;
        Ok((account, folder))
    };
    let (account, folder) = looked.await.map_err(|error: DriveError| refusal(&error))?;
    let (id, state) = folder.map(|folder| (folder.id, folder.state)).unzip();
    let state = state.flatten();
    Ok(FolderReport {
        account: account.email,
        id,
        chosen: context.config.delivery.target_folder_id.is_some(),
        public: state.as_ref().is_some_and(|state| state.public),
        writable: state.as_ref().is_some_and(|state| state.writable),
        trashed: state.as_ref().is_some_and(|state| state.trashed),
        link: state.as_ref().and_then(|state| state.link.clone()),
        name: state.map(|state| state.name),
    })
}
