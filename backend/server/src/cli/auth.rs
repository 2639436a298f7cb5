//! `auth`: signing in to what we deliver to.

use std::time::Duration;

use boothline_delivery::drive::auth::login::{self, Options, SignedIn};
use boothline_delivery::drive::http;
use boothline_domain::clock::{SharedClock, SystemClock};
use clap::{Args, Subcommand};

use super::failure::Failure;
use super::serve::block_on;
use crate::config::{Config, Delivery, Environment};
use crate::telemetry;

/// What to sign in to.
#[derive(Subcommand, Debug)]
pub(super) enum Auth {
    /// Sign in to Google Drive, once for all evenings
    #[command(
        after_help = "Needs the OAuth client's file (CLIENT_SECRETS_FILE, default data/client_secrets.json) from the\n\
                      Google Cloud console: APIs & Services > Credentials > Create > OAuth client ID > Desktop app.\n\n\
                      Example, on a booth without a browser:\n  boothline auth drive --device\n\n\
                      With SERVICE_ACCOUNT_FILE no sign-in is needed."
    )]
    Drive(Drive),
}

/// How to sign in.
#[derive(Args, Debug)]
pub(super) struct Drive {
    /// Show a code to type in on a phone, instead of opening a browser here
    /// (needs a client of the type "TVs and Limited Input devices")
    #[arg(long)]
    device: bool,
    /// Port of the address that the browser comes back to; default: any free one
    #[arg(long, conflicts_with = "device")]
    port: Option<u16>,
    /// Only print the address, do not open a browser
    #[arg(long, conflicts_with = "device")]
    no_browser: bool,
    /// Give up after so many minutes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout_minutes: u64,
}

impl Auth {
    /// Signs in.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        let config = Config::from_environment(environment)?;
        telemetry::start(&config.logging).map_err(|error| Failure::Service(error.into()))?;
        let Self::Drive(drive) = self;
        block_on(drive.sign_in(&config.delivery))?
    }
}

impl Drive {
    async fn sign_in(&self, delivery: &Delivery) -> Result<(), Failure> {
        if let Some(file) = &delivery.service_account_file {
            let file = file.display();
            return Err(Failure::Refused(format!(
                "SERVICE_ACCOUNT_FILE is set ({file}): a service account signs in by itself. Check it with `boothline doctor`."
            )));
        }
        let http = http::client().map_err(|error| Failure::Service(error.into()))?;
        let clock: SharedClock = std::sync::Arc::new(SystemClock);
        let files = delivery.credential_files();
        let options = Options {
            port: self.port,
            timeout: Duration::from_secs(self.timeout_minutes * 60),
            allow_insecure_redirect: delivery.insecure_transport,
        };
        let scope = delivery.scope();
        let signed_in = if self.device {
            let show = |code: &login::DeviceCode| {
                anstream::println!(
                    "Open {} on a phone or computer and type in this code:\n\n    {}\n\nWaiting for you to allow it…",
                    code.verification_url,
                    code.user_code
                );
            };
            login::by_device(&files, scope, &http, &clock, &options, show).await
        } else {
            let open = |page: &url::Url| {
                anstream::println!(
                    "Open this address in a browser on this machine and allow the access:\n\n{page}\n"
                );
                if !self.no_browser {
                    open_browser(page);
                }
                anstream::println!("Waiting for you to allow it (Ctrl-C gives up)…");
            };
            login::by_browser(&files, scope, &http, &clock, &options, open).await
        };
        let signed_in = signed_in.map_err(|error| Failure::Refused(error.to_string()))?;
        report(&signed_in, delivery);
        Ok(())
    }
}

fn report(signed_in: &SignedIn, delivery: &Delivery) {
    anstream::println!(
        "Signed in. The token is in {} (readable by you only).",
        delivery.token_file.display()
    );
    if let Some(ends) = signed_in.ends {
        anstream::println!(
            "Careful: this sign-in ends by itself on {}, because the app is in \"Testing\". Publish it \
             (Google Cloud console > OAuth consent screen > \"In production\") and sign in again.",
            ends.local().format("%-d %B, %H:%M")
        );
    }
    anstream::println!("Now `boothline doctor` tells whether pictures can be delivered.");
}

/// A desktop has one of these; without, the address was printed.
fn open_browser(page: &url::Url) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let quiet = std::process::Stdio::null;
    let _ = std::process::Command::new(opener)
        .arg(page.as_str())
        .stdin(quiet())
        .stdout(quiet())
        .stderr(quiet())
        .spawn();
}
