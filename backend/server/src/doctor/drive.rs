//! Will Google Drive take the pictures tonight?

use std::time::Duration;

use boothline_delivery::drive::{Class, Drive, DriveError};
use boothline_domain::clock::{Clock, SharedClock, SystemClock};
use boothline_domain::{Disposition, TargetKind};

use super::Check;
use crate::config::Config;
use crate::services::drive::{connection, standing::free};

/// The checklist is no place to wait for a dead network.
const LIMIT: Duration = Duration::from_secs(15);

/// Sign-in, account, space and folder, where pictures go to Drive.
pub(super) async fn ready(config: &Config) -> Vec<Check> {
    if config.delivery.kind() == TargetKind::Local {
        return Vec::new();
    }
    let clock: SharedClock = std::sync::Arc::new(SystemClock);
    let drive = match connection::open(config, &clock) {
        Ok(drive) => drive,
        Err(error) => {
            return vec![Check::failed(
                "drive",
                error.to_string(),
                "Install it, then look again.",
            )];
        }
    };
    let mut checks = vec![sign_in(&drive, &*clock).await];
    let asked = tokio::time::timeout(LIMIT, at_drive(config, &drive)).await;
    checks.extend(asked.unwrap_or_else(|_| {
        vec![Check::warning(
            "drive",
            "Google Drive does not answer.",
            "Check the network; pictures wait on this machine until Drive answers.",
        )]
    }));
    checks
}

async fn sign_in(drive: &Drive, clock: &dyn Clock) -> Check {
    let standing = drive.sign_in().standing(true).await;
    let name = "sign-in";
    if !standing.ok {
        return Check::failed(
            name,
            standing.message,
            "Mend that first: nothing can be delivered before.",
        );
    }
    if standing.status == "offline" {
        return Check::warning(name, standing.message, "Check the network.");
    }
    match standing.expiry.filter(|_| !standing.has_refresh_token) {
        Some(expiry) => Check::warning(
            name,
            format!(
                "The sign-in ends in {} minutes and cannot be renewed.",
                expiry.since(clock.now()).as_secs() / 60
            ),
            "Sign in with `boothline auth drive`.",
        ),
        None => Check::ok(name, standing.message),
    }
}

async fn at_drive(config: &Config, drive: &Drive) -> Vec<Check> {
    let account = match drive.account(Class::Guest).await {
        Ok(account) => account,
        Err(error) => return vec![failed("drive", &error)],
    };
    let mut checks = vec![Check::ok(
        "drive",
        format!("Pictures go to the Drive of {}.", account.email),
    )];
    let alarm = config.delivery.drive_alarm_free_bytes;
    let free = free(&account);
    checks.push(match free {
        Some(0) => Check::failed(
            "drive space",
            "The Drive account is full.",
            "Free some space, or empty Drive's trash: `boothline drive space`. Pictures wait until then.",
        ),
        Some(free) if free < alarm => Check::warning(
            "drive space",
            format!("Only {} MB are free in Drive.", free / (1024 * 1024)),
            "Free some space, or empty Drive's trash: `boothline drive space`.",
        ),
        Some(free) => Check::ok(
            "drive space",
            format!("{} GB are free in Drive.", free / 1_000_000_000),
        ),
        None => Check::ok("drive space", "The account has no limit."),
    });
    if let Some(id) = &config.delivery.target_folder_id {
        checks.push(match drive.check_folder(id).await {
            Err(error) => failed("drive folder", &error),
            Ok(folder) if folder.trashed || !folder.writable => Check::failed(
                "drive folder",
                format!(
                    "The folder \"{}\" is in the trash, or may not be written.",
                    folder.name
                ),
                "Put that right in Drive, or set TARGET_FOLDER_ID to another folder.",
            ),
            Ok(folder) => Check::ok("drive folder", format!("The folder is \"{}\".", folder.name)),
        });
    }
    checks
}

fn failed(name: &'static str, error: &DriveError) -> Check {
    match error.disposition() {
        Disposition::WaitForOperator | Disposition::GiveUp => Check::failed(
            name,
            error.to_string(),
            "Pictures wait on this machine until that is mended.",
        ),
        _ => Check::warning(
            name,
            error.to_string(),
            "Pictures wait on this machine until Drive answers.",
        ),
    }
}
