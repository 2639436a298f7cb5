//! `drive`: room, trash, tidying and the folder in Google Drive.

mod clean;
mod trash;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::failure::Failure;
use super::person::{count, size};
use super::serve::{block_on, prepare};
use crate::app::tidy;
use crate::config::Environment;
use crate::services::drive::housekeeping::{FolderReport, Mishap, OurFile, Space, Tally};

/// What to look after.
#[derive(Subcommand, Debug)]
pub(super) enum Drive {
    /// How much room the account has, and what our pictures take of it
    #[command(after_help = "Example:\n  boothline drive space\n\nDRIVE_ALARM_FREE_MB sets when to warn.")]
    Space(Output),
    /// List our files in Drive's trash, or take them back
    #[command(
        after_help = "Example, after somebody tidied up too eagerly:\n  boothline drive trash\n  boothline drive trash --recover --all\n\nGoogle empties the trash after 30 days."
    )]
    Trash(trash::Trash),
    /// Put old files of ours into Drive's trash; shows first what would go
    #[command(
        after_help = "Example, long after the events:\n  boothline drive clean --older-than 90d         shows, then asks\n  boothline drive clean --older-than 90d --yes   does it\n\n\
                      Only files that this installation made are touched, and only pictures that this\n\
                      machine has a copy of. Their Drive links stop working; the pages of this booth\n\
                      go on. What lies in the trash still takes room until it is deleted for good,\n\
                      by Google after 30 days or by --for-good."
    )]
    Clean(clean::Clean),
    /// The folder that pictures go to: its name, its link, whether it is public
    #[command(after_help = "Example:\n  boothline drive folder")]
    Folder(Output),
}

/// How to print it.
#[derive(Args, Debug)]
pub(super) struct Output {
    /// Print it as JSON; sizes in bytes
    #[arg(long)]
    json: bool,
}

impl Drive {
    /// Does what was asked.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        let config = prepare(environment)?;
        match self {
            Self::Space(output) => {
                let space = block_on(tidy::space(config))?.map_err(Failure::of_service)?;
                match output.json {
                    true => print_json(&space),
                    false => show_space(&space),
                }
                Ok(())
            }
            Self::Folder(output) => {
                let folder = block_on(tidy::drive_folder(config))?.map_err(Failure::of_service)?;
                match output.json {
                    true => print_json(&folder),
                    false => show_folder(&folder),
                }
                Ok(())
            }
            Self::Trash(trash) => block_on(trash.run(config))?,
            Self::Clean(clean) => block_on(clean.run(config))?,
        }
    }
}

fn show_space(space: &Space) {
    let limit = space.limit.map_or_else(|| "no limit".to_owned(), size);
    let free = space.free.map_or_else(|| "no limit".to_owned(), size);
    anstream::println!("Account        {}", space.account);
    anstream::println!("Room in all    {limit}");
    anstream::println!(
        "Used           {}, {} of it by Drive",
        size(space.used),
        size(space.in_drive)
    );
    anstream::println!("Free           {free}");
    anstream::println!("Drive's trash  {}", size(space.in_trash));
    anstream::println!("Our pictures   {}", tally(space.ours));
    anstream::println!("  in the trash {}", tally(space.ours_in_trash));
    let alarm = size(space.alarm_below);
    match space.low {
        true => anstream::println!(
            "\n! Less than {alarm} are free: make room now. `boothline drive clean --older-than 30d` tidies our old\n  \
             pictures into the trash; the trash takes room until it is emptied."
        ),
        false => anstream::println!("\nWe warn when less than {alarm} are free."),
    }
}

fn tally(tally: Tally) -> String {
    format!("{} in {}", size(tally.bytes), count(tally.files, "file", "files"))
}

fn show_folder(folder: &FolderReport) {
    let Some(id) = &folder.id else {
        anstream::println!(
            "There is no folder in the Drive of {} yet: it is made with the first picture.",
            folder.account
        );
        return;
    };
    let Some(name) = &folder.name else {
        let advice = match folder.chosen {
            true => {
                "Set TARGET_FOLDER_ID to a folder that is there and visible to this sign-in, or leave it empty."
            }
            false => "The next picture makes a new one.",
        };
        anstream::println!(
            "The folder {id} is not in the Drive of {}. {advice}",
            folder.account
        );
        return;
    };
    anstream::println!("Folder   {name}");
    anstream::println!("Account  {}", folder.account);
    if let Some(link) = &folder.link {
        anstream::println!("Link     {link}");
    }
    match folder.public {
        true => anstream::println!("Public   yes: whoever has this link sees all pictures in it"),
        false => anstream::println!("Public   no: guests see only the pictures that they have links of"),
    }
    if folder.trashed {
        anstream::println!("! It lies in Drive's trash: boothline drive trash --recover {id}");
    }
    if !folder.writable {
        anstream::println!("! This account may not put files into it: allow it in Drive.");
    }
}

fn print_json(value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).expect("reports are plain data");
    anstream::println!("{text}");
}

/// One line for each file.
fn list(files: &[OurFile]) {
    for file in files {
        let taken = file.taken_at.as_deref().and_then(|at| at.get(..10)).unwrap_or("");
        let job = file.job_id.map_or_else(String::new, |job| format!("  job {job}"));
        anstream::println!(
            "  {}  {taken:10}  {:>8}  {}{job}",
            file.id,
            size(file.size),
            file.name
        );
    }
}

fn bytes_of(files: &[OurFile]) -> String {
    size(files.iter().map(|file| file.size).sum())
}

/// What did not work, as the command's failure; the rest was done.
fn outcome(mishaps: &[Mishap]) -> Result<(), Failure> {
    for mishap in mishaps {
        anstream::eprintln!("  ✗ {} ({}): {}", mishap.name, mishap.id, mishap.message);
    }
    match mishaps.len() {
        0 => Ok(()),
        number => Err(Failure::Refused(format!(
            "{} could not be changed; run the same command again.",
            count(number, "file", "files")
        ))),
    }
}
