//! The file that keeps the keys we made, readable by its owner alone.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Secret;

const FILE_NAME: &str = "secrets.json";

/// The keys we made for this booth.
#[derive(Clone, Debug)]
pub struct Keys {
    /// What an operator's call carries.
    pub operator_token: Secret,
    /// What a kiosk's call carries.
    pub booth_key: Secret,
}

impl Keys {
    /// Fresh ones.
    ///
    /// # Errors
    /// Where the operating system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self {
            operator_token: Secret::random()?,
            booth_key: Secret::random()?,
        })
    }
}

/// Why keys could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file or its folder cannot be used.
    #[error("The key file {} cannot be {action}: {source}. Give this user access to it, or set OPERATOR_TOKEN and BOOTH_KEY.", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried: `read` or `written`.
        action: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("The key file {} is damaged at line {line}. Run `boothline keys new` and give the new key to the kiosks.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where; what stands there is not shown.
        line: usize,
    },
    /// The operating system gives no randomness.
    #[error(
        "The operating system gives no random numbers, so no keys can be made: {0}. Set OPERATOR_TOKEN and BOOTH_KEY."
    )]
    Randomness(#[from] getrandom::Error),
}

/// The form on disk.
#[derive(Serialize, Deserialize)]
struct Stored {
    operator_token: String,
    booth_key: String,
}

/// Where the keys of `data_dir` are kept.
pub fn keys_file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE_NAME)
}

/// The keys of an earlier start, if there were any.
///
/// # Errors
/// When the file exists and cannot be read or understood.
pub fn load(data_dir: &Path) -> Result<Option<Keys>, KeyFileError> {
    let path = keys_file(data_dir);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error(path, "read", source)),
    };
    match serde_json::from_slice::<Stored>(&text) {
        Ok(stored) if !stored.operator_token.is_empty() && !stored.booth_key.is_empty() => Ok(Some(Keys {
            operator_token: Secret::new(stored.operator_token),
            booth_key: Secret::new(stored.booth_key),
        })),
        Ok(_) => Err(KeyFileError::Damaged { path, line: 1 }),
        Err(error) => Err(KeyFileError::Damaged {
            path,
            line: error.line(),
        }),
    }
}

/// The kept keys, or new ones; the flag says that they were made just now.
///
/// # Errors
/// When the file cannot be read or written.
pub fn load_or_make(data_dir: &Path) -> Result<(Keys, bool), KeyFileError> {
    if let Some(keys) = load(data_dir)? {
        return Ok((keys, false));
    }
    let keys = Keys::random()?;
    let path = keys_file(data_dir);
    let file = write_beside(data_dir, &keys).map_err(|e| io_error(path.clone(), "written", e))?;
    match file.persist_noclobber(&path) {
        Ok(_) => {
            sync_dir(data_dir).map_err(|e| io_error(path, "written", e))?;
            Ok((keys, true))
        }
        // Another process of ours was first: its keys are the booth's keys.
        Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => load(data_dir)?
            .map(|keys| (keys, false))
            .ok_or_else(|| io_error(path, "read", io::ErrorKind::NotFound.into())),
        Err(lost) => Err(io_error(path, "written", lost.error)),
    }
}

/// Replaces the kept keys by new ones.
///
/// # Errors
/// When the file cannot be written.
pub fn make_new(data_dir: &Path) -> Result<Keys, KeyFileError> {
    let keys = Keys::random()?;
    let path = keys_file(data_dir);
    write_beside(data_dir, &keys)
        .and_then(|file| file.persist(&path).map_err(|lost| lost.error))
        .and_then(|_| sync_dir(data_dir))
        .map_err(|error| io_error(path, "written", error))?;
    Ok(keys)
}

/// Makes `path` and its missing parents, for this user alone.
///
/// # Errors
/// As the file system says.
pub fn private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a temporary file in the folder, safe on disk; `tempfile` gives it mode 0600.
fn write_beside(data_dir: &Path, keys: &Keys) -> io::Result<NamedTempFile> {
    private_dir(data_dir)?;
    let stored = Stored {
        operator_token: keys.operator_token.expose().to_owned(),
        booth_key: keys.booth_key.expose().to_owned(),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".secrets-")
        .tempfile_in(data_dir)?;
    serde_json::to_writer_pretty(&mut file, &stored)?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes the rename itself survive a power cut.
fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

const fn io_error(path: PathBuf, action: &'static str, source: io::Error) -> KeyFileError {
    KeyFileError::Io { path, action, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_may_read_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        load_or_make(&data).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keys_file(&data)), 0o600);
        assert_eq!(mode(&data), 0o700);
    }

    #[test]
    fn two_first_starts_at_once_agree_on_the_keys() {
        let folder = tempfile::tempdir().unwrap();
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let path = folder.path().to_owned();
                std::thread::spawn(move || load_or_make(&path).unwrap())
            })
            .collect();
        let answers: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        let kept = load(folder.path()).unwrap().unwrap();
        assert_eq!(answers.iter().filter(|(_, made)| *made).count(), 1);
        assert!(answers.iter().all(|(keys, _)| keys.booth_key == kept.booth_key));
    }

    #[test]
    fn new_keys_replace_the_old_and_leave_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let (old, _) = load_or_make(folder.path()).unwrap();
        let new = make_new(folder.path()).unwrap();
        assert_ne!(old.operator_token, new.operator_token);
        let kept = load(folder.path()).unwrap().unwrap();
        assert_eq!(kept.operator_token, new.operator_token);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(keys_file(folder.path()), "{\"operator_token\": 77123}").unwrap();
        let error = load(folder.path()).unwrap_err();
        assert!(matches!(error, KeyFileError::Damaged { line: 1, .. }));
        assert!(!format!("{error} {error:?}").contains("77123"));
    }
}
