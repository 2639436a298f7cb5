//! Each kind of finding in plain words, and what becomes of it.

use super::{Kind, Remedy};

/// What is so, of so many.
pub(super) fn what(kind: Kind, number: usize) -> String {
    let one = number == 1;
    let pictures = |one_is: &str, many_are: &str| match one {
        true => format!("1 picture {one_is}"),
        false => format!("{number} pictures {many_are}"),
    };
    let files = |one_is: &str, many_are: &str| match one {
        true => format!("1 file {one_is}"),
        false => format!("{number} files {many_are}"),
    };
    match kind {
        Kind::FolderGone => "The folder that pictures go to is not in this Drive".to_owned(),
        Kind::FolderTrashed => "The folder lies in Drive's trash, with all that is in it".to_owned(),
        Kind::FolderNotPublic => "The folder is not public, though DRIVE_SHARE=folder".to_owned(),
        Kind::Lost => pictures(
            "is neither on this machine nor in Drive",
            "are neither on this machine nor in Drive",
        ),
        Kind::Missing => pictures("is missing in Drive", "are missing in Drive"),
        Kind::WrongBytes => pictures("has other bytes in Drive", "have other bytes in Drive"),
        Kind::Trashed => pictures("lies in Drive's trash", "lie in Drive's trash"),
        Kind::Undelivered => pictures(
            "was given up or never proven to be in Drive",
            "were given up or never proven to be in Drive",
        ),
        Kind::NotPublic => pictures("is not public in Drive", "are not public in Drive"),
        Kind::LinkClosed => pictures(
            "has a link that guests cannot open",
            "have links that guests cannot open",
        ),
        Kind::LinkUnchecked => pictures(
            "has a link that could not be opened now",
            "have links that could not be opened now",
        ),
        Kind::Duplicate => files("is in Drive a second time", "are in Drive a second time"),
        Kind::LocalGone => pictures(
            "has no file on this machine any more",
            "have no files on this machine any more",
        ),
        Kind::LocalDamaged => pictures(
            "has a damaged file on this machine",
            "have damaged files on this machine",
        ),
        Kind::OtherAccount => pictures(
            "is in the Drive of another account",
            "are in the Drive of another account",
        ),
        Kind::Unknown => files(
            "carries our mark, but this installation did not make it",
            "carry our mark, but this installation did not make them",
        ),
        Kind::Foreign => files("in the folder is not ours", "in the folder are not ours"),
    }
}

/// What mending would do, or what a person can do.
pub(super) const fn advice(kind: Kind, remedy: Remedy) -> &'static str {
    match (remedy, kind) {
        (Remedy::RecoverFolder, _) => "Mending: take out of the trash.",
        (Remedy::ShareFolder, _) => "Mending: make public to whoever has the link.",
        (Remedy::SendAgain, Kind::Missing) => {
            "Mending: send again. Links stay, unless the file was deleted for good: Drive takes no number twice."
        }
        (Remedy::SendAgain, _) => "Mending: send again; links stay the same.",
        (Remedy::Recover, _) => "Mending: take out of the trash.",
        (Remedy::Share, _) => "Mending: make public to whoever has the link.",
        (Remedy::Trash, _) => {
            "Mending: put the extra file into Drive's trash; the one behind the link stays."
        }
        (Remedy::None, Kind::FolderGone) => {
            "With the next picture we make a new one; where TARGET_FOLDER_ID is set, set it to a folder that is there."
        }
        (Remedy::None, Kind::Lost) => {
            "There is nothing left to send: look for the file in a backup, or delete the job."
        }
        (Remedy::None, Kind::LinkUnchecked) => "Check again in a while; --skip-links leaves links out.",
        (Remedy::None, Kind::LocalGone | Kind::LocalDamaged) => {
            "Put the file back from a backup, or from Drive where Drive has it: the picture's page shows it."
        }
        (Remedy::None, Kind::OtherAccount) => {
            "They are left alone. To check them, sign in to that account: `boothline auth drive`."
        }
        (Remedy::None, Kind::LinkClosed) => "It is not in the account that is signed in; sign in there.",
        (Remedy::None, Kind::Unknown | Kind::Foreign) => "Left alone.",
        (Remedy::None, _) => "Put a good copy back on this machine first, for example from a backup.",
    }
}
