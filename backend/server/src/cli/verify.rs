//! `sync --verify`: the plan in plain words, the question, and what came of it.

mod words;

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::doctor::NOT_READY;
use super::failure::Failure;
use super::person::{Progress, agrees, count, is_there, names};
use crate::app::tidy::{self, Checked};
use crate::config::Config;
use crate::services::drive::verify::{Extent, Finding, Kind, Look, Remedy};

/// Checking instead of sending.
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// Compare rows, disk and Drive, open the links as a guest would, say what is wrong, and ask
    /// whether to mend it
    #[arg(long, conflicts_with_all = ["folder", "limit", "force", "dry_run"])]
    verify: bool,
    /// With --verify: mend without asking
    #[arg(long, requires = "verify")]
    yes: bool,
    /// With --verify: print what was found as JSON; nothing is asked
    #[arg(long, requires = "verify")]
    json: bool,
    /// With --verify: do not open the links
    #[arg(long, requires = "verify")]
    skip_links: bool,
}

impl Verify {
    /// Whether it is asked for.
    pub(super) const fn is_wanted(&self) -> bool {
        self.verify
    }

    /// Checks, and mends what the operator agrees to.
    pub(super) async fn run(&self, config: Config) -> Result<ExitCode, Failure> {
        let extent = Extent {
            links: !self.skip_links,
        };
        let progress = Progress::default();
        let heard = |phase, done, all| progress.hear(phase, done, all);
        let agreed = async |look: &Look| {
            progress.clear();
            if !self.json {
                show(look);
            }
            self.agrees(look).await
        };
        let checked = tidy::verify(config, extent, &heard, agreed).await;
        progress.clear();
        let checked = checked.map_err(Failure::of_service)?;
        match self.json {
            true => print_json(&checked),
            false => report(&checked),
        }
        Ok(match checked.is_right() {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(NOT_READY),
        })
    }

    async fn agrees(&self, look: &Look) -> bool {
        if self.yes {
            return true;
        }
        if self.json || !is_there() {
            return false;
        }
        agrees(&format!("Mend {} now?", things(look.mendable().count()))).await
    }
}

fn things(number: usize) -> String {
    count(number, "thing", "things")
}

fn show(look: &Look) {
    anstream::println!("{}\n", looked_at(look));
    for group in groups(&look.findings) {
        let finding = group[0];
        let sign = if finding.kind.is_wrong() { "✗" } else { "!" };
        anstream::println!("  {sign} {}", sentence(&group));
        anstream::println!("    {}", words::advice(finding.kind, finding.remedy));
    }
}

fn looked_at(look: &Look) -> String {
    let seen = look.looked_at;
    let folder = look
        .folder
        .as_ref()
        .map_or_else(String::new, |name| format!(" (folder \"{name}\")"));
    let links = match seen.links {
        0 => "no links were opened".to_owned(),
        links => format!("{} opened as a guest", count(links, "link", "links")),
    };
    let mut text = format!(
        "Looked at {} and {} in the Drive of {}{folder}; {links}.",
        count(seen.pictures, "picture", "pictures"),
        count(seen.files, "file", "files"),
        look.account,
    );
    let asides = [
        (seen.on_the_way, "on the way to Drive"),
        (seen.removed, "tidied out of Drive by an operator"),
        (
            seen.only_here,
            "delivered on this machine only; `boothline sync` sends them",
        ),
    ];
    for (number, what) in asides.into_iter().filter(|aside| aside.0 > 0) {
        text.push_str(&format!("\nNot counted: {number} {what}."));
    }
    if seen.orphans > 0 {
        text.push_str(&format!(
            "\nDrive still has {} of pictures that were deleted here: `boothline drive clean --orphans`.",
            count(seen.orphans, "file", "files")
        ));
    }
    text
}

/// Findings of the same kind that ask for the same.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let same = |group: &&mut Vec<&Finding>| {
            let first = group[0];
            (first.kind, first.remedy, &first.detail) == (finding.kind, finding.remedy, &finding.detail)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn sentence(group: &[&Finding]) -> String {
    let first = group[0];
    let jobs: Vec<i64> = group.iter().filter_map(|finding| finding.job_id).collect();
    let which = if jobs.is_empty() {
        let files: Vec<String> = group
            .iter()
            .map(|finding| format!("\"{}\"", finding.name))
            .collect();
        names(&files)
    } else {
        format!("job {}", names(&jobs))
    };
    let detail = first.detail.as_ref().map_or_else(String::new, |detail| {
        format!(" ({})", detail.trim_end_matches('.'))
    });
    match first.kind {
        Kind::FolderGone => format!("{}.", words::what(first.kind, 1)),
        kind => format!("{}{detail}: {which}.", words::what(kind, group.len())),
    }
}

fn report(checked: &Checked) {
    let Some(after) = &checked.after else {
        if checked.before.mendable().count() == 0 {
            show(&checked.before);
        }
        let wrong = checked.before.is_wrong();
        match (wrong, checked.before.mendable().count()) {
            (false, 0) => anstream::println!("\n✓ All is right: rows, disk and Drive agree."),
            (_, 0) => anstream::println!("\nNothing of this can be mended from here."),
            _ => anstream::println!("\nNothing was changed. To mend it: boothline sync --verify --yes"),
        }
        return;
    };
    for mishap in &checked.mended.mishaps {
        anstream::println!("  ✗ {mishap}");
    }
    let relinked = &checked.mended.relinked;
    if !relinked.is_empty() {
        anstream::println!(
            "  ! {} another link now, since Drive does not take the number of a deleted file again: job {}.\n    \
             Codes of the old link lead nowhere: send these guests the new one (`boothline jobs show <number>`).",
            match relinked.len() {
                1 => "1 picture has".to_owned(),
                number => format!("{number} pictures have"),
            },
            names(relinked)
        );
    }
    let left = after
        .findings
        .iter()
        .filter(|finding| finding.kind.is_wrong())
        .count();
    if left == 0 {
        anstream::println!("\nMended, and looked again: all is right.");
        return;
    }
    anstream::println!("\nLooked again after mending; {} left:\n", is_left(left));
    show(after);
}

fn is_left(number: usize) -> String {
    match number {
        1 => "1 thing is".to_owned(),
        _ => format!("{number} things are"),
    }
}

fn print_json(checked: &Checked) {
    let text = json!({
        "right": checked.is_right(),
        "mended": checked.after.is_some(),
        "before": checked.before,
        "after": checked.after,
        "mishaps": checked.mended.mishaps,
        "relinked": checked.mended.relinked,
    });
    anstream::println!("{text:#}");
}
