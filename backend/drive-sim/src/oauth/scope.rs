//! Scopes and what they reach.

use crate::world::Reach;

/// Files that this app made or was given.
pub(crate) const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";
const DRIVE: &str = "https://www.googleapis.com/auth/drive";
const READERS: [&str; 3] = [
    "https://www.googleapis.com/auth/drive.readonly",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
    "https://www.googleapis.com/auth/drive.metadata",
];

/// How far a token with these scopes reaches into Drive, if at all.
pub(crate) fn reach(scope: &str) -> Option<Reach> {
    let has = |wanted: &str| scope.split_whitespace().any(|one| one == wanted);
    if has(DRIVE) {
        Some(Reach::Full)
    } else if has(DRIVE_FILE) {
        Some(Reach::OwnFiles)
    } else if READERS.into_iter().any(has) {
        Some(Reach::ReadOnly)
    } else {
        None
    }
}

/// The scopes of `asked` that the person leaves ticked.
pub(crate) fn granted(asked: &str, ticked: Option<&str>) -> String {
    let Some(ticked) = ticked else {
        return asked.to_owned();
    };
    let left = asked
        .split_whitespace()
        .filter(|scope| ticked.split_whitespace().any(|one| one == *scope));
    left.collect::<Vec<_>>().join(" ")
}

/// Whether a device without a browser may ask for it.
pub(crate) fn is_for_devices(scope: &str) -> bool {
    let allowed = [
        "openid",
        "email",
        "profile",
        DRIVE_FILE,
        "https://www.googleapis.com/auth/drive.appdata",
    ];
    scope.split_whitespace().all(|scope| allowed.contains(&scope))
}
