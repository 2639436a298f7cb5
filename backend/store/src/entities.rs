#![expect(unreachable_pub, reason = "SeaORM's derives write `pub` items")]
//! The rows, as they stand in the tables; repositories give them meaning.

pub(crate) mod drive_ids;
pub(crate) mod guests;
pub(crate) mod idempotency_keys;
pub(crate) mod job_events;
pub(crate) mod job_photos;
pub(crate) mod jobs;
pub(crate) mod overlays;
pub(crate) mod photo_sessions;
pub(crate) mod session_photos;
pub(crate) mod settings;
pub(crate) mod themes;
