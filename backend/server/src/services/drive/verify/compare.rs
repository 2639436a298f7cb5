//! Rows, disk and Drive laid side by side.

use std::collections::HashMap;

use boothline_delivery::drive::RemoteFile;
use boothline_domain::{DeliveryState, JobId, TargetKind};
use boothline_store::jobs::Job;

use super::disk::{Copy, State};
use super::guest::Link;
use super::{Counts, Finding, Kind, Remedy};
use crate::config::DriveShare;
use crate::services::drive::delivering::{FILE_KEY, short_key};
use crate::services::drive::inventory::{Inventory, Origin, is_marked};

/// How the sides compare; whether links open is still to be seen.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What is not as it should be.
    pub findings: Vec<Finding>,
    /// The links of pictures that are in order as far as Drive says.
    pub links: Vec<Link>,
    /// What was compared.
    pub counts: Counts,
}

/// Whether Drive should have the picture by now: its delivery has ended, and it was not tidied away.
pub fn is_expected(job: &Job) -> bool {
    let ended = matches!(job.delivery, DeliveryState::Delivered | DeliveryState::Failed);
    job.target == TargetKind::Drive && ended && job.drive_removed_at.is_none()
}

/// Whether the id belongs to another account than the one that is signed in.
pub fn is_elsewhere(inventory: &Inventory, id: &str) -> bool {
    let taken = inventory.taken.get(id);
    taken.is_some_and(|taken| taken.account != inventory.account.id)
}

/// Compares everything. `copies` has one entry for each job that [`is_expected`].
pub fn compare(inventory: &Inventory, copies: &HashMap<JobId, Copy>, share: DriveShare) -> Comparison {
    let mut found = Comparison::default();
    found.counts.files = inventory.files.len();
    let folder_is_public = folder(inventory, share, &mut found);
    for job in &inventory.jobs {
        let count = match copies.get(&job.id) {
            Some(copy) => {
                let shares_late = share == DriveShare::Folder && !folder_is_public;
                picture(inventory, job, copy, shares_late, &mut found);
                &mut found.counts.pictures
            }
            None if job.drive_removed_at.is_some() => &mut found.counts.removed,
            None if job.target == TargetKind::Local => &mut found.counts.only_here,
            None => &mut found.counts.on_the_way,
        };
        *count += 1;
    }
    strays(inventory, copies, &mut found);
    found
}

/// Returns whether the folder is public.
fn folder(inventory: &Inventory, share: DriveShare, found: &mut Comparison) -> bool {
    let Some(folder) = &inventory.folder else {
        return false;
    };
    let (kind, remedy, name) = match &folder.state {
        None => (Kind::FolderGone, Remedy::None, String::new()),
        Some(state) if state.trashed => (Kind::FolderTrashed, Remedy::RecoverFolder, state.name.clone()),
        Some(state) if share == DriveShare::Folder && !state.public => {
            (Kind::FolderNotPublic, Remedy::ShareFolder, state.name.clone())
        }
        Some(state) => return state.public,
    };
    found.findings.push(Finding {
        kind,
        job_id: None,
        file_id: Some(folder.id.clone()),
        name,
        detail: None,
        remedy,
    });
    folder.state.as_ref().is_some_and(|state| state.public)
}

/// `shares_late`: files become public with their folder, which is mended first.
fn picture(inventory: &Inventory, job: &Job, copy: &Copy, shares_late: bool, found: &mut Comparison) {
    let here = copy.state == State::Whole;
    let send = if here { Remedy::SendAgain } else { Remedy::None };
    let mut say = |kind, remedy, detail: Option<&str>| {
        found.findings.push(Finding {
            kind,
            job_id: Some(job.id.0),
            file_id: job.drive_file_id.clone(),
            name: copy.name.clone(),
            detail: detail.map(ToOwned::to_owned),
            remedy,
        });
    };
    let no_copy = Some("this machine has no good copy to send");
    let no_copy = no_copy.filter(|_| !here);
    let elsewhere = job
        .drive_file_id
        .as_ref()
        .is_some_and(|id| is_elsewhere(inventory, id));
    let remote = job.drive_file_id.as_ref().and_then(|id| inventory.files.get(id));
    let mut in_order = false;
    match remote {
        _ if elsewhere => say(Kind::OtherAccount, Remedy::None, None),
        None if copy.state == State::Gone => {
            say(Kind::Lost, Remedy::None, None);
            return;
        }
        _ if is_unproven(job) => say(Kind::Undelivered, send, no_copy),
        None => say(Kind::Missing, send, no_copy),
        Some(file) if file.trashed => {
            let remedy = if here { Remedy::SendAgain } else { Remedy::Recover };
            say(Kind::Trashed, remedy, None);
        }
        Some(file) if !is_right(file, copy) => say(Kind::WrongBytes, send, no_copy),
        Some(file) if file.permission_ids.is_some() && !file.is_public() => {
            if !(shares_late && in_folder(inventory, file)) {
                say(Kind::NotPublic, Remedy::Share, None);
            }
        }
        Some(_) => in_order = true,
    }
    match copy.state {
        State::Gone if in_order => say(Kind::LocalGone, Remedy::None, Some("Drive has it")),
        State::Gone => say(Kind::LocalGone, Remedy::None, None),
        State::Damaged if in_order => say(Kind::LocalDamaged, Remedy::None, Some("Drive has it whole")),
        State::Damaged => say(Kind::LocalDamaged, Remedy::None, None),
        State::Whole => {}
    }
    let url = job.download_link.as_ref().or(job.drive_link.as_ref());
    if let Some(url) = url.filter(|_| in_order || elsewhere) {
        found.links.push(Link {
            job_id: job.id,
            file_id: job.drive_file_id.clone(),
            name: copy.name.clone(),
            url: url.clone(),
            ours: !elsewhere,
        });
    }
}

fn promised_file<'a>(inventory: &'a Inventory, job: &Job) -> Option<&'a RemoteFile> {
    let id = job.drive_file_id.as_ref()?;
    inventory.files.get(id).filter(|file| !file.trashed)
}

fn has_bytes_of(file: &RemoteFile, promised: Option<&RemoteFile>) -> bool {
    promised.is_some_and(|promised| file.md5.is_some() && file.md5 == promised.md5)
}

fn is_unproven(job: &Job) -> bool {
    job.delivery == DeliveryState::Failed || job.drive_uploaded_at.is_none()
}

/// Drive may not have computed the checksum of a new file yet: the next check sees it.
fn is_right(file: &RemoteFile, copy: &Copy) -> bool {
    file.md5
        .as_ref()
        .is_none_or(|md5| copy.md5s.iter().any(|made| made.eq_ignore_ascii_case(md5)))
}

fn in_folder(inventory: &Inventory, file: &RemoteFile) -> bool {
    let folder = inventory.folder.as_ref();
    folder.is_some_and(|folder| file.parents.contains(&folder.id))
}

/// Files that no row promises.
fn strays(inventory: &Inventory, copies: &HashMap<JobId, Copy>, found: &mut Comparison) {
    let mut by_key = HashMap::with_capacity(copies.len());
    for job in &inventory.jobs {
        if let Some(copy) = copies.get(&job.id) {
            by_key.insert(short_key(&copy.name), (job.id, promised_file(inventory, job)));
        }
    }
    for file in inventory.files.values().filter(|file| !file.trashed) {
        let origin = inventory.origin(file);
        if matches!(origin, Origin::Job(_)) {
            continue;
        }
        let key = file.app_properties.get(FILE_KEY).cloned();
        let key = key.unwrap_or_else(|| short_key(&file.name));
        let twin = by_key.get(&key).copied();
        let (kind, remedy, job) = match (origin, twin) {
            // Made for a job under an id that was given up.
            (Origin::Orphan, Some((job, _))) if is_marked(file) => {
                (Kind::Duplicate, Remedy::Trash, Some(job))
            }
            // With our mark and the very bytes: nothing is lost with it.
            (Origin::Sent | Origin::Unknown, Some((job, promised)))
                if is_marked(file) && has_bytes_of(file, promised) =>
            {
                (Kind::Duplicate, Remedy::Trash, Some(job))
            }
            (Origin::Orphan, _) => {
                found.counts.orphans += usize::from(is_marked(file));
                continue;
            }
            (Origin::Unknown, _) => (Kind::Unknown, Remedy::None, None),
            (Origin::Foreign, _) => (Kind::Foreign, Remedy::None, None),
            (Origin::Sent | Origin::Folder | Origin::Job(_), _) => continue,
        };
        found.findings.push(Finding {
            kind,
            job_id: job.map(|job| job.0),
            file_id: Some(file.id.clone()),
            name: file.name.clone(),
            detail: None,
            remedy,
        });
    }
}

#[cfg(test)]
mod tests;
