//! What the service writes down about itself.

use tracing_subscriber::filter::Targets;

use super::parse;
use super::reader::{Parsed, Reader};

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text, coloured where a terminal is.
    Text,
    /// One JSON object for each line.
    Json,
}

/// What the service writes down about itself.
#[derive(Clone, Debug)]
pub struct Logging {
    /// The form of a log line.
    pub format: LogFormat,
    /// Which lines are written: a level, or levels by module.
    pub filter: Targets,
}

impl Logging {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            format: reader.value("LOG_FORMAT", parse::word(FORMATS)),
            filter: reader.value("LOG_FILTER", filter),
        }
    }
}

const FORMATS: &[(&str, LogFormat)] = &[
    ("auto", LogFormat::Text),
    ("text", LogFormat::Text),
    ("json", LogFormat::Json),
];

fn filter(text: &str) -> Parsed<Targets> {
    text.parse()
        .map_err(|_| "a filter such as info or info,boothline=debug".to_owned())
}
