//! The MP4 beside a result: ffmpeg writes it under a temporary name, and it settles when it is whole.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use boothline_domain::AnimationFormat;
use boothline_motion::MotionError;
use boothline_store::animations::Animation;
use boothline_store::jobs::Job;
use md5::{Digest, Md5};

use super::{RenderingError, beside};
use crate::context::Context;
use crate::places::{publish, random_name, remove_quietly};

/// Hashing a file takes no more than this, in bytes.
const HASH_COST: u64 = 1024 * 1024;

/// What became of a job's MP4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Played {
    /// It is among the animations, or there was none to make.
    AllOrNone,
    /// It could not be made; the still is as good as ever.
    Without,
}

impl Played {
    /// Both of two.
    pub(super) fn and(self, other: Self) -> Self {
        match self {
            Self::AllOrNone => other,
            Self::Without => self,
        }
    }
}

/// Why there is no MP4, and whether it makes sense to try again.
pub(super) enum Trouble {
    Motion(MotionError),
    Later(RenderingError),
}

impl From<MotionError> for Trouble {
    fn from(error: MotionError) -> Self {
        match error {
            MotionError::Io(error) if error.kind() != io::ErrorKind::NotFound => Self::Later(error.into()),
            other => Self::Motion(other),
        }
    }
}

impl<E: Into<RenderingError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Later(error.into())
    }
}

/// Adds what was made to `animations`. A fault of ffmpeg costs the MP4, any other one the attempt.
pub(super) fn played(
    made: Result<Animation, Trouble>,
    job: &Job,
    animations: &mut Vec<Animation>,
) -> Result<Played, RenderingError> {
    match made {
        Ok(animation) => animations.push(animation),
        Err(Trouble::Motion(error)) => {
            tracing::warn!(job.id = %job.id, %error, "The MP4 of job {} could not be made", job.id);
            return Ok(Played::Without);
        }
        Err(Trouble::Later(error)) => return Err(error),
    }
    Ok(Played::AllOrNone)
}

/// A name for ffmpeg to write to, which the sweep knows as half-written; the file is gone when this
/// is dropped before it has settled.
pub(super) struct Draft {
    /// Below the results folder.
    name: String,
    target: PathBuf,
    temporary: Temporary,
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        remove_quietly(&self.0);
    }
}

impl Draft {
    /// The MP4 of this job, yet to be written.
    pub(super) fn of(context: &Context, job: &Job) -> Self {
        let name = beside(&job.result_image_path, AnimationFormat::Mp4);
        let target = context.places.result(&name);
        let shown = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = target.with_file_name(format!(".{shown}.{}.tmp", random_name()));
        Self {
            name,
            temporary: Temporary(temporary),
            target,
        }
    }

    /// Where it is to be written.
    pub(super) fn path(&self) -> &Path {
        &self.temporary.0
    }

    /// Puts the finished file safely on disk under its name.
    pub(super) async fn settle(self, context: &Context) -> Result<Animation, Trouble> {
        let Self {
            name,
            target,
            temporary,
        } = self;
        let settled = context
            .studio
            .run(HASH_COST, move || settle(&temporary.0, &target));
        let (bytes, md5) = settled.await??;
        Ok(Animation {
            format: AnimationFormat::Mp4,
            path: name,
            bytes,
            md5,
        })
    }
}

/// Returns size and checksum.
fn settle(temporary: &Path, target: &Path) -> io::Result<(u64, String)> {
    let mut file = std::fs::File::open(temporary)?;
    let checked = checksum(&mut file)?;
    file.sync_all()?;
    publish(temporary, target)?;
    Ok(checked)
}

fn checksum(file: &mut std::fs::File) -> io::Result<(u64, String)> {
    let (mut hash, mut bytes) = (Md5::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((bytes, hex::encode(hash.finalize())));
        }
        hash.update(&buffer[..count]);
        bytes += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clip_stands_beside_the_result() {
        let name = beside("20260614-210307-code.jpg", AnimationFormat::Mp4);
        assert_eq!(name, "20260614-210307-code.mp4");
    }
}
