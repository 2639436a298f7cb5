//! `drive trash`: what of ours lies there, and taking it back.

use clap::Args;

use super::super::failure::Failure;
use super::super::person::{Progress, count};
use super::{bytes_of, list, outcome, print_json};
use crate::app::tidy;
use crate::config::Config;
use crate::services::drive::housekeeping::{Trashed, Which};

/// Look, or take back.
#[derive(Args, Debug)]
pub(in super::super) struct Trash {
    /// Take these files out of the trash, by their ids; or --all of ours
    #[arg(long, value_name = "ID", num_args = 0..)]
    recover: Option<Vec<String>>,
    /// With --recover: all of ours
    #[arg(long, requires = "recover")]
    all: bool,
    /// Print it as JSON; sizes in bytes
    #[arg(long)]
    json: bool,
}

impl Trash {
    pub(super) async fn run(&self, config: Config) -> Result<(), Failure> {
        let Some(ids) = &self.recover else {
            let trashed = tidy::trashed(config).await.map_err(Failure::of_service)?;
            match self.json {
                true => print_json(&trashed),
                false => show(&trashed),
            }
            return Ok(());
        };
        let which = match (self.all, ids.is_empty()) {
            (true, true) => Which::All,
            (false, false) => Which::Ids(ids.clone()),
            _ => {
                return Err(Failure::Refused(
                    "Say which: `--recover <id>` as `boothline drive trash` lists it, or `--recover --all`."
                        .to_owned(),
                ));
            }
        };
        let progress = Progress::default();
        let heard = |phase, done, all| progress.hear(phase, done, all);
        let recovered = tidy::recover(config, &which, &heard).await;
        progress.clear();
        let recovered = recovered.map_err(Failure::of_service)?;
        match self.json {
            true => print_json(&recovered),
            false => anstream::println!(
                "{} taken out of Drive's trash.",
                count(recovered.files.len(), "file", "files")
            ),
        }
        outcome(&recovered.mishaps)
    }
}

fn show(trashed: &Trashed) {
    if let Some(folder) = &trashed.folder {
        anstream::println!(
            "The folder \"{}\" itself lies in the trash, with all that is in it. Take it back first:\n  \
             boothline drive trash --recover {}\n",
            folder.name,
            folder.id
        );
    }
    if trashed.files.is_empty() {
        anstream::println!("No picture of ours lies in the trash of {}.", trashed.account);
        return;
    }
    list(&trashed.files);
    anstream::println!(
        "\n{} of ours in the trash of {}, {}. Google deletes them 30 days after they came there.\nTo take them back: boothline drive trash --recover --all",
        count(trashed.files.len(), "file", "files"),
        trashed.account,
        bytes_of(&trashed.files)
    );
}
