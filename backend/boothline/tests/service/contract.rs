//! The kiosk contract, row by row and field by field.

pub(crate) mod answers;
pub(crate) mod clips;
pub(crate) mod events;
pub(crate) mod gallery;
pub(crate) mod idempotency;
pub(crate) mod jobs;
pub(crate) mod moving;
pub(crate) mod overlays;
pub(crate) mod qr;
pub(crate) mod sessions;
pub(crate) mod share;
pub(crate) mod static_files;
pub(crate) mod themes;
