//! What the service does, free of HTTP: one file for each noun.

pub mod direct;
pub mod drive;
pub mod gallery;
pub mod intake;
pub mod jobs;
pub mod looks;
pub mod once;
pub mod overlays;
pub mod remarks;
pub mod rendering;
pub mod sessions;
pub mod share;
pub mod status;
pub mod sweep;
pub mod themes;
pub mod views;
