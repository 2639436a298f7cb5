//! Where the database and the files live.

use std::path::PathBuf;

use super::database_url::DatabaseUrl;
use super::parse;
use super::reader::Reader;

/// Where the database and the files live.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The database.
    pub database_url: DatabaseUrl,
    /// Originals, overlays, thumbnails of themes, keys and the SQLite file.
    pub data_dir: PathBuf,
    /// Finished pictures.
    pub results_dir: PathBuf,
    /// The cache of what a folder sync has delivered.
    pub manifest_file: PathBuf,
    /// Below this many free bytes no new photo is taken in.
    pub min_free_bytes: u64,
}

impl Storage {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let data_dir = reader.value("DATA_DIR", parse::path);
        let megabytes = reader.value("MIN_FREE_DISK_MB", parse::whole(0..=1_000_000_u64));
        Self {
            database_url: reader
                .optional("DATABASE_URL", DatabaseUrl::parse)
                .unwrap_or_else(|| DatabaseUrl::sqlite_file(&data_dir.join("boothline.db"))),
            data_dir,
            results_dir: reader.value("RESULTS_DIR", parse::path),
            manifest_file: reader.value("MANIFEST_FILE", parse::path),
            min_free_bytes: megabytes * 1_000_000,
        }
    }
}
