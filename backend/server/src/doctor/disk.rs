//! Is there room for the evening?

use std::path::{Path, PathBuf};

use super::Check;

const NAME: &str = "disk";

/// What a guest takes on disk: the original, the result and its copies.
const BYTES_PER_PHOTO: u64 = 12_000_000;

/// Below room for this many photos we warn.
const COMFORTABLE_PHOTOS: u64 = 1000;

/// One check for each file system that holds a folder of ours.
pub(super) fn free(folders: &[&PathBuf], reserve: u64) -> Vec<Check> {
    let mut checks: Vec<Check> = folders
        .iter()
        .filter_map(|folder| rustix::fs::statvfs(existing(folder)).ok())
        .map(|disk| room(disk.f_bavail.saturating_mul(disk.f_frsize), reserve))
        .collect();
    checks.dedup();
    checks
}

fn room(free: u64, reserve: u64) -> Check {
    let photos = free.saturating_sub(reserve) / BYTES_PER_PHOTO;
    let gigabytes = free / 1_000_000_000;
    let room = format!("{gigabytes} GB are free, room for about {photos} photos.");
    let action = "Free some space, or set DATA_DIR and RESULTS_DIR to a larger disk.";
    match photos {
        0 => Check::failed(NAME, "The disk is full: no photo can be taken in.", action),
        1..COMFORTABLE_PHOTOS => Check::warning(NAME, room, action),
        _ => Check::ok(NAME, room),
    }
}

/// The folder, or the nearest parent that exists already.
fn existing(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn a_disk_is_full_when_only_the_reserve_is_left() {
        let reserve = 500_000_000;
        assert_eq!(room(reserve + 1, reserve).status, Status::Failed);
        assert_eq!(
            room(reserve + 50 * BYTES_PER_PHOTO, reserve).status,
            Status::Warning
        );
        assert_eq!(room(100_000_000_000, reserve).status, Status::Ok);
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_judged_by_its_parent() {
        let checks = free(&[&PathBuf::from("not/there/yet")], 0);
        assert_eq!(checks.len(), 1);
    }
}
