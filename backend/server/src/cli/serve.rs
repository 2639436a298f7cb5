//! `serve`, `worker` and `migrate`: settings, keys and network, then the service itself.

use std::future::Future;

use boothline_domain::clock::SystemClock;
use clap::Args;

use super::banner::Banner;
use super::failure::Failure;
use super::memory::share_one_heap;
use crate::app::{self, AppError};
use crate::config::{Config, Environment};
use crate::{lan, secrets, telemetry};

/// Options of `serve`.
#[derive(Args, Debug, Default)]
pub(super) struct Serve {
    /// Listen in the venue's network: finds this machine's address, leads links
    /// and QR codes there, and asks kiosks and operators for keys
    #[arg(long)]
    lan: bool,
}

impl Serve {
    /// Runs until it is asked to stop.
    pub(super) fn run(&self, environment: &Environment) -> Result<(), Failure> {
        let mut config = prepare(environment)?;
        let other_addresses = match self.lan {
            true => lan::open_to_venue(&mut config)?,
            false => Vec::new(),
        };
        share_one_heap(|| done(app::prepare(&config)))?;
        let fresh_keys = secrets::equip(&mut config)?;
        let banner = Banner {
            config: config.clone(),
            other_addresses,
            fresh_keys,
        };
        let ready = move || banner.print(&SystemClock);
        done(app::serve(config, ready))
    }
}

/// Runs workers until it is asked to stop.
pub(super) fn work(environment: &Environment) -> Result<(), Failure> {
    let config = prepare(environment)?;
    share_one_heap(|| done(app::migrate(&config)))?;
    done(app::work(config))
}

/// Brings the database up to date.
pub(super) fn migrate(environment: &Environment) -> Result<(), Failure> {
    let config = prepare(environment)?;
    done(app::migrate(&config))?;
    anstream::println!("The database {} is up to date.", config.storage.database_url);
    Ok(())
}

/// Settings and the log.
pub(super) fn prepare(environment: &Environment) -> Result<Config, Failure> {
    let config = Config::from_environment(environment)?;
    telemetry::start(&config.logging).map_err(|error| Failure::Service(error.into()))?;
    Ok(config)
}

fn done(work: impl Future<Output = Result<(), AppError>>) -> Result<(), Failure> {
    block_on(work)?.map_err(Failure::Service)
}

/// Runs `work` on a runtime of its own.
pub(super) fn block_on<F: Future>(work: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Service(error.into()))?;
    Ok(actix_web::rt::System::with_tokio_rt(|| runtime).block_on(work))
}
