//! The clip of a job becomes an MP4 beside its result.

use std::path::Path;

use boothline_domain::AnimationFormat;
use boothline_motion::Ffmpeg;
use boothline_store::animations::Animation;
use boothline_store::jobs::Job;
use boothline_store::photos;

use super::RenderingError;
use super::mp4::{Draft, Played, Trouble, played};
use crate::context::Context;
use crate::services::intake::clips::limits;

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
    let ffmpeg = match context.cinema.ffmpeg().await {
        Ok(ffmpeg) => ffmpeg,
        Err(absent) => {
            tracing::warn!(job.id = %job.id, "The clip of job {} waits in vain: {absent}", job.id);
            return Ok(Played::Without);
        }
    };
    let clip = context.places.originals.join(clip);
    played(make(context, ffmpeg, &clip, job).await, job, animations)
}

async fn make(context: &Context, ffmpeg: &Ffmpeg, clip: &Path, job: &Job) -> Result<Animation, Trouble> {
    let draft = Draft::of(context, job);
    {
        let _seat = context.cinema.seat().await;
        let limits = limits(context);
        let info = ffmpeg.inspect(clip, &limits).await?;
        let _share = context.studio.hold(info.memory_cost()).await?;
        ffmpeg.to_mp4(clip, &info, &limits, draft.path()).await?;
    }
    draft.settle(context).await
}
