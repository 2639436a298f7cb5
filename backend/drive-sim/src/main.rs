//! `drive-sim`: a Google Drive to develop against, without an account and without a network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use boothline_drive_sim::{LinkBase, Options, Sim};
use clap::Parser;

/// A Google Drive and OAuth server on this machine, for kiosk developers and demos.
///
/// It answers like Google's (Drive API v3, OAuth 2.0, public links), keeps everything in memory and
/// forgets it at the end. Trouble is scripted through its control API, for example:
///
///   curl -d '{"op":"any","kind":{"status":{"status":503}},"probability":0.2}' http://127.0.0.1:8090/sim/faults
///
///   curl -d '{"on":true}' http://127.0.0.1:8090/sim/outage
#[derive(Debug, Parser)]
#[command(name = "drive-sim", version, verbatim_doc_comment)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Folder for client_secrets.json, token.json and service_account.json; they are replaced at each start
    #[arg(long, value_name = "FOLDER", default_value = "data/sim")]
    credentials: PathBuf,
    /// Hold every answer back so long, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Refuse more calls in a second than this, as Google does (403 userRateLimitExceeded)
    #[arg(long, value_name = "CALLS")]
    rate: Option<f64>,
    /// Size of the Drive in MB; without it, no end
    #[arg(long, value_name = "MB")]
    quota_mb: Option<u64>,
    /// Life of access tokens in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3599)]
    token_lifetime: u64,
    /// Scope of the token in token.json
    #[arg(long, default_value = "https://www.googleapis.com/auth/drive.file")]
    scope: String,
    /// Let links to photos lead here instead of to drive.google.com, so that a browser can open them
    #[arg(long)]
    links_here: bool,
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            port: self.port,
            latency: Duration::from_millis(self.latency_ms),
            requests_per_second: self.rate,
            quota_bytes: self.quota_mb.map(|mb| mb.saturating_mul(1_000_000)),
            token_lifetime: Duration::from_secs(self.token_lifetime),
            scope: self.scope.clone(),
            links: if self.links_here {
                LinkBase::Here
            } else {
                LinkBase::Google
            },
            ..Options::default()
        }
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = &arguments.credentials;
    let sim = Sim::start_in_terminal(arguments.options())
        .with_context(|| format!("cannot listen on 127.0.0.1:{}", arguments.port))?;
    sim.write_credentials(folder)
        .with_context(|| format!("cannot write credentials into {}", folder.display()))?;
    introduce(&sim.url(), folder, arguments.links_here);
    sim.wait().context("the server broke")
}

fn introduce(url: &str, folder: &Path, links_here: bool) {
    println!("A simulated Google Drive runs at {url}");
    println!("Put this into .env and start Boothline:\n");
    println!("DELIVERY_TARGET=drive");
    println!("DRIVE_API_URL={url}");
    println!(
        "CLIENT_SECRETS_FILE={}",
        folder.join("client_secrets.json").display()
    );
    println!("TOKEN_FILE={}", folder.join("token.json").display());
    if links_here {
        println!("DRIVE_LINK_URL={url}");
    }
    println!("\nWhat it holds:  {url}sim/state");
    println!(
        "Trouble:        {url}sim/faults (POST, DELETE), {url}sim/outage, {url}sim/quota, {url}sim/revoke"
    );
    println!("Ctrl-C ends it and forgets everything.");
}
