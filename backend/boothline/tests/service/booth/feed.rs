//! Server-Sent Events, read as a browser reads them.

use std::io::{BufRead as _, BufReader, Read};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Client;

/// One event of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

/// An open stream of events. Its client's deadline is its own.
pub(crate) struct Feed(BufReader<Box<dyn Read>>);

impl Client {
    /// Listens at `path`; the answer must be a stream of events.
    pub(crate) fn listen(&self, path: &str) -> Result<Feed> {
        let response = self.open("GET", path, None, Vec::new())?;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream", "{path}");
        let body = response.into_body().into_reader();
        Ok(Feed(BufReader::new(Box::new(body))))
    }
}

impl Feed {
    /// The next event; comments and heartbeats are passed over.
    pub(crate) fn next(&mut self) -> Result<Event> {
        let (mut kind, mut id, mut data) = ("message".to_owned(), None, String::new());
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).context("the next event")?;
            anyhow::ensure!(read > 0, "the stream ended");
            match line.trim_end().split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("id", value)) => id = Some(value.to_owned()),
                Some(("data", value)) => data.push_str(value),
                _ if line.trim_end().is_empty() && !data.is_empty() => {
                    let data = serde_json::from_str(&data).context("an event's data")?;
                    return Ok(Event { kind, id, data });
                }
                _ => {}
            }
        }
    }

    /// The first event that is `wanted`.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Result<Event> {
        loop {
            let event = self.next()?;
            if wanted(&event) {
                return Ok(event);
            }
        }
    }
}
