//! Credential files: read when they change, replaced whole.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No file of ours has more than a few kilobytes.
const LARGEST_FILE: u64 = 256 * 1024;

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    /// The file's stamp now; `None` without a file.
    fn at(path: &Path) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file that is read again when it has changed.
#[derive(Debug)]
pub(super) struct Watched<T> {
    path: PathBuf,
    parse: fn(&[u8]) -> Result<T, String>,
    known: Option<(Stamp, Arc<T>)>,
}

/// A file as it was read, with the stamp it had before.
pub(super) struct Reading<T> {
    pub(super) value: Arc<T>,
    pub(super) stamp: Stamp,
}

impl<T> Watched<T> {
    pub(super) fn new(path: PathBuf, parse: fn(&[u8]) -> Result<T, String>) -> Self {
        Self {
            path,
            parse,
            known: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file's present content; `None` without a file.
    ///
    /// # Errors
    /// The end of a sentence that began with the path. A file that could not be read is read
    /// again by the next call, since its writer may only be halfway.
    pub(super) fn read(&mut self) -> Result<Option<Reading<T>>, String> {
        let unreadable = |error: io::Error| format!("cannot be read: {error}");
        let stamp = Stamp::at(&self.path).map_err(unreadable)?;
        let known = self.known.take().filter(|(known, _)| Some(*known) == stamp);
        self.known = match (known, stamp) {
            (_, None) => None,
            (Some(known), _) => Some(known),
            (None, Some(_)) => match read_bounded(&self.path).map_err(unreadable)? {
                Some((stamp, bytes)) => Some((stamp, Arc::new((self.parse)(&bytes)?))),
                None => None,
            },
        };
        Ok(self.known.as_ref().map(|(stamp, value)| Reading {
            value: Arc::clone(value),
            stamp: *stamp,
        }))
    }
}

fn read_bounded(path: &Path) -> io::Result<Option<(Stamp, Vec<u8>)>> {
    // To open a pipe would wait for its other end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    // The stamp before the content: a write between the two is seen as a change later.
    let stamp = Stamp::of(&file.metadata()?);
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::Error::other("it is too large"));
    }
    Ok(Some((stamp, bytes)))
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    Done,
    /// The file is no longer the one that the new content was derived from; it was left alone.
    Changed,
}

/// Replaces the file whole, readable by its owner only, if it still has the stamp `read`; the
/// processes that share it take turns.
pub(super) fn replace_unchanged(path: &Path, read: Stamp, bytes: &[u8]) -> io::Result<Replaced> {
    let folder = folder_of(path);
    let _turn = take_turn(folder);
    if Stamp::at(path)? != Some(read) {
        return Ok(Replaced::Changed);
    }
    write_whole(path, bytes)?;
    Ok(Replaced::Done)
}

/// Writes the file whole, readable by its owner only, whatever was there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let _turn = take_turn(folder);
    write_whole(path, bytes)
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link to the file stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&target);
    let mut file = tempfile::Builder::new()
        .prefix(".token-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    File::open(folder)?.sync_all()
}

/// Locks the folder itself, so that no lock file is left behind. Some network folders know no
/// locks; there the check of the stamp alone has to do.
fn take_turn(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn words(bytes: &[u8]) -> Result<String, String> {
        match bytes {
            b"torn" => Err("is torn".to_owned()),
            _ => Ok(String::from_utf8_lossy(bytes).into_owned()),
        }
    }

    #[test]
    fn a_file_is_read_again_only_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut watched = Watched::new(path.clone(), words);
        assert!(watched.read().unwrap().is_none());
        fs::write(&path, "one").unwrap();
        let first = watched.read().unwrap().unwrap();
        let again = watched.read().unwrap().unwrap();
        assert!(Arc::ptr_eq(&first.value, &again.value));
        replace(&path, b"two").unwrap();
        assert_eq!(*watched.read().unwrap().unwrap().value, "two");
        fs::write(&path, "torn").unwrap();
        assert_eq!(watched.read().err().unwrap(), "is torn");
        assert_eq!(watched.read().err().unwrap(), "is torn");
        fs::remove_file(&path).unwrap();
        assert!(watched.read().unwrap().is_none());
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut watched = Watched::new(folder.path().to_owned(), words);
        assert_eq!(watched.read().err().unwrap(), "cannot be read: it is not a file");
    }

    #[test]
    fn a_replaced_file_is_for_its_owner_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.json");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let stamp = Stamp::at(&path).unwrap().unwrap();
        assert_eq!(replace_unchanged(&path, stamp, b"new").unwrap(), Replaced::Done);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_ne!(Stamp::at(&path).unwrap().unwrap().inode, stamp.inode);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_somebody_else_replaced_or_deleted_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.json");
        fs::write(&path, "old").unwrap();
        let stamp = Stamp::at(&path).unwrap().unwrap();
        replace(&path, b"theirs").unwrap();
        assert_eq!(
            replace_unchanged(&path, stamp, b"ours").unwrap(),
            Replaced::Changed
        );
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        fs::remove_file(&path).unwrap();
        assert_eq!(
            replace_unchanged(&path, stamp, b"ours").unwrap(),
            Replaced::Changed
        );
        assert!(!path.exists());
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.json"), folder.path().join("token.json"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
}
