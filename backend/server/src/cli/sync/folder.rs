//! `sync --folder`: everything in a folder goes to Drive.

use tokio::sync::mpsc;

use super::{pictures, show};
use crate::app::{self, AppError};
use crate::cli::failure::Failure;
use crate::config::Config;
use crate::refusal::{Kind, Refusal};
use crate::services::drive::folder::{Change, FolderReport, FolderWish};

/// So many names are told; the log and the report of the API have all.
const NAMED: usize = 20;

/// Sends what is in the folder, and tells how it came out.
pub(super) async fn send(config: Config, wish: FolderWish) -> Result<(), Failure> {
    let (steps, progress) = mpsc::channel(64);
    let (report, ()) = tokio::join!(app::sync_folder(config, wish, steps), show(progress));
    let report = report.map_err(refused)?;
    if report.dry_run {
        plan(&report);
    } else {
        tell(&report);
    }
    verdict(&report)
}

/// What the sentence says how to mend needs no checklist.
fn refused(error: AppError) -> Failure {
    match error.downcast::<Refusal>() {
        Ok(refusal) if !matches!(refusal.kind, Kind::Unavailable | Kind::Internal) => {
            Failure::Refused(refusal.to_string())
        }
        Ok(refusal) => Failure::Service(refusal),
        Err(error) => Failure::Service(error),
    }
}

fn plan(report: &FolderReport) {
    for file in &report.planned {
        let what = match file.change {
            Change::Version => "changed",
            Change::Compare => "compare with Drive",
            Change::New | Change::Mended => "send",
        };
        anstream::println!("{what}: {}", file.path);
    }
    anstream::println!(
        "{} of {} to look at{}; nothing was changed.",
        report.planned.len(),
        pictures(report.found),
        match report.left {
            0 => String::new(),
            left => format!(", {left} more without the limit"),
        }
    );
    jobs(report);
}

fn tell(report: &FolderReport) {
    if let Some(aside) = &report.manifest_set_aside {
        anstream::println!("The manifest was damaged or not ours; it is kept as {aside} and was made anew.");
    }
    let mended = count(report, Change::Mended);
    let versions = count(report, Change::Version);
    let fresh = report.sent.len() - mended - versions;
    let mut parts = vec![format!("{fresh} sent")];
    for (number, what) in [
        (versions, "replaced by a new version"),
        (mended, "mended"),
        (report.recognised, "found in Drive already"),
        (report.unchanged, "unchanged"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    anstream::println!("{} in the folder: {}.", pictures(report.found), parts.join(", "));
    if report.left > 0 && report.reason.is_none() {
        anstream::println!("{} left for the next run (--limit).", pictures(report.left));
    }
    named("Deleted meanwhile", report.vanished.iter().map(String::as_str));
    jobs(report);
}

fn jobs(report: &FolderReport) {
    match report.jobs_waiting.len() {
        0 => {}
        1 => anstream::println!(
            "Job {} delivers its picture itself, or `boothline sync` does.",
            report.jobs_waiting[0]
        ),
        jobs => {
            anstream::println!("{jobs} jobs deliver their pictures themselves, or `boothline sync` does.");
        }
    }
}

/// The exit code tells scripts whether everything that was asked for is in Drive.
fn verdict(report: &FolderReport) -> Result<(), Failure> {
    if !report.failed.is_empty() {
        let failed = &report.failed;
        let faults = failed.iter().take(NAMED);
        let faults: Vec<String> = faults
            .map(|fault| format!("{}: {}", fault.path, fault.reason))
            .collect();
        let more = match failed.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("\n  … and {more} more; the log names them"),
        };
        anstream::eprintln!("Not sent:\n  {}{more}", faults.join("\n  "));
    }
    let left = pictures(report.left);
    match &report.reason {
        Some(reason) => Err(Failure::Refused(format!(
            "{reason} {left} left; everything sent so far is kept. Run it again afterwards."
        ))),
        None if !report.failed.is_empty() => Err(Failure::Refused(format!(
            "{} not sent.",
            pictures(report.failed.len())
        ))),
        None => Ok(()),
    }
}

fn count(report: &FolderReport, change: Change) -> usize {
    report.sent.iter().filter(|file| file.change == change).count()
}

fn named<'a>(what: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.take(NAMED).collect();
    if !names.is_empty() {
        anstream::println!("{what}: {}.", names.join(", "));
    }
}
