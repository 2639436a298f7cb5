//! The manifest's file: one sync at a time, replaced whole, set aside when it is none.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use boothline_domain::clock::Timestamp;
use tokio::time::Instant;

use super::manifest::{self, Entry, Manifest, State};
use super::scan::Keys;
use super::survey::{Cause, Work};
use crate::places::{publish, write_whole};

/// So much of what is done may have to be asked for again after a kill.
const SAVE_EVERY: Duration = Duration::from_secs(5);
const SAVE_AFTER: usize = 200;

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum LedgerError {
    /// Another process or call works with it.
    #[error("Another sync of this manifest is running; try again when it has ended.")]
    Running,
    /// The disk, or permissions.
    #[error("The manifest cannot be used: {0}. Check MANIFEST_FILE and the permissions of its folder.")]
    Io(#[from] io::Error),
}

/// What was found in the manifest's place.
#[derive(Debug)]
pub(super) enum Found {
    /// A manifest with entries.
    Entries(Manifest),
    /// None, or one without entries.
    Nothing,
    /// Something else.
    Broken(String),
}

/// Reads what is there, and changes nothing.
///
/// # Errors
/// When there is a file that cannot be read.
pub(super) fn read(path: &Path, keys: &Keys) -> io::Result<Found> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    Ok(match manifest::parse(&bytes) {
        Ok(entries) if entries.is_empty() => Found::Nothing,
        Ok(entries) => Found::Entries(adopted(entries, keys)),
        Err(error) => Found::Broken(error.to_string()),
    })
}

/// Under our names. Of two entries for one file the one that says more stays.
fn adopted(entries: Manifest, keys: &Keys) -> Manifest {
    let mut ours = Manifest::new();
    for (raw, entry) in entries {
        let key = keys.adopted(&raw);
        match ours.get(&key) {
            Some(other) if other.md5.is_some() && entry.md5.is_none() => {}
            _ => {
                ours.insert(key, entry);
            }
        }
    }
    ours
}

/// A manifest in use; no other process can use it meanwhile.
pub(super) struct Ledger {
    path: PathBuf,
    shared: Arc<Mutex<Manifest>>,
    due: Mutex<Due>,
    writing: tokio::sync::Mutex<()>,
    _lock: File,
}

struct Due {
    changes: usize,
    saved_at: Instant,
}

impl Ledger {
    /// Takes the manifest. What is none is set aside; its new name is the second answer.
    ///
    /// # Errors
    /// When it is in use, or its folder cannot be written.
    pub(super) fn open(path: &Path, keys: &Keys, now: Timestamp) -> Result<(Self, Opened), LedgerError> {
        let path = fs::canonicalize(path).or_else(|_| std::path::absolute(path))?;
        let lock = lock(&path)?;
        let (entries, opened) = match read(&path, keys)? {
            Found::Entries(entries) => (entries, Opened::Known),
            Found::Nothing => (Manifest::new(), Opened::Unknown),
            Found::Broken(why) => {
                let aside = set_aside(&path, now)?;
                tracing::warn!(
                    why,
                    "The manifest was none and is set aside as {aside}; Drive is asked what is there"
                );
                (Manifest::new(), Opened::Broken(aside))
            }
        };
        let due = Due {
            changes: 0,
            saved_at: Instant::now(),
        };
        let ledger = Self {
            path,
            shared: Arc::new(Mutex::new(entries)),
            due: Mutex::new(due),
            writing: tokio::sync::Mutex::new(()),
            _lock: lock,
        };
        Ok((ledger, opened))
    }

    /// What is known now.
    pub(super) fn entries(&self) -> MutexGuard<'_, Manifest> {
        held(&self.shared)
    }

    /// Notes an entry; it is on disk after [`Self::save`].
    pub(super) fn put(&self, key: &str, entry: Entry) {
        self.entries().insert(key.to_owned(), entry);
        held(&self.due).changes += 1;
    }

    /// Notes the entry of a picture; one that it had under another key goes.
    pub(super) fn replace(&self, work: &Work, entry: Entry) {
        if let Cause::Moved(key, _) = &work.cause
            && entry.state == State::Done
        {
            self.entries().remove(key);
        }
        self.put(&work.picture.key, entry);
    }

    /// Forgets an entry.
    pub(super) fn remove(&self, key: &str) {
        self.entries().remove(key);
        held(&self.due).changes += 1;
    }

    /// Writes everything down, if anything changed; it is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) async fn save(&self) -> io::Result<()> {
        let _one_at_a_time = self.writing.lock().await;
        if held(&self.due).changes == 0 {
            return Ok(());
        }
        *held(&self.due) = Due {
            changes: 0,
            saved_at: Instant::now(),
        };
        let (shared, path) = (Arc::clone(&self.shared), self.path.clone());
        let written = tokio::task::spawn_blocking(move || {
            let json = serde_json::to_vec_pretty(&*held(&shared))?;
            write_whole(&path, &json)
        });
        let written = written.await.map_err(io::Error::other).flatten();
        if written.is_err() {
            held(&self.due).changes += 1;
        }
        written
    }

    /// The same, where enough has changed or enough time has passed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) async fn save_now_and_then(&self) -> io::Result<()> {
        let due = {
            let due = held(&self.due);
            due.changes >= SAVE_AFTER || due.saved_at.elapsed() >= SAVE_EVERY
        };
        if due { self.save().await } else { Ok(()) }
    }
}

/// What a manifest was when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// It had entries.
    Known,
    /// It was missing or empty: only Drive knows what is there.
    Unknown,
    /// It was none; it has this name now.
    Broken(String),
}

fn lock(path: &Path) -> Result<File, LedgerError> {
    let name = path.file_name().ok_or_else(no_name)?;
    let name = format!(".{}.lock", name.to_string_lossy());
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.with_file_name(name))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(LedgerError::Running),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

fn no_name() -> io::Error {
    io::ErrorKind::InvalidInput.into()
}

fn set_aside(path: &Path, now: Timestamp) -> io::Result<String> {
    let name = path.file_name().ok_or_else(no_name)?.to_string_lossy();
    let aside = format!("{name}.broken-{}", now.utc().format("%Y%m%dT%H%M%S%3fZ"));
    publish(path, &path.with_file_name(&aside))?;
    Ok(aside)
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> Result<(Ledger, Opened), LedgerError> {
        let keys = Keys::relative_to(path.parent().unwrap());
        Ledger::open(path, &keys, Timestamp::from_millis(1_781_438_400_123))
    }

    #[tokio::test]
    async fn a_manifest_is_one_sync_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uploads.json");
        let (first, opened) = open(&path).unwrap();
        assert_eq!(opened, Opened::Unknown);
        assert!(matches!(open(&path), Err(LedgerError::Running)));
        drop(first);
        assert!(open(&path).is_ok());
        assert!(!path.exists(), "nothing changed, nothing is written");
    }

    #[tokio::test]
    async fn what_is_no_manifest_is_kept_under_another_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uploads.json");
        fs::write(&path, "{\"a.jpg\": {\"sig").unwrap();
        let (ledger, opened) = open(&path).unwrap();
        let aside = "uploads.json.broken-20260614T120000123Z";
        assert_eq!(opened, Opened::Broken(aside.to_owned()));
        assert!(ledger.entries().is_empty());
        assert_eq!(
            fs::read(folder.path().join(aside)).unwrap(),
            b"{\"a.jpg\": {\"sig"
        );
    }

    #[tokio::test]
    async fn what_was_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uploads.json");
        let entry = manifest::parse(br#"{"x": {"signature": {"size": 1, "mtime": 2.5}, "item": {"drive_file_id": "id"}, "state": "pending"}}"#).unwrap();
        let (ledger, _) = open(&path).unwrap();
        ledger.put("a.jpg", entry["x"].clone());
        ledger.save().await.unwrap();
        drop(ledger);
        let (ledger, opened) = open(&path).unwrap();
        assert_eq!(opened, Opened::Known);
        assert_eq!(ledger.entries()["a.jpg"], entry["x"]);
    }
}
