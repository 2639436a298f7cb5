//! Where files live, and how they come to be there: whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The folders of one installation.
#[derive(Clone, Debug)]
pub struct Places {
    /// Bodies that are still arriving.
    pub incoming: PathBuf,
    /// Where ffmpeg works; nothing in it is kept.
    pub scratch: PathBuf,
    /// Guests' photos and clips as they came; never served.
    pub originals: PathBuf,
    /// Small, stripped copies of the originals.
    pub previews: PathBuf,
    /// Thumbnails of themes.
    pub themes: PathBuf,
    /// Overlays that kiosks sent.
    pub overlays: PathBuf,
    /// Results, with `compressed/` and `thumbs/` below.
    pub results: PathBuf,
}

impl Places {
    /// Makes the folders (0700 for data) that are missing.
    pub fn prepare(data: &Path, results: &Path) -> io::Result<Self> {
        let places = Self {
            incoming: data.join("incoming"),
            scratch: data.join("scratch"),
            originals: data.join("originals"),
            previews: data.join("previews"),
            themes: data.join("themes"),
            overlays: data.join("overlays"),
            results: results.to_owned(),
        };
        for folder in [
            data,
            &places.incoming,
            &places.scratch,
            &places.originals,
            &places.previews,
            &places.themes,
            &places.overlays,
        ] {
            make_folder(folder, 0o700)?;
        }
        for folder in [
            places.results.clone(),
            places.results.join("compressed"),
            places.results.join("thumbs"),
        ] {
            make_folder(&folder, 0o755)?;
        }
        Ok(places)
    }

    /// A result, compressed copy or thumbnail by its path below the results folder.
    pub fn result(&self, path: &str) -> PathBuf {
        self.results.join(path)
    }
}

fn make_folder(folder: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(folder)
}

/// Writes a file so that it is there whole, also after a power cut, or not at
/// all: temporary file, fsync, rename, fsync of the folder.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)?
        .to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", random_name()));
    let written = write_synced(&temporary, bytes)
        .or_else(|error| match error.kind() {
            // Somebody deleted the folder while we run.
            io::ErrorKind::NotFound => {
                fs::create_dir_all(folder).and_then(|()| write_synced(&temporary, bytes))
            }
            _ => Err(error),
        })
        .and_then(|()| publish(&temporary, path));
    if written.is_err() {
        remove_quietly(&temporary);
    }
    written
}

/// Renames a synced file to its name, and makes the name last.
pub fn publish(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    let folder = to.parent().ok_or(io::ErrorKind::InvalidInput)?;
    File::open(folder)?.sync_all()
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Deletes a file; that it is gone already is fine, anything else is logged.
pub fn remove_quietly(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "Could not delete a file; the sweep will try again");
        }
        _ => {}
    }
}

/// 128 random bits as a file name.
pub fn random_name() -> String {
    random_code().to_string()
}

/// A fresh share code from the operating system's random source.
pub fn random_code() -> boothline_domain::ShareCode {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system always has random bytes once it has started");
    boothline_domain::ShareCode::from_random(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_its_older_self_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jpg");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_write_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        assert!(write_whole(&taken, b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
