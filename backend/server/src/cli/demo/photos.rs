//! The photos to take: the operator's own, or drawn ones.

use std::fs;
use std::path::Path;
use std::thread;

use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::sample;

use super::DemoError;

/// What the camera of a booth delivers today: 24 megapixels.
const SIZE: (u32, u32) = (6000, 4000);

/// A camera's quality.
const QUALITY: u8 = 92;

/// A photo as it comes from the camera.
pub(super) struct Photo {
    /// Its file name, without characters that mean something in a header.
    pub(super) name: String,
    /// The file.
    pub(super) bytes: Vec<u8>,
}

/// A photo from a file.
pub(super) fn read(path: &Path) -> Result<Photo, DemoError> {
    let bytes = fs::read(path).map_err(|source| DemoError::Photo {
        path: path.to_owned(),
        source,
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Photo {
        name: name.replace(['"', '\\', '\r', '\n'], "_"),
        bytes,
    })
}

/// Photos drawn by ourselves, all at once: a large one takes a second.
pub(super) fn drawn(count: usize) -> Result<Vec<Photo>, DemoError> {
    thread::scope(|scope| {
        let drawing: Vec<_> = (1..=count)
            .map(|number| scope.spawn(move || draw(number)))
            .collect();
        drawing
            .into_iter()
            .map(|one| one.join().expect("drawing is arithmetic that cannot panic"))
            .collect()
    })
}

fn draw(number: usize) -> Result<Photo, DemoError> {
    let seed = u64::try_from(number).unwrap_or(u64::MAX);
    let picture = sample::photo(SIZE.0, SIZE.1, seed);
    Ok(Photo {
        name: format!("sample-{number}.jpg"),
        bytes: encode::jpeg(&picture, QUALITY, &Metadata::default())?,
    })
}
