//! The files of the pages.

use std::fs;
use std::path::{Path, PathBuf};

/// All that is HTML.
pub(crate) const PAGES: [&str; 4] = [
    "kiosk.html",
    "console.html",
    "templates/guest.html",
    "templates/gone.html",
];

/// All that is CSS.
pub(crate) const STYLES: [&str; 5] = ["tokens.css", "base.css", "kiosk.css", "console.css", "guest.css"];

fn path(file: &str) -> PathBuf {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    if file.starts_with("templates/") {
        server.join(file)
    } else {
        server.join("../../static").join(file)
    }
}

/// The text of a file, named from `static/` or as `templates/…`.
pub(crate) fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Whether `/assets/…` leads to a file.
pub(crate) fn asset_exists(address: &str) -> bool {
    address
        .strip_prefix("/assets/")
        .is_some_and(|file| path(file).is_file())
}

/// The names in a folder of `static/`.
pub(crate) fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(path(folder)).expect("the folder is part of the checkout");
    entries
        .map(|entry| {
            entry
                .expect("it can be listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// All modules.
pub(crate) fn scripts() -> Vec<String> {
    let folders = ["api", "page", "kiosk", "kiosk/screens", "console"];
    let modules = folders.into_iter().flat_map(|folder| {
        names_in(folder)
            .into_iter()
            .filter(|name| name.ends_with(".js"))
            .map(move |name| format!("{folder}/{name}"))
    });
    modules.chain(["guest.js".to_owned()]).collect()
}
