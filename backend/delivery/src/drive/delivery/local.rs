//! Our own copy: is it still what shall be delivered?

use std::fs::File;
use std::io;

use bytes::Bytes;
use md5::{Digest, Md5};

use crate::drive::upload::{Content, FileContent, unreadable};
use crate::drive::{DriveError, Parcel, Source};

/// Reads the bytes once and compares their MD5, so that a file that was changed
/// is noticed before Drive holds it.
///
/// # Errors
/// [`crate::drive::Trouble::LocalFile`] when it is missing or another one.
pub(super) async fn verify(parcel: &Parcel) -> Result<(), DriveError> {
    let source = parcel.source.clone();
    let found = tokio::task::spawn_blocking(move || digest(&source))
        .await
        .map_err(unreadable)?
        .map_err(unreadable)?;
    if found == (parcel.md5.to_ascii_lowercase(), parcel.size) {
        Ok(())
    } else {
        Err(unreadable("its MD5 or size differs from the stored one"))
    }
}

/// The bytes, to be read in chunks.
pub(super) async fn open(parcel: &Parcel) -> Result<Box<dyn Content>, DriveError> {
    Ok(match &parcel.source {
        Source::File(path) => Box::new(FileContent::open(path, parcel.size).await?),
        Source::Memory(bytes) => Box::new(bytes.clone()),
    })
}

/// The bytes, all at once.
pub(super) async fn whole(parcel: &Parcel) -> Result<Bytes, DriveError> {
    open(parcel).await?.read(0, parcel.size).await
}

fn digest(source: &Source) -> io::Result<(String, u64)> {
    let mut hasher = Hasher::default();
    match source {
        Source::File(path) => io::copy(&mut File::open(path)?, &mut hasher)?,
        Source::Memory(bytes) => io::copy(&mut &bytes[..], &mut hasher)?,
    };
    Ok((hex::encode(hasher.md5.finalize()), hasher.size))
}

#[derive(Default)]
struct Hasher {
    md5: Md5,
    size: u64,
}

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
