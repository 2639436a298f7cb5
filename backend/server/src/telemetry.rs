//! Log lines: text for people, JSON for machines; every line carries its request and job.
//!
//! A span holds the ids (`request.id`, `job.id`); whatever is written inside
//! it carries them, in text in front of the message, in JSON as fields of the
//! line itself. Lines go to standard error, so that what a command prints for
//! another program stays clean.

mod json;

use std::io;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::time::ChronoLocal;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::config::{LogFormat, Logging};

/// Starts writing log lines as `logging` says.
///
/// # Errors
/// When somebody else in this process did so before.
pub fn start(logging: &Logging) -> Result<(), TryInitError> {
    let registry = tracing_subscriber::registry().with(logging.filter.clone());
    match logging.format {
        LogFormat::Json => registry.with(json::FlatJson::new(io::stderr)).try_init(),
        LogFormat::Text => registry
            .with(
                fmt::layer()
                    .with_writer(io::stderr)
                    .with_ansi(AutoStream::choice(&io::stderr()) != ColorChoice::Never)
                    .with_timer(ChronoLocal::new("%H:%M:%S".to_owned()))
                    .with_target(false)
                    .compact(),
            )
            .try_init(),
    }
}
