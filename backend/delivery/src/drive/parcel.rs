//! What is to be delivered, and the diary of its delivery.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use async_trait::async_trait;
use boothline_domain::clock::Timestamp;
use bytes::Bytes;

use super::DriveError;

/// Where the bytes are.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// In memory.
    Memory(Bytes),
}

/// One file on its way to Drive, with what is known of earlier tries.
#[derive(Clone)]
pub struct Parcel {
    /// The reserved id that it will have.
    pub file_id: String,
    /// Its name in Drive.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// Id of the folder that it goes to; empty for the top of the account's Drive.
    pub folder: String,
    /// Where the bytes are.
    pub source: Source,
    /// MD5 of the bytes, hex.
    pub md5: String,
    /// Number of the bytes.
    pub size: u64,
    /// When the photo was taken.
    pub taken_at: Timestamp,
    /// Properties that only this app sees, such as the job's id.
    pub app_properties: BTreeMap<String, String>,
    /// Address of the upload session of an earlier try, as the journal got it.
    pub session: Option<String>,
    /// An earlier try may have got through: Drive is asked before a byte is sent.
    pub doubt: bool,
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parcel")
            .field("file_id", &self.file_id)
            .field("size", &self.size)
            .field("resumes", &self.session.is_some())
            .field("doubt", &self.doubt)
            .finish_non_exhaustive()
    }
}

/// Remembers a delivery across crashes. What it is told must be durable when
/// its method returns: the next byte is sent only then.
#[async_trait]
pub trait Journal: Send + Sync {
    /// The address of the upload session, before its first byte; `None` when it
    /// is spent. It is a secret.
    async fn session(&mut self, address: Option<&str>) -> Result<(), DriveError>;

    /// From now on the file may be there: the next try begins with [`Parcel::doubt`].
    async fn begun(&mut self) -> Result<(), DriveError>;

    /// Drive has kept `sent` of `total` bytes.
    fn progress(&mut self, _sent: u64, _total: u64) {}
}
