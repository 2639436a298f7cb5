//! `drive clean`: shows what would go, asks, and only then tidies.

use std::time::Duration;

use clap::{ArgGroup, Args};
use serde_json::json;

use super::super::failure::Failure;
use super::super::person::{Progress, agrees, ask, count, is_there, size};
use super::{bytes_of, list, outcome};
use crate::app::tidy::{self, Cleaned};
use crate::config::Config;
use crate::services::drive::housekeeping::{Cleaning, Plan, Selection};

/// What to tidy away.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("selection").required(true).args(["older_than", "orphans"]))]
pub(in super::super) struct Clean {
    /// Pictures that were taken longer ago: 90d, 12h, 8w (days, hours, weeks)
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<Duration>,
    /// Pictures whose jobs were deleted here
    #[arg(long)]
    orphans: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// Delete for good what lies in Drive's trash already, instead of putting files there; asks
    /// once more for the number of files
    #[arg(long)]
    for_good: bool,
    /// With --for-good --yes: the number of files that the dry run named
    #[arg(long, value_name = "N", requires = "for_good")]
    count: Option<usize>,
    /// Also pictures that this machine has no copy of: Drive's is the last one
    #[arg(long)]
    last_copies_too: bool,
    /// Print it as JSON, sizes in bytes; nothing is asked
    #[arg(long)]
    json: bool,
}

impl Clean {
    pub(super) async fn run(&self, config: Config) -> Result<(), Failure> {
        let selection = match self.older_than {
            Some(age) => Selection::OlderThan(age),
            None => Selection::Orphans,
        };
        let cleaning = Cleaning {
            selection,
            for_good: self.for_good,
            last_copies: self.last_copies_too,
        };
        let progress = Progress::default();
        let heard = |phase, done, all| progress.hear(phase, done, all);
        let agreed = async |plan: &Plan| {
            if !self.json {
                self.show(plan);
            }
            self.agrees(plan).await
        };
        let cleaned = tidy::clean(config, cleaning, &heard, agreed).await;
        progress.clear();
        let cleaned = cleaned.map_err(Failure::of_service)?;
        match self.json {
            true => print(&cleaned),
            false => self.report(&cleaned)?,
        }
        outcome(&cleaned.mishaps)
    }

    async fn agrees(&self, plan: &Plan) -> bool {
        let all = plan.files.len();
        if self.yes {
            return !self.for_good || self.count == Some(all);
        }
        if self.json || !is_there() {
            return false;
        }
        let what = count(all, "file", "files");
        if !self.for_good {
            return agrees(&format!("Put {what} into Drive's trash?")).await;
        }
        agrees(&format!("Delete {what} for good?")).await
            && ask("Nothing brings them back. Type their number to go on:").await == Some(all.to_string())
    }

    fn show(&self, plan: &Plan) {
        list(&plan.files);
        let what = count(plan.files.len(), "file", "files");
        let (bytes, account) = (size(plan.bytes()), &plan.account);
        match self.for_good {
            true => anstream::println!(
                "\n{what}, {bytes}, would be deleted for good from the trash of {account}."
            ),
            false => anstream::println!(
                "\n{what}, {bytes}, would go into the trash of {account}. Their Drive links and the QR codes that lead to\n\
                 Drive stop working; the pages of this booth go on. The room is free once the trash is emptied."
            ),
        }
        tell_kept(plan);
    }

    fn report(&self, cleaned: &Cleaned) -> Result<(), Failure> {
        let plan = &cleaned.plan;
        if plan.files.is_empty() {
            anstream::println!("There is nothing to tidy away in the Drive of {}.", plan.account);
            tell_kept(plan);
            return Ok(());
        }
        let all = plan.files.len();
        match (&cleaned.gone, self.for_good) {
            (Some(gone), true) => anstream::println!(
                "\n{} deleted for good, {}.",
                count(gone.len(), "file", "files"),
                bytes_of(gone)
            ),
            (Some(gone), false) => anstream::println!(
                "\n{} put into Drive's trash, {}. To take them back: boothline drive trash --recover --all",
                count(gone.len(), "file", "files"),
                bytes_of(gone)
            ),
            (None, true) if self.yes => {
                return Err(Failure::Refused(format!(
                    "Nothing was deleted: deleting for good wants the number of files as well. If it is right, add --count {all}."
                )));
            }
            (None, true) => anstream::println!(
                "\nNothing was changed. To do it, add --yes --count {all}, or run it in a terminal."
            ),
            (None, false) => anstream::println!("\nNothing was changed. To do it, add --yes."),
        }
        Ok(())
    }
}

fn tell_kept(plan: &Plan) {
    if !plan.last_copies.is_empty() {
        anstream::println!(
            "Kept: {} that this machine has no copy of (--last-copies-too takes them as well).",
            count(plan.last_copies.len(), "file", "files")
        );
    }
    if !plan.undelivered.is_empty() {
        anstream::println!(
            "Kept: {} whose delivery has not ended.",
            count(plan.undelivered.len(), "file", "files")
        );
    }
}

fn print(cleaned: &Cleaned) {
    let text = json!({
        "plan": cleaned.plan,
        "gone": cleaned.gone,
        "mishaps": cleaned.mishaps,
    });
    anstream::println!("{text:#}");
}

fn age(text: &str) -> Result<Duration, String> {
    const HOUR: u64 = 3600;
    let wrong = || "a whole number from 1 on with h, d or w, such as 30d".to_owned();
    let unit = match text.chars().last() {
        Some('h') => HOUR,
        Some('d') => 24 * HOUR,
        Some('w') => 7 * 24 * HOUR,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    match number.checked_mul(unit) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_with_its_unit() {
        assert_eq!(age("12h"), Ok(Duration::from_secs(12 * 3600)));
        assert_eq!(age("30d"), Ok(Duration::from_secs(30 * 24 * 3600)));
        assert_eq!(age("8w"), Ok(Duration::from_secs(56 * 24 * 3600)));
        for wrong in [
            "",
            "30",
            "d",
            "0d",
            "-1d",
            "1.5d",
            "1y",
            "30 d",
            "99999999999999999999d",
            "5ä",
        ] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
