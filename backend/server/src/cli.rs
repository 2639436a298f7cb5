//! The command line: what an operator types, and what the program answers with.

mod auth;
mod banner;
mod demo;
mod doctor;
mod drive;
mod failure;
mod jobs;
mod keys;
mod memory;
mod person;
mod serve;
mod settings;
mod sync;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Environment;
use failure::Failure;

const AFTER_HELP: &str = "\
First evening:
  boothline doctor --lan    what is not ready
  boothline serve --lan     listen in the venue's network, show the console's QR code

Exit codes: 0 done, 1 it failed, 2 the command line was not understood,
3 a setting is wrong, 4 doctor or sync --verify found something that must be mended.
Settings come from the environment and from .env; `boothline config example` explains each.";

/// A photo booth's backend: from the shutter to the guest's phone.
#[derive(Parser, Debug)]
#[command(name = "boothline", version, after_help = AFTER_HELP)]
struct Cli {
    /// Read settings from this file instead of .env
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,

    /// Without a command: serve
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the booth: API, pages and workers in one process (the default)
    #[command(
        after_help = "Example, in the venue's Wi-Fi:\n  boothline serve --lan\n\nCtrl-C stops it; photos in hand are finished or started again next time."
    )]
    Serve(serve::Serve),

    /// Run workers only, beside a `serve` on the same PostgreSQL database
    #[command(
        after_help = "Example, on a second machine:\n  DATABASE_URL=postgres://booth:secret@db/booth boothline worker"
    )]
    Worker,

    /// Bring the database up to date and stop
    #[command(
        after_help = "`serve` does this by itself. Example, before an update of many machines:\n  boothline migrate"
    )]
    Migrate,

    /// Check everything that could go wrong tonight, and say what to do
    #[command(
        after_help = "Example, before the guests come:\n  boothline doctor --lan\n\n✓ ready, ! works but read it, ✗ mend it: then the exit code is 4."
    )]
    Doctor(doctor::Doctor),

    /// Sign in to where pictures are delivered to
    #[command(subcommand, after_help = "Example:\n  boothline auth drive")]
    Auth(auth::Auth),

    /// Send finished pictures to Drive that are not there yet
    #[command(
        after_help = "Example, after an evening without a network:\n  boothline sync --dry-run\n  boothline sync\n\n\
                      Example, to send a whole folder, pictures of other cameras too:\n  boothline sync --folder --dry-run\n  \
                      boothline sync --folder /media/camera/DCIM\n\n\
                      Example, is all that guests were promised really there:\n  boothline sync --verify\nIts exit code is 0 when all is right or was mended, 4 when something is wrong and was not.\n\n\
                      Ctrl-C finishes what is in hand and loses nothing; run it again to go on. Nothing is sent twice:\n\
                      what a folder sync has sent is in MANIFEST_FILE. Never sent: originals, thumbnails, hidden files."
    )]
    Sync(sync::Sync),

    /// Look after Google Drive: room, trash, tidying, the folder
    #[command(
        subcommand,
        after_help = "Example, before a long evening:\n  boothline drive space\n  boothline drive clean --older-than 90d\n\nOnly what this installation put there is ever touched."
    )]
    Drive(drive::Drive),

    /// Look at the jobs, or start a failed one again
    #[command(
        subcommand,
        after_help = "Example, when a guest asks where the picture is:\n  boothline jobs list\n  boothline jobs show 42\n  boothline jobs retry 42"
    )]
    Jobs(jobs::Jobs),

    /// Show or replace the operator token and the booth key
    #[command(
        subcommand,
        after_help = "Example, to set up one more kiosk:\n  boothline keys show"
    )]
    Keys(keys::KeysCommand),

    /// List the settings in force, or print a .env to start from
    #[command(subcommand, after_help = "Example:\n  boothline config example > .env")]
    Config(settings::Settings),

    /// Print the description of the API (OpenAPI, JSON)
    #[command(after_help = "Example:\n  boothline openapi > boothline.json")]
    Openapi,

    /// Try it out: a service in a temporary folder takes photos as a kiosk would
    #[command(
        after_help = "Example, with a photo of your own, and a code to scan:\n  boothline demo --photo party.jpg --lan --keep"
    )]
    Demo(demo::Demo),
}

/// Does what the command line says; the answer is the process's exit code.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => {
            failure.report();
            failure.exit_code()
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let environment = Environment::load(cli.env_file.as_deref());
    match cli.command.unwrap_or_default() {
        Command::Serve(serve) => serve.run(&environment)?,
        Command::Worker => serve::work(&environment)?,
        Command::Migrate => serve::migrate(&environment)?,
        Command::Doctor(doctor) => return doctor.run(&environment),
        Command::Auth(auth) => auth.run(&environment)?,
        Command::Sync(sync) => return sync.run(&environment),
        Command::Drive(drive) => drive.run(&environment)?,
        Command::Jobs(jobs) => jobs.run(&environment)?,
        Command::Keys(keys) => keys.run(&environment)?,
        Command::Config(settings) => settings.run(&environment)?,
        Command::Openapi => anstream::println!("{}", crate::app::openapi()),
        Command::Demo(demo) => demo.run()?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(serve::Serve::default())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        let cli = Cli::parse_from(["boothline"]);
        assert!(matches!(cli.command.unwrap_or_default(), Command::Serve(_)));
    }

    #[test]
    fn the_help_of_every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            assert!(
                help.is_some_and(|help| help.contains("boothline")),
                "{} has none",
                command.get_name()
            );
        }
    }
}
