//! Can photos be written where they should go?

use std::io::{self, Write as _};
use std::path::Path;

use super::Check;
use crate::config::Storage;
use crate::secrets::private_dir;

const NAME: &str = "folders";

/// One check for each folder: made when missing, then written, synced and renamed in.
pub(super) fn writable(storage: &Storage) -> Vec<Check> {
    vec![
        check(&storage.data_dir, private_dir),
        check(&storage.results_dir, |folder| std::fs::create_dir_all(folder)),
    ]
}

fn check(folder: &Path, make: impl Fn(&Path) -> io::Result<()>) -> Check {
    let shown = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    match make(folder).and_then(|()| probe(folder)) {
        Ok(()) => Check::ok(NAME, format!("{} can be written.", shown.display())),
        Err(error) => Check::failed(
            NAME,
            format!("{} cannot be written: {error}.", shown.display()),
            "Give this user the right to write there, or set DATA_DIR and RESULTS_DIR to other folders.",
        ),
    }
}

/// Does what storing a photo does: a temporary file, fsync, rename.
fn probe(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".doctor-").tempfile_in(folder)?;
    file.write_all(b"Can a photo be kept here?\n")?;
    file.as_file().sync_all()?;
    let renamed = file.path().with_extension("renamed");
    file.persist(&renamed).map_err(|lost| lost.error)?;
    std::fs::remove_file(renamed)
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn a_folder_is_made_and_left_empty() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        assert_eq!(check(&folder, private_dir).status, Status::Ok);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_folders_place_fails_with_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("data");
        std::fs::write(&folder, "").unwrap();
        let check = check(&folder, private_dir);
        assert_eq!(check.status, Status::Failed);
        assert!(check.action.unwrap().contains("DATA_DIR"));
    }
}
