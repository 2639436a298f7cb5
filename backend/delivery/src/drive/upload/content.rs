//! Where the bytes come from, one chunk at a time.

use std::io::SeekFrom;
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::drive::{DriveError, Trouble};

/// Bytes of known length that can be read from any position, more than once.
#[async_trait]
pub trait Content: Send {
    /// Exactly `length` bytes from `offset`.
    async fn read(&mut self, offset: u64, length: u64) -> Result<Bytes, DriveError>;
}

#[async_trait]
impl Content for Bytes {
    async fn read(&mut self, offset: u64, length: u64) -> Result<Bytes, DriveError> {
        let range = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(offset.saturating_add(length)).ok())
            .filter(|(_, end)| *end <= self.len());
        range
            .map(|(begin, end)| self.slice(begin..end))
            .ok_or_else(|| unreadable("read past the end"))
    }
}

/// A file on disk. Only the chunk under way is in memory.
#[derive(Debug)]
pub struct FileContent(File);

impl FileContent {
    /// Opens a file that must hold exactly `size` bytes.
    ///
    /// # Errors
    /// [`Trouble::LocalFile`] when it is missing or has another size.
    pub async fn open(path: &Path, size: u64) -> Result<Self, DriveError> {
        let file = File::open(path).await.map_err(unreadable)?;
        let found = file.metadata().await.map_err(unreadable)?.len();
        if found == size {
            Ok(Self(file))
        } else {
            Err(unreadable(format!("{found} bytes instead of {size}")))
        }
    }
}

#[async_trait]
impl Content for FileContent {
    async fn read(&mut self, offset: u64, length: u64) -> Result<Bytes, DriveError> {
        let length = usize::try_from(length).map_err(unreadable)?;
        let mut chunk = vec![0; length];
        self.0.seek(SeekFrom::Start(offset)).await.map_err(unreadable)?;
        self.0.read_exact(&mut chunk).await.map_err(unreadable)?;
        Ok(chunk.into())
    }
}

/// Our own file is the trouble.
pub(crate) fn unreadable(cause: impl std::fmt::Display) -> DriveError {
    DriveError::new(
        Trouble::LocalFile,
        "The file to deliver is missing on this machine, or was changed.",
    )
    .with_detail(cause.to_string())
}
