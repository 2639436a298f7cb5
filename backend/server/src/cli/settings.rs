//! `config`: what is in force, and a file to start from.

use clap::Subcommand;

use super::failure::Failure;
use crate::config::{Config, Environment, Origin, Setting, env_example, settings};

/// What to do with the settings.
#[derive(Subcommand, Debug)]
pub(super) enum Settings {
    /// List every setting in force and where it comes from
    #[command(after_help = "Example:\n  boothline config show")]
    Show,
    /// Print a commented .env with every default
    #[command(after_help = "Example:\n  boothline config example > .env")]
    Example,
}

impl Settings {
    /// Prints what was asked for.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        match self {
            Self::Example => anstream::print!("{}", env_example()),
            Self::Show => {
                Config::from_environment(environment)?;
                settings(environment).iter().for_each(print);
            }
        }
        Ok(())
    }
}

fn print(setting: &Setting) {
    let origin = match setting.origin {
        Some(Origin::Process) => "environment",
        Some(Origin::File) => "settings file",
        None => "default",
    };
    let text = setting.text.as_deref().unwrap_or("(not set)");
    anstream::println!("{:<28}{origin:<15}{text}", setting.variable.name);
}
