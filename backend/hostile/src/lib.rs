//! Files that nobody should send to a photo booth, made by our own code: the same ones on every run.
//!
//! A service must answer each of them with a picture or a plain refusal, go on as if nothing had been, and never
//! let a [`CANARY`] out again.

mod bombs;
mod chunks;
mod disguises;
mod exif;
mod jpeg;
mod metadata;
mod mutated;
mod png_files;
mod profiles;
mod webp;

/// Hidden wherever metadata can hide; must never come out again.
pub const CANARY: &[u8] = b"CANARY-4be1d7";

/// What a service may make of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is a photo, whatever else is in it.
    Taken,
    /// It is none.
    Refused,
    /// Decoders may differ: a picture or a refusal, and nothing else.
    Either,
}

/// One file.
#[derive(Debug, Clone)]
pub struct HostileFile {
    /// What is wrong with it, in a few words; unique.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// What a service may make of it.
    pub fate: Fate,
}

impl HostileFile {
    fn new(name: impl Into<String>, fate: Fate, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            bytes,
            fate,
        }
    }
}

/// Every file, some four hundred; the largest has a few megabytes.
#[must_use]
pub fn files() -> Vec<HostileFile> {
    [
        jpeg::files(),
        png_files::files(),
        webp::files(),
        exif::files(),
        profiles::files(),
        metadata::files(),
        disguises::files(),
        bombs::files(),
        mutated::files(),
    ]
    .concat()
}

/// Small files that ask for much memory or time.
#[must_use]
pub fn bombs() -> Vec<HostileFile> {
    bombs::files()
}

/// Whether a canary is in these bytes.
#[must_use]
pub fn sings(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY)
}
