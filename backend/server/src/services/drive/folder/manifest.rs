//! The manifest (`uploads.json`): which file went where, and what it looked like then.
//!
//! The form is that of the program before this one, extended by the MD5 and by `state`. An entry
//! with a reserved id is on disk before the first byte is sent under it: a sync that is killed
//! finds its id again, and Drive takes an id once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Times that differ by less are the same; what a number in JSON loses on its way is less.
const TOLERANCE: f64 = 1e-6;

/// Everything that was sent, by the file's name (see [`super::scan::Keys`]).
pub(super) type Manifest = BTreeMap<String, Entry>;

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// What it looked like when it was sent.
    pub(super) signature: Signature,
    /// Where it is in Drive.
    pub(super) item: Item,
    /// Of the bytes that were sent, in hex; entries of the earlier program have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) md5: Option<String>,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "State::is_done")]
    pub(super) state: State,
}

/// How far a file has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Its id is reserved; it may or may not be there.
    Pending,
    /// Bytes and permission are proven.
    #[default]
    Done,
}

impl State {
    fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

/// A file's size and time, by which most changes are noticed without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Signature {
    /// Bytes.
    pub(super) size: u64,
    /// Seconds since 1970, with a fraction.
    pub(super) mtime: f64,
}

impl Signature {
    /// Whether a file that looks like `self` now is the one that looked like `before`. Where
    /// whole seconds were written down, they decide.
    pub(super) fn matches(&self, before: &Self) -> bool {
        let whole = before.mtime.fract() == 0.0;
        let exact = (self.mtime - before.mtime).abs() < TOLERANCE;
        self.size == before.size && (exact || (whole && self.mtime.floor() == before.mtime))
    }
}

/// A file in Drive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    /// Where the file was.
    #[serde(default)]
    pub(super) local_path: String,
    /// Its name in Drive.
    #[serde(default)]
    pub(super) name: String,
    /// RFC 3339; the earlier program's own form is kept.
    #[serde(default)]
    pub(super) uploaded_at: Option<Value>,
    /// Drive's id, reserved or real.
    pub(super) drive_file_id: String,
    /// A link for people.
    #[serde(default)]
    pub(super) drive_link: Option<String>,
    /// A link to the bytes.
    #[serde(default)]
    pub(super) download_link: Option<String>,
    /// The address of the QR code's PNG.
    #[serde(default)]
    pub(super) qr_url: Option<String>,
}

/// Reads a manifest.
///
/// # Errors
/// When it is none.
pub(super) fn parse(bytes: &[u8]) -> serde_json::Result<Manifest> {
    serde_json::from_slice(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = r#"{
      "results/a.jpg": {
        "signature": {"size": 11, "mtime": 1718360000.1234567},
        "item": {"local_path": "results/a.jpg", "name": "a.jpg", "uploaded_at": "2024-06-14 12:13:20.5",
                 "drive_file_id": "1abc", "drive_link": "https://d/1", "download_link": "https://d/2", "qr_url": null}
      },
      "/srv/b.jpg": {"signature": {"size": 1, "mtime": 1718360000},
        "item": {"local_path": "/srv/b.jpg", "name": "b.jpg", "uploaded_at": 1718360001.5, "drive_file_id": "1b", "more": []}}
    }"#;

    #[test]
    fn the_earlier_programs_manifest_is_read_as_it_is() {
        let manifest = parse(PYTHON.as_bytes()).unwrap();
        let first = &manifest["results/a.jpg"];
        assert_eq!(first.state, State::Done);
        assert_eq!(first.item.drive_file_id, "1abc");
        let again = parse(&serde_json::to_vec(&manifest).unwrap()).unwrap();
        assert_eq!(again["/srv/b.jpg"].item.uploaded_at, Some(1_718_360_001.5.into()));
        assert!(first.signature.matches(&again["results/a.jpg"].signature));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in [
            "",
            "[]",
            "{\"a\":1}",
            "{\"a\":{\"signature\":{}}}",
            "{\"a.jpg\":",
            "null",
            "<html>",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"{}").unwrap().is_empty());
    }

    #[test]
    fn a_time_of_whole_seconds_matches_what_it_was_cut_from() {
        let now = Signature {
            size: 5,
            mtime: 1_718_360_000.987,
        };
        let whole = Signature {
            size: 5,
            mtime: 1_718_360_000.0,
        };
        assert!(now.matches(&whole));
        assert!(!now.matches(&Signature { size: 6, ..now }));
        assert!(!now.matches(&Signature {
            mtime: now.mtime - 0.001,
            ..now
        }));
    }
}
