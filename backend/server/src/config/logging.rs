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

/// Pieces with spaces and without anything are what people write; one in brackets would be read and match nothing.
fn filter(text: &str) -> Parsed<Targets> {
    let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    let pieces: Vec<&str> = pieces.collect();
    let wrong = || "a filter such as info or info,boothline=debug".to_owned();
    match pieces.iter().any(|piece| piece.contains('[')) {
        true => Err(wrong()),
        false => pieces.join(",").parse().map_err(|_| wrong()),
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn a_filter_is_levels_by_module() {
        let wanted = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_target("boothline", LevelFilter::DEBUG);
        for text in [
            "info,boothline=debug",
            "info, boothline=debug",
            " info,,boothline=debug,",
        ] {
            assert_eq!(filter(text).unwrap(), wanted, "{text}");
        }
        assert!(filter("[request]=debug").is_err());
        assert!(filter("boothline=loud").is_err());
    }
}
