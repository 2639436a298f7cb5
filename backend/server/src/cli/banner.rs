//! The first lines of `serve`: where to look, what is not ready, and a code to scan.

use std::io;
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use boothline_domain::clock::Clock;

use super::doctor::print_check;
use crate::config::{BaseUrl, Config, LogFormat};
use crate::doctor::{self, Status};
use crate::lan::VenueAddress;
use crate::secrets::{self, FreshKeys};
use crate::terminal_qr;

const BOLD: Style = Style::new().bold();
const LINK: Style = Style::new()
    .underline()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

/// What there is to say at the start.
pub(super) struct Banner {
    /// The settings in force, keys included.
    pub(super) config: Config,
    /// Other addresses of this machine that phones may reach.
    pub(super) other_addresses: Vec<VenueAddress>,
    /// Keys that were made just now.
    pub(super) fresh_keys: Option<FreshKeys>,
}

impl Banner {
    /// Prints it, once we listen.
    pub(super) fn print(&self, clock: &dyn Clock) {
        if self.config.logging.format == LogFormat::Json {
            self.log();
        } else {
            self.print_addresses();
            self.print_places();
            self.print_not_ready(clock);
            self.print_code();
        }
        // Also with JSON lines: keys are shown once or never, and not in the log.
        self.print_keys();
    }

    fn log(&self) {
        let base = &self.config.server.api_base_url;
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            bind_addr = %self.config.server.bind_addr,
            "Boothline is ready at {base}"
        );
    }

    fn print_addresses(&self) {
        let base = self.shown_base();
        anstream::println!(
            "\n{BOLD}Boothline {} is ready.{BOLD:#}",
            env!("CARGO_PKG_VERSION")
        );
        for (what, path) in [("Kiosk", "/"), ("Console", "/console"), ("API", "/docs")] {
            anstream::println!("  {what:<9}{LINK}{}{LINK:#}", base.join(path));
        }
        for other in &self.other_addresses {
            anstream::println!("  (also in the network of {}: {})", other.interface, other.ip);
        }
    }

    fn print_places(&self) {
        let storage = &self.config.storage;
        anstream::println!("  {:<9}{}", "Pictures", absolute(&storage.results_dir));
        match storage.database_url.file() {
            Some(file) => anstream::println!("  {:<9}{}", "Database", absolute(&file)),
            None => anstream::println!("  {:<9}{}", "Database", storage.database_url),
        }
    }

    fn print_not_ready(&self, clock: &dyn Clock) {
        let checks = doctor::at_rest(&self.config, clock);
        let open: Vec<_> = checks.iter().filter(|check| check.status != Status::Ok).collect();
        if open.is_empty() {
            anstream::println!("  Everything is ready for the guests.");
        }
        for check in open {
            print_check(check);
        }
        anstream::println!();
    }

    fn print_keys(&self) {
        let Some(keys) = &self.fresh_keys else { return };
        let file = secrets::keys_file(&self.config.storage.data_dir);
        anstream::println!("{BOLD}Keys made for this booth, shown this once:{BOLD:#}");
        if let Some(token) = &keys.operator_token {
            anstream::println!("  Operator token  {}", token.expose());
        }
        if let Some(key) = &keys.booth_key {
            anstream::println!("  Booth key       {}", key.expose());
        }
        anstream::println!(
            "They are kept in {}; `boothline keys show` reads them.\n",
            absolute(&file)
        );
    }

    /// A code for the console, where the operator's phone can open it. (Not the
    /// kiosk: browsers give pages from a plain-http address no camera.)
    fn print_code(&self) {
        let base = self.shown_base();
        if base.leads_nowhere_else() {
            return;
        }
        let colours = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let Ok(lines) = terminal_qr::lines(&base.join("/console"), colours) else {
            return;
        };
        anstream::println!("Open the console on a phone in this network:");
        for line in lines {
            anstream::println!("{line}");
        }
        anstream::println!();
    }

    /// Where the person at this terminal should look: the chosen address, or
    /// this machine's own when links lead somewhere through a proxy.
    const fn shown_base(&self) -> &BaseUrl {
        &self.config.server.api_base_url
    }
}

fn absolute(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.display().to_string()
}
