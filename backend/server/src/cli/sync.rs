//! `sync`: sends to Drive what is not there yet.

mod folder;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::failure::Failure;
use super::serve::{block_on, prepare};
use super::verify::Verify;
use crate::app;
use crate::config::{Config, Environment};
use crate::services::drive::folder::{Changed, FolderStep, FolderWish};
use crate::services::drive::sync::{Report, Step, Wish};

/// What to send.
#[derive(Args, Debug)]
pub(super) struct Sync {
    /// Send a folder's pictures instead of the jobs': PATH, or LOCAL_FOLDER_PATH (the results)
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    folder: Option<Option<PathBuf>>,
    /// What becomes of files that were sent before and have changed
    #[arg(long, requires = "folder", value_enum, default_value_t)]
    changed: Changed,
    /// At most so many, oldest first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Also what is there already: compare, and mend what differs; nothing is doubled
    #[arg(long)]
    force: bool,
    /// Only say what would be sent
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    verify: Verify,
}

impl Sync {
    /// Sends it.
    pub(super) fn run(&self, environment: &Environment) -> Result<ExitCode, Failure> {
        let config = prepare(environment)?;
        if self.verify.is_wanted() {
            return block_on(self.verify.run(config))?;
        }
        match &self.folder {
            Some(folder) => {
                let wish = FolderWish {
                    folder: folder.clone(),
                    limit: self.limit,
                    force: self.force,
                    dry_run: self.dry_run,
                    changed: self.changed,
                };
                block_on(folder::send(config, wish))??;
            }
            None => block_on(self.jobs(config))??,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn jobs(&self, config: Config) -> Result<(), Failure> {
        let wish = Wish {
            limit: self.limit,
            force: self.force,
        };
        if self.dry_run {
            let found = app::undelivered(config, wish).await.map_err(Failure::Service)?;
            for job in &found {
                anstream::println!("job {job}");
            }
            anstream::println!("{} to send.", pictures(found.len()));
            return Ok(());
        }
        let (steps, progress) = mpsc::channel(64);
        let (report, ()) = tokio::join!(app::sync(config, wish, steps), show(progress));
        tell(&report.map_err(Failure::Service)?)
    }
}

/// How far a sync is.
pub(super) trait Progress {
    /// What came out, and of how many.
    fn so_far(&self) -> (usize, usize);
}

impl Progress for Step {
    fn so_far(&self) -> (usize, usize) {
        (self.done, self.total)
    }
}

impl Progress for FolderStep {
    fn so_far(&self) -> (usize, usize) {
        (self.done, self.total)
    }
}

/// A bar with rate and time left where a terminal is; a line now and then where none is.
async fn show(mut progress: mpsc::Receiver<impl Progress>) {
    let bar = ProgressBar::new(0).with_style(style());
    let hidden = bar.is_hidden();
    let mut told = std::time::Duration::ZERO;
    while let Some(step) = progress.recv().await {
        let (done, total) = step.so_far();
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        if hidden && (bar.elapsed() - told).as_secs() >= 10 {
            told = bar.elapsed();
            anstream::println!("{done} of {total} done");
        }
    }
    bar.finish_and_clear();
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn tell(report: &Report) -> Result<(), Failure> {
    let quiet = report.missing.is_empty() && report.failed.is_empty() && report.waiting.is_empty();
    match report.delivered.len() {
        0 if quiet => anstream::println!("Nothing to send: every finished picture is in Drive."),
        count => anstream::println!("{} sent to Drive.", pictures(count)),
    }
    let list = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !report.missing.is_empty() {
        anstream::println!(
            "Left out, because their files are gone from this machine: job {}.",
            list(&report.missing)
        );
    }
    if !report.failed.is_empty() {
        return Err(Failure::Refused(format!(
            "Refused: job {}. `boothline jobs show <number>` says why.",
            list(&report.failed)
        )));
    }
    if !report.waiting.is_empty() {
        let reason = report
            .reason
            .as_deref()
            .unwrap_or("They are tried again by themselves.");
        return Err(Failure::Refused(format!(
            "{} still wait: {reason}",
            pictures(report.waiting.len())
        )));
    }
    Ok(())
}

fn pictures(count: usize) -> String {
    match count {
        1 => "1 picture".to_owned(),
        count => format!("{count} pictures"),
    }
}
