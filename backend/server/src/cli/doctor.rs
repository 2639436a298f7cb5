//! `doctor`: the checklist on the terminal or as JSON.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use boothline_domain::clock::SystemClock;
use clap::Args;

use super::failure::Failure;
use super::serve::block_on;
use crate::config::{Config, Environment};
use crate::doctor::{self, Check, Status};
use crate::lan;

/// The exit code that says: mend something before the guests come.
pub(super) const NOT_READY: u8 = 4;

/// Options of `doctor`.
#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// Print the checklist as JSON: [{"name", "status", "message", "action"}]
    #[arg(long)]
    json: bool,
    /// Examine what `serve --lan` would do
    #[arg(long)]
    lan: bool,
}

impl Doctor {
    /// Examines and reports; the exit code says whether all may begin.
    pub(super) fn run(&self, environment: &Environment) -> Result<ExitCode, Failure> {
        let mut config = Config::from_environment(environment);
        let network = config.as_mut().ok().filter(|_| self.lan).and_then(no_network);
        let mut checks = block_on(doctor::examine(environment, &config, &SystemClock))?;
        checks.extend(network);
        match self.json {
            true => print_json(&checks),
            false => print_list(&checks),
        }
        Ok(match doctor::worst(&checks) {
            Status::Failed => ExitCode::from(NOT_READY),
            Status::Ok | Status::Warning => ExitCode::SUCCESS,
        })
    }
}

/// Changes the settings as `serve --lan` does; a check that failed if it cannot.
fn no_network(config: &mut Config) -> Option<Check> {
    let error = lan::open_to_venue(config).err()?;
    let again = "Then run `boothline doctor --lan` again.";
    Some(Check::failed("network", error.to_string(), again))
}

fn print_json(checks: &[Check]) {
    let text = serde_json::to_string_pretty(checks).expect("checks are plain data");
    anstream::println!("{text}");
}

fn print_list(checks: &[Check]) {
    for check in checks {
        print_check(check);
    }
    anstream::println!("\n{}", verdict(checks));
}

fn verdict(checks: &[Check]) -> String {
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    match (count(Status::Failed), count(Status::Warning)) {
        (0, 0) => "Everything is ready.".to_owned(),
        (0, warnings) => format!("Ready, with {warnings} to read."),
        (failed, _) => format!("Not ready: {failed} to mend."),
    }
}

/// One line for a check, and one for what to do about it.
pub(super) fn print_check(check: &Check) {
    let (sign, colour) = match check.status {
        Status::Ok => ('✓', AnsiColor::Green),
        Status::Warning => ('!', AnsiColor::Yellow),
        Status::Failed => ('✗', AnsiColor::Red),
    };
    let style = Style::new().fg_color(Some(colour.into()));
    anstream::println!("  {style}{sign}{style:#} {}", check.message);
    if let Some(action) = &check.action {
        anstream::println!("    {action}");
    }
}
