//! Do rows, disk and Drive agree, and do the guests' links open? And what mends it.

pub mod compare;
pub mod disk;
mod finding;
pub mod guest;
mod mend;

use boothline_delivery::drive::Class;
use boothline_domain::JobId;
use serde::Serialize;

use super::Desk;
use super::inventory::Inventory;
use super::sync::refusal;
use crate::context::Context;
use crate::refusal::Refusal;

pub use finding::{Finding, Kind, Remedy, Subject};
pub use mend::{Mended, mend};

/// What a person sees of long work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading rows and Drive's lists; its length is not known.
    Reading,
    /// Asking for files that the lists did not show.
    Missing,
    /// Opening the guests' links.
    Links,
    /// Sending pictures again.
    Sending,
    /// Changing what Drive says about files.
    Changing,
}

/// Hears how far the work is: the phase, what is done of it, and all of it.
pub type Heard<'a> = &'a (dyn Fn(Phase, usize, usize) + Send + Sync);

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Open every link as a guest would.
    pub links: bool,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Pictures that Drive should have.
    pub pictures: usize,
    /// Files that Drive has of ours or in our folder, those in its trash included.
    pub files: usize,
    /// Links that were opened as a guest.
    pub links: usize,
    /// Pictures on their way to Drive.
    pub on_the_way: usize,
    /// Pictures that were tidied out of Drive.
    pub removed: usize,
    /// Finished pictures that were never meant for Drive.
    pub only_here: usize,
    /// Files of pictures that were deleted here.
    pub orphans: usize,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// The account's address.
    pub account: String,
    /// The folder's name, where there is one.
    pub folder: Option<String>,
    /// What was looked at.
    pub looked_at: Counts,
    /// What is not as it should be, worst first, and what is only worth a word.
    pub findings: Vec<Finding>,
}

impl Look {
    /// Whether something is wrong, not only worth a word.
    pub fn is_wrong(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind.is_wrong())
    }

    /// What can be mended.
    pub fn mendable(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.remedy != Remedy::None)
    }
}

/// Compares rows, disk and Drive, and opens the links. Changes nothing.
///
/// # Errors
/// 409 when results stay on this machine; 503 when Drive cannot be reached or used.
pub async fn look(context: &Context, desk: &Desk, extent: Extent, heard: Heard<'_>) -> Result<Look, Refusal> {
    heard(Phase::Reading, 0, 0);
    let mut inventory = Inventory::take(context, desk).await?;
    fetch_unlisted(desk, &mut inventory, heard).await?;
    let copies = disk::copies(context, &inventory).await?;
    let share = context.config.delivery.drive_share;
    let mut compared = compare::compare(&inventory, &copies, share);
    if extent.links {
        let links = std::mem::take(&mut compared.links);
        compared.counts.links = links.len();
        compared.findings.extend(guest::visit(desk, links, heard).await);
    }
    compared
        .findings
        .sort_by_key(|finding| (finding.kind, finding.job_id));
    let state = inventory.folder.and_then(|folder| folder.state);
    Ok(Look {
        account: inventory.account.email,
        folder: state.map(|state| state.name),
        looked_at: compared.counts,
        findings: compared.findings,
    })
}

/// Drive's lists lag behind, and a file can have lost folder and mark: its id decides.
async fn fetch_unlisted(desk: &Desk, inventory: &mut Inventory, heard: Heard<'_>) -> Result<(), Refusal> {
    let unlisted: Vec<String> = inventory
        .jobs
        .iter()
        .filter(|job| compare::is_expected(job))
        .filter_map(|job| job.drive_file_id.clone())
        .filter(|id| !inventory.files.contains_key(id) && !compare::is_elsewhere(inventory, id))
        .collect();
    for (done, id) in unlisted.iter().enumerate() {
        heard(Phase::Missing, done, unlisted.len());
        let found = desk.target.drive.file(id, Class::Batch).await;
        if let Some(file) = found.map_err(|error| refusal(&error))? {
            inventory.files.insert(file.id.clone(), file);
        }
    }
    Ok(())
}

/// The jobs of these findings, each once.
fn jobs_of<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<JobId> {
    let mut ids: Vec<JobId> = findings.filter_map(|finding| finding.job_id).map(JobId).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
