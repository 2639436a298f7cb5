//! Our files in Drive's trash, and taking them back.

use boothline_delivery::drive::Class;
use boothline_domain::JobId;
use boothline_store::StoreError;
use boothline_store::jobs::delivery;
use serde::Serialize;

use super::{Mishap, OurFile};
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::Desk;
use crate::services::drive::inventory::Inventory;
use crate::services::drive::verify::{Heard, Phase};

const BACK: &str = "In Google Drive again, out of its trash.";

/// Our files in Drive's trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trashed {
    /// The account's address.
    pub account: String,
    /// Our files.
    pub files: Vec<OurFile>,
    /// Whether the folder itself lies in the trash, with all that is in it.
    pub folder: Option<OurFile>,
}

/// What to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that is ours.
    All,
    /// The files with these ids.
    Ids(Vec<String>),
}

/// How taking back came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Out of the trash.
    pub files: Vec<OurFile>,
    /// What did not work.
    pub mishaps: Vec<Mishap>,
}

/// Lists our files in Drive's trash.
///
/// # Errors
/// 503 when Drive cannot be reached or used.
pub async fn trashed(context: &Context, desk: &Desk) -> Result<Trashed, Refusal> {
    let inventory = Inventory::take(context, desk).await?;
    let folder = inventory.folder.as_ref().and_then(|folder| {
        let state = folder.state.as_ref().filter(|state| state.trashed)?;
        Some(OurFile {
            id: folder.id.clone(),
            name: state.name.clone(),
            size: 0,
            job_id: None,
            taken_at: None,
        })
    });
    let ours = inventory.ours().filter(|file| file.trashed);
    Ok(Trashed {
        files: ours.map(|file| OurFile::new(&inventory, file)).collect(),
        account: inventory.account.email,
        folder,
    })
}

/// Takes files of ours out of Drive's trash.
///
/// # Errors
/// 404 when an id is none of ours in the trash; 503 when Drive cannot be reached or used.
pub async fn recover(
    context: &Context,
    desk: &Desk,
    which: &Which,
    heard: Heard<'_>,
) -> Result<Recovered, Refusal> {
    let there = trashed(context, desk).await?;
    let all: Vec<OurFile> = there.folder.into_iter().chain(there.files).collect();
    let chosen = match which {
        Which::All => all,
        Which::Ids(ids) => pick(all, ids)?,
    };
    let mut recovered = Recovered::default();
    for (done, file) in chosen.iter().enumerate() {
        if context.stopping.is_cancelled() {
            break;
        }
        heard(Phase::Changing, done, chosen.len());
        match desk.target.drive.trash(&file.id, false, Class::Batch).await {
            Ok(()) => {
                take_back(context, file, BACK).await?;
                recovered.files.push(file.clone());
            }
            Err(error) => recovered.mishaps.push(Mishap::new(file, &error)),
        }
    }
    context.changed();
    Ok(recovered)
}

fn pick(all: Vec<OurFile>, ids: &[String]) -> Result<Vec<OurFile>, Refusal> {
    if let Some(unknown) = ids.iter().find(|id| all.iter().all(|file| file.id != **id)) {
        let detail = format!(
            "There is no file {unknown} of this installation in Drive's trash; `boothline drive trash` lists those that are."
        );
        return Err(Refusal::not_found("not_in_trash", detail));
    }
    Ok(all.into_iter().filter(|file| ids.contains(&file.id)).collect())
}

/// The row says that the file is there again.
pub(super) async fn take_back(
    context: &Context,
    file: &OurFile,
    message: &'static str,
) -> Result<(), Refusal> {
    let Some(id) = file.job_id.map(JobId) else {
        return Ok(());
    };
    let now = context.now();
    let written = context
        .database
        .write(move |tx| Box::pin(async move { delivery::take_back(tx, id, message, now).await }))
        .await;
    match written {
        // Never tidied away: somebody had put it into the trash by hand.
        Ok(()) | Err(StoreError::NotInState(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
