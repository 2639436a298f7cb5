//! The clip of a job becomes an MP4 beside its result.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use boothline_domain::AnimationFormat;
use boothline_motion::{Ffmpeg, MotionError};
use boothline_store::animations::Animation;
use boothline_store::jobs::Job;
use boothline_store::photos;
use md5::{Digest, Md5};

use super::{RenderingError, beside};
use crate::context::Context;
use crate::places::{publish, random_name, remove_quietly};
use crate::services::intake::clips::limits;

/// Hashing a file takes no more than this, in bytes.
pub(super) const HASH_COST: u64 = 1024 * 1024;

/// What became of a job's clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Played {
    /// It is among the animations, or there was none.
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

/// Adds the MP4 of the job's first clip to `animations`, unless a look that
/// moves has made one of all its shots.
pub(super) async fn play(
    context: &Context,
    job: &Job,
    animations: &mut Vec<Animation>,
) -> Result<Played, RenderingError> {
    let shots = photos::of_job(context.database.reader(), job.id).await?;
    let clip = shots.into_iter().find_map(|shot| shot.clip_name);
    let made = animations
        .iter()
        .any(|animation| animation.format == AnimationFormat::Mp4);
    let Some(clip) = clip.filter(|_| !made) else {
        return Ok(Played::AllOrNone);
    };
    let Ok(ffmpeg) = context.cinema.ffmpeg() else {
        tracing::warn!(job.id = %job.id, "The clip of job {} waits in vain: {}", job.id, context.cinema.standing());
        return Ok(Played::Without);
    };
    let clip = context.places.originals.join(clip);
    match make(context, ffmpeg, &clip, job).await {
        Ok(animation) => animations.push(animation),
        Err(Trouble::Motion(error)) => {
            tracing::warn!(job.id = %job.id, %error, "The clip of job {} could not be made into an MP4", job.id);
            return Ok(Played::Without);
        }
        Err(Trouble::Later(error)) => return Err(error),
    }
    Ok(Played::AllOrNone)
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

async fn make(context: &Context, ffmpeg: &Ffmpeg, clip: &Path, job: &Job) -> Result<Animation, Trouble> {
    let path = beside(&job.result_image_path, AnimationFormat::Mp4);
    let target = context.places.result(&path);
    let temporary = Temporary::beside(&target);
    {
        let _seat = context.cinema.seat().await;
        let limits = limits(context);
        let info = ffmpeg.inspect(clip, &limits).await?;
        let _share = context.studio.hold(info.memory_cost()).await?;
        ffmpeg.to_mp4(clip, &info, &limits, &temporary.0).await?;
    }
    let settled = context
        .studio
        .run(HASH_COST, move || settle(&temporary.0, &target));
    let (bytes, md5) = settled.await??;
    Ok(Animation {
        format: AnimationFormat::Mp4,
        path,
        bytes,
        md5,
    })
}

/// Puts the finished file safely on disk under its name. Returns size and checksum.
pub(super) fn settle(temporary: &Path, target: &Path) -> io::Result<(u64, String)> {
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

/// A name that the sweep knows as half-written; the file is gone when this is dropped.
pub(super) struct Temporary(pub(super) PathBuf);

impl Temporary {
    pub(super) fn beside(target: &Path) -> Self {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        Self(target.with_file_name(format!(".{name}.{}.tmp", random_name())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove_quietly(&self.0);
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
