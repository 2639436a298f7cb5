//! How the demonstration went: lines, JSON, and a code to scan.

use std::io;
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use serde_json::json;

use super::Taken;
use super::kiosk::{Job, Kiosk};
use super::summary::millis;
use crate::secrets::Keys;
use crate::terminal_qr;

const BOLD: Style = Style::new().bold();

/// The service is up.
pub(super) fn started(kiosk: &Kiosk) {
    anstream::println!("A service of its own listens on {}.", kiosk.base());
}

/// One picture for people; the files are named the first time only.
pub(super) fn line(taken: &Taken, round: u32) {
    anstream::println!(
        "{BOLD}{}{BOLD:#}: accepted after {} ms, done after {} ms",
        taken.look,
        millis(taken.accepted),
        millis(taken.done)
    );
    if round > 0 {
        return;
    }
    for file in &taken.files {
        anstream::println!("  {}", file.display());
    }
    for (what, link) in [
        ("page", &taken.job.share_url),
        ("download", &taken.job.download_link),
    ] {
        if let Some(link) = link {
            anstream::println!("  {what:<9}{link}");
        }
    }
}

/// One picture for programs.
pub(super) fn json(taken: &Taken) {
    let files: Vec<_> = taken
        .files
        .iter()
        .map(|file| Path::display(file).to_string())
        .collect();
    let line = json!({
        "job_id": taken.job.job_id,
        "look": taken.look,
        "accepted_ms": millis(taken.accepted),
        "done_ms": millis(taken.done),
        "share_url": taken.job.share_url,
        "files": files,
    });
    anstream::println!("{line}");
}

/// The code the guest of the last picture would scan.
pub(super) fn code(job: &Job) {
    let Some(link) = job.share_url.as_deref().or(job.download_link.as_deref()) else {
        return;
    };
    let colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    let Ok(lines) = terminal_qr::lines(link, colours) else {
        return;
    };
    anstream::println!("\nThe guest scans {link}");
    for line in lines {
        anstream::println!("{line}");
    }
}

/// What kiosks and operators of the network need, while the service goes on.
pub(super) fn keys(keys: &Keys) {
    anstream::println!("  Operator token  {}", keys.operator_token.expose());
    anstream::println!("  Booth key       {}", keys.booth_key.expose());
}
