//! How much anyone may ask for.

use super::parse;
use super::reader::Reader;

/// How much anyone may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Photos one session may hold.
    pub photos_per_session: u32,
    /// Bytes that all photos and clips together may take; none where the disk alone decides.
    pub stored_bytes: Option<u64>,
    /// Calls one address beyond loopback may make in a minute.
    pub calls_per_minute: u32,
    /// Wrong keys one address may send in a minute before it has to wait.
    pub failed_keys_per_minute: u32,
    /// Unfinished jobs after which new ones are asked to come back later.
    pub max_waiting_jobs: u32,
    /// Requests served at the same time.
    pub max_connections: usize,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let stored_mb: u64 = reader.value("MAX_STORED_PHOTOS_MB", parse::whole(0..=1_000_000_000));
        Self {
            stored_bytes: (stored_mb > 0).then_some(stored_mb * 1_000_000),
            photos_per_session: reader.value("PHOTOS_PER_SESSION", parse::whole(1..=100)),
            calls_per_minute: reader.value("CALLS_PER_MINUTE", parse::whole(10..=1_000_000)),
            failed_keys_per_minute: reader.value("FAILED_KEYS_PER_MINUTE", parse::whole(1..=10_000)),
            max_waiting_jobs: reader.value("MAX_WAITING_JOBS", parse::whole(1..=1_000_000)),
            max_connections: reader.value("MAX_CONNECTIONS", parse::whole(16..=100_000)),
        }
    }
}
