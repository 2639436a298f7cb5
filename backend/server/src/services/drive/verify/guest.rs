//! The links, opened as a guest would.

use boothline_delivery::drive::{DriveError, Visibility};
use boothline_domain::JobId;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::{Finding, Heard, Kind, Phase, Remedy};
use crate::services::drive::Desk;

/// Links that are opened at the same time. More would look like a flood from one address.
const AT_ONCE: usize = 4;
/// After so many failures in a row Google, or the network, has had enough.
const PATIENCE: usize = 8;

/// A link that a guest has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The job.
    pub job_id: JobId,
    /// Its file in Drive.
    pub file_id: Option<String>,
    /// The file's name.
    pub name: String,
    /// The link.
    pub url: String,
    /// Whether the file is in the account that is signed in.
    pub ours: bool,
}

/// Opens each link without a token. Returns what is wrong with them.
pub async fn visit(desk: &Desk, links: Vec<Link>, heard: Heard<'_>) -> Vec<Finding> {
    let total = links.len();
    let drive = &desk.target.drive;
    let mut visits = stream::iter(links.iter().enumerate())
        .map(|(index, link)| async move { (index, drive.public(&link.url).await) })
        .buffered(AT_ONCE);
    let mut findings = Vec::new();
    let (mut seen, mut in_a_row) = (0, 0);
    while let Some((index, visibility)) = visits.next().await {
        seen = index + 1;
        heard(Phase::Links, seen, total);
        in_a_row = if visibility.is_err() { in_a_row + 1 } else { 0 };
        findings.extend(judge(&links[index], visibility));
        if in_a_row == PATIENCE {
            break;
        }
    }
    drop(visits);
    let unseen = links[seen..]
        .iter()
        .map(|link| finding(link, Kind::LinkUnchecked, Remedy::None, None));
    findings.extend(unseen);
    findings
}

fn judge(link: &Link, visibility: Result<Visibility, DriveError>) -> Option<Finding> {
    let share = if link.ours { Remedy::Share } else { Remedy::None };
    let (kind, remedy, detail) = match visibility {
        Ok(Visibility::Public) => return None,
        Ok(Visibility::NotPublic) => (
            Kind::LinkClosed,
            share,
            "Google asks guests to sign in".to_owned(),
        ),
        Ok(Visibility::Gone) => (
            Kind::LinkClosed,
            share,
            "Google says there is nothing here".to_owned(),
        ),
        Err(error) => (Kind::LinkUnchecked, Remedy::None, error.to_string()),
    };
    Some(finding(link, kind, remedy, Some(detail)))
}

fn finding(link: &Link, kind: Kind, remedy: Remedy, detail: Option<String>) -> Finding {
    Finding {
        kind,
        job_id: Some(link.job_id.0),
        file_id: link.file_id.clone(),
        name: link.name.clone(),
        detail,
        remedy,
    }
}
