//! Is the machine's clock right enough for dates, links and leases?

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use boothline_domain::clock::Timestamp;

use super::Check;

const NAME: &str = "clock";

/// 2026-01-01: this program is younger than that.
const BEFORE_US: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// 2100-01-01: a clock beyond it was never set.
const BEYOND_US: Timestamp = Timestamp::from_millis(4_102_444_800_000);

/// How far ahead a file may be before the clock must have gone back.
const TOLERANCE: Duration = Duration::from_secs(300);

/// Whether `now` is plausible, and not before what lies in our folders.
pub(super) fn sane(now: Timestamp, folders: &[&PathBuf]) -> Check {
    let action = "Set the clock of this machine (timedatectl set-ntp true, once there is network).";
    let shown = now.local().format("%Y-%m-%d %H:%M");
    if !(BEFORE_US..BEYOND_US).contains(&now) {
        return Check::failed(NAME, format!("The clock says {shown}, which cannot be."), action);
    }
    let newest = folders.iter().filter_map(|folder| newest_file(folder)).max();
    match newest.filter(|newest| *newest > now.plus(TOLERANCE)) {
        Some(newest) => Check::failed(
            NAME,
            format!(
                "The clock says {shown}, but the booth holds files from {}: it went back.",
                newest.local().format("%Y-%m-%d %H:%M")
            ),
            action,
        ),
        None => Check::ok(NAME, format!("The clock says {shown}.")),
    }
}

/// When the newest file directly in `folder` was written.
fn newest_file(folder: &Path) -> Option<Timestamp> {
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok())
        .filter_map(|time| time.duration_since(UNIX_EPOCH).ok())
        .map(|age| Timestamp::from_millis(0).plus(age))
        .max()
}

#[cfg(test)]
mod tests {
    use boothline_domain::clock::{Clock as _, SystemClock};

    use super::super::Status;
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_fails() {
        let never_set = Timestamp::from_millis(86_400_000);
        assert_eq!(sane(never_set, &[]).status, Status::Failed);
    }

    #[test]
    fn a_clock_before_our_newest_file_went_back() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("photo.jpg"), "").unwrap();
        let folder = folder.path().to_owned();
        let written = newest_file(&folder).unwrap();
        let back = Timestamp::from_millis(written.millis() - 3_600_000);
        let check = sane(back, &[&folder]);
        assert_eq!(check.status, Status::Failed);
        assert!(check.message.contains("went back"), "{}", check.message);
        assert_eq!(sane(SystemClock.now(), &[&folder]).status, Status::Ok);
    }
}
