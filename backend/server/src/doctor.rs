//! The checklist: what would go wrong tonight, found before the guests find it.
//!
//! Each check is one function that returns one or more [`Check`]s in plain
//! sentences. A check never changes anything beyond a probe file it removes.

mod clock;
mod database;
mod delivery;
mod disk;
mod drive;
mod ffmpeg;
mod folders;
mod keys;
mod links;
mod port;
mod settings;

use boothline_domain::clock::Clock;
use serde::Serialize;

use crate::config::{Config, ConfigError, Environment};

pub use settings::mistakes;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Ready.
    Ok,
    /// It will run, but not as well as it should.
    Warning,
    /// It will not run, or guests will notice.
    Failed,
}

/// One line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, such as `disk`; stable, for programs.
    pub name: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found, one sentence.
    pub message: String,
    /// What to do about it; always there unless all is well.
    pub action: Option<String>,
}

impl Check {
    /// All is well.
    pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Ok,
            message: message.into(),
            action: None,
        }
    }

    /// It will run, but not as well as it should.
    pub fn warning(name: &'static str, message: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Warning,
            message: message.into(),
            action: Some(action.into()),
        }
    }

    /// It will not run, or guests will notice.
    pub fn failed(name: &'static str, message: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Failed,
            message: message.into(),
            action: Some(action.into()),
        }
    }
}

/// The whole checklist, in the order an operator would mend it.
pub async fn examine(
    environment: &Environment,
    config: &Result<Config, ConfigError>,
    clock: &dyn Clock,
) -> Vec<Check> {
    let config = match config {
        Ok(config) => config,
        Err(error) => return mistakes(error),
    };
    let mut checks = vec![settings::valid(environment)];
    checks.extend(at_rest(config, clock));
    checks.push(database::reachable(config).await);
    checks.extend(drive::ready(config).await);
    checks.push(ffmpeg::found(&config.pictures.ffmpeg).await);
    checks.push(port::free_or_ours(config.server.bind_addr));
    checks
}

/// What can be seen without the database and the network; quick enough for
/// every start.
pub fn at_rest(config: &Config, clock: &dyn Clock) -> Vec<Check> {
    let folders = [&config.storage.data_dir, &config.storage.results_dir];
    let mut checks = folders::writable(&config.storage);
    checks.extend(disk::free(&folders, config.storage.min_free_bytes));
    checks.push(clock::sane(clock.now(), &folders));
    checks.push(delivery::target(&config.delivery));
    checks.push(links::lead_somewhere(&config.server, config.delivery.kind()));
    checks.push(links::open_to_strangers(&config.server));
    checks.extend(keys::guarded(config));
    checks
}

/// The worst of `checks`.
pub fn worst(checks: &[Check]) -> Status {
    checks
        .iter()
        .map(|check| check.status)
        .max()
        .unwrap_or(Status::Ok)
}
