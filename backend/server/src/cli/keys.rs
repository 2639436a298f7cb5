//! `keys`: the operator token and the booth key, for whoever sets up a kiosk.

use clap::Subcommand;

use super::failure::Failure;
use crate::config::{Config, Environment};
use crate::secrets::{self, Secret};

/// What to do with the keys.
#[derive(Subcommand, Debug)]
pub(super) enum KeysCommand {
    /// Print the operator token and the booth key
    #[command(after_help = "Example:\n  boothline keys show")]
    Show,
    /// Make new keys; the old ones stop working when the service starts again
    #[command(after_help = "Example, when a tablet was lost:\n  boothline keys new")]
    New,
}

impl KeysCommand {
    /// Shows or replaces the keys.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        let config = Config::from_environment(environment)?;
        match self {
            Self::Show => show(&config),
            Self::New => replace(&config),
        }
    }
}

fn show(config: &Config) -> Result<(), Failure> {
    let kept = secrets::load(&config.storage.data_dir)?;
    let access = &config.access;
    let kept_token = kept.as_ref().map(|keys| &keys.operator_token);
    let kept_key = kept.as_ref().map(|keys| &keys.booth_key);
    let token = access.operator_token.as_ref().or(kept_token);
    let key = access.booth_key.as_ref().or(kept_key);
    if token.is_none() && key.is_none() {
        return Err(Failure::Refused(
            "There are no keys yet: `boothline serve --lan` makes them, or `boothline keys new`.".to_owned(),
        ));
    }
    print("Operator token", token);
    print("Booth key", key);
    Ok(())
}

fn replace(config: &Config) -> Result<(), Failure> {
    let keys = secrets::make_new(&config.storage.data_dir)?;
    print("Operator token", Some(&keys.operator_token));
    print("Booth key", Some(&keys.booth_key));
    anstream::println!("Start the service again, then give the booth key to each kiosk.");
    for (name, set) in [
        ("OPERATOR_TOKEN", config.access.operator_token.is_some()),
        ("BOOTH_KEY", config.access.booth_key.is_some()),
    ] {
        if set {
            anstream::println!("But {name} is set and wins over the new one: change it there too.");
        }
    }
    Ok(())
}

fn print(what: &str, key: Option<&Secret>) {
    anstream::println!("{what:<16}{}", key.map_or("(none)", Secret::expose));
}
