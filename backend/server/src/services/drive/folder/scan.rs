//! The pictures below a folder, and how the manifest names them.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use super::manifest::Signature;
use super::media;
use crate::places::Places;

/// Folders that hold no results, whatever lies above them.
const NEVER: [&str; 3] = ["originals", "thumbs", "lost+found"];

/// A picture that a sync may send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    /// Its name in the manifest.
    pub(super) key: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it looked like.
    pub(super) signature: Signature,
}

impl Picture {
    /// The last part of its path.
    pub(super) fn name(&self) -> &str {
        self.path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or(&self.key)
    }
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Oldest first.
    pub(super) pictures: Vec<Picture>,
    /// Files and folders that cannot be read or named, with the reason.
    pub(super) unreadable: Vec<(String, String)>,
}

/// Looks through `root`. Links are not followed: they may lead to originals, or in circles.
///
/// # Errors
/// When `root` itself cannot be read.
pub(super) fn scan(root: &Path, keys: &Keys, places: &Places) -> io::Result<Scan> {
    let never = private_folders(places);
    let mut found = Scan::default();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == root => return Err(error),
            Err(error) => {
                found.unreadable.push((shown(&folder), error.to_string()));
                continue;
            }
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name();
            let plain = name.to_string_lossy();
            if plain.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                if !NEVER.contains(&&*plain) && !never.contains(&path) {
                    open.push(path);
                }
            } else if kind.is_file() && media::is_named_like_a_picture(&path) {
                match entry.metadata() {
                    Ok(metadata) => found.add(keys, path, &metadata),
                    // Deleted since the folder was read.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => found.unreadable.push((shown(&path), error.to_string())),
                }
            }
        }
    }
    found.pictures.sort_by(|a, b| {
        a.signature
            .mtime
            .total_cmp(&b.signature.mtime)
            .then_with(|| a.key.cmp(&b.key))
    });
    Ok(found)
}

impl Scan {
    fn add(&mut self, keys: &Keys, path: PathBuf, metadata: &Metadata) {
        match keys.of(&path) {
            Some(key) => self.pictures.push(Picture {
                key,
                path,
                signature: Signature::of(metadata),
            }),
            None => {
                let reason = "its name is not UTF-8: rename it".to_owned();
                self.unreadable.push((shown(&path), reason));
            }
        }
    }
}

impl Signature {
    /// Of a file as it is now; the time as Python's `st_mtime` has it.
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a signature compares to the microsecond"
        )]
        let mtime = metadata.mtime() as f64 + metadata.mtime_nsec() as f64 * 1e-9;
        Self {
            size: metadata.len(),
            mtime,
        }
    }
}

/// Whether guests' own photos lie there, or only what we keep for ourselves.
pub(super) fn is_private(root: &Path, places: &Places) -> bool {
    private_folders(places)
        .iter()
        .any(|folder| root.starts_with(folder))
        || root
            .file_name()
            .is_some_and(|name| NEVER.iter().any(|never| name == *never))
}

fn private_folders(places: &Places) -> Vec<PathBuf> {
    [
        &places.incoming,
        &places.originals,
        &places.previews,
        &places.themes,
        &places.overlays,
        &places.result("thumbs"),
    ]
    .into_iter()
    .filter_map(|folder| fs::canonicalize(folder).ok())
    .collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// How files are named in the manifest: relative to the configured folder where they lie below
/// it, so that the whole can be moved, else by their absolute path.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    base: PathBuf,
    /// The same before links in it were resolved.
    written: PathBuf,
}

impl Keys {
    /// Names relative to the configured folder, which need not exist.
    pub(super) fn relative_to(folder: &Path) -> Self {
        let written = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let base = fs::canonicalize(folder).unwrap_or_else(|_| written.clone());
        Self { base, written }
    }

    /// The name of a file; `None` where it is not UTF-8.
    pub(super) fn of(&self, path: &Path) -> Option<String> {
        path.strip_prefix(&self.base)
            .or_else(|_| path.strip_prefix(&self.written))
            .unwrap_or(path)
            .to_str()
            .map(ToOwned::to_owned)
    }

    /// Our name for a file that an earlier manifest, perhaps of another program, calls `raw`:
    /// an absolute path, or one relative to the folder or to where that program ran.
    pub(super) fn adopted(&self, raw: &str) -> String {
        let plain: PathBuf = Path::new(raw)
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect();
        if plain.is_relative() && !self.base.join(&plain).exists() {
            let from_here = std::path::absolute(&plain).unwrap_or_default();
            if from_here.starts_with(&self.base) || from_here.starts_with(&self.written) {
                return self.of(&from_here).unwrap_or_else(|| raw.to_owned());
            }
        }
        self.of(&plain).unwrap_or_else(|| raw.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(folder: &Path) -> Places {
        Places::prepare(&folder.join("data"), &folder.join("results")).unwrap()
    }

    fn names(root: &Path, places: &Places) -> Vec<String> {
        let root = fs::canonicalize(root).unwrap();
        let found = scan(&root, &Keys::relative_to(&root), places).unwrap();
        assert_eq!(found.unreadable, []);
        let mut names: Vec<_> = found.pictures.into_iter().map(|picture| picture.key).collect();
        names.sort();
        names
    }

    #[test]
    fn only_results_and_compressed_copies_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        fs::create_dir(places.result("lost+found")).unwrap();
        for name in [
            "a.jpg",
            "B.PNG",
            "compressed/a.jpg",
            "thumbs/a.jpg",
            "lost+found/x.jpg",
            ".a.jpg.123.tmp",
            ".hidden.jpg",
            "a.jpg.part",
            "notes.txt",
            "lost+found.jpg",
        ] {
            fs::write(places.result(name), "x").unwrap();
        }
        fs::write(places.originals.join("guest.jpg"), "x").unwrap();
        std::os::unix::fs::symlink(&places.originals, places.result("link")).unwrap();
        std::os::unix::fs::symlink(places.originals.join("guest.jpg"), places.result("link.jpg")).unwrap();
        assert_eq!(
            names(&places.results, &places),
            ["B.PNG", "a.jpg", "compressed/a.jpg", "lost+found.jpg"]
        );
        let whole = names(folder.path(), &places);
        assert!(whole.iter().all(|name| name.starts_with("results/")), "{whole:?}");
    }

    #[test]
    fn folders_of_originals_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        let real = |path: &Path| fs::canonicalize(path).unwrap();
        assert!(is_private(&real(&places.originals), &places));
        assert!(is_private(&real(&places.result("thumbs")), &places));
        assert!(!is_private(&real(&places.results), &places));
        assert!(!is_private(&real(&places.result("compressed")), &places));
    }

    #[test]
    fn a_file_has_one_name_however_a_manifest_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("compressed")).unwrap();
        fs::write(root.join("compressed/a.jpg"), "x").unwrap();
        let keys = Keys::relative_to(&root);
        let absolute = root.join("compressed/a.jpg");
        assert_eq!(keys.adopted(absolute.to_str().unwrap()), "compressed/a.jpg");
        assert_eq!(keys.adopted("compressed/a.jpg"), "compressed/a.jpg");
        assert_eq!(keys.adopted("./compressed/a.jpg"), "compressed/a.jpg");
        assert_eq!(keys.adopted("/home/pi/a.jpg"), "/home/pi/a.jpg");
        assert_eq!(keys.adopted("gone.jpg"), "gone.jpg");
    }
}
