//! The files of a look that moves: GIF and WebP in the studio, the MP4 by ffmpeg.

use std::time::Duration;

use boothline_domain::{AnimationFormat, JobMode};
use boothline_imaging::animation::Frames;
use boothline_imaging::render::{RenderError, render_frames};
use boothline_motion::{Ffmpeg, FrameSpec};
use boothline_store::animations::Animation;
use boothline_store::jobs::Job;
use futures_util::stream;
use md5::{Digest, Md5};

use super::mp4::{Draft, Played, Trouble, played};
use super::{Order, RenderingError, beside, scene, variables};
use crate::context::Context;
use crate::places::{Places, write_whole};

/// Messengers refuse shorter clips.
const SHORTEST: Duration = Duration::from_secs(3);

/// Draws the frames of a look that moves, writes its GIF and WebP, and gives back the frames where
/// an MP4 is asked for, too. Nothing moves for jobs in debugging mode and for a single photo.
pub(super) fn draw(
    places: &Places,
    order: &Order,
    photos: &[&[u8]],
    overlay: Option<&[u8]>,
    animations: &mut Vec<Animation>,
) -> Result<Option<Frames>, RenderingError> {
    let Some(asked) = order
        .recipe
        .animation
        .as_ref()
        .filter(|_| order.mode == JobMode::Event)
    else {
        return Ok(None);
    };
    let Some(frames) = render_frames(&scene(order, photos, overlay, &variables(order)))? else {
        return Ok(None);
    };
    for format in asked.formats.iter().copied() {
        let small = || frames.scaled(asked.edge(format));
        let file = match format {
            AnimationFormat::Gif => small().gif(),
            AnimationFormat::Webp => small().webp(),
            AnimationFormat::Mp4 => continue,
        };
        let path = beside(&order.names[0], format);
        animations.push(write(places, path, format, &file.map_err(RenderError::from)?)?);
    }
    let film = asked.formats.contains(&AnimationFormat::Mp4);
    Ok(film.then(|| frames.scaled(asked.edge(AnimationFormat::Mp4))))
}

fn write(places: &Places, path: String, format: AnimationFormat, file: &[u8]) -> std::io::Result<Animation> {
    write_whole(&places.result(&path), file)?;
    Ok(Animation {
        format,
        path,
        bytes: file.len() as u64,
        md5: hex::encode(Md5::digest(file)),
    })
}

/// Adds the MP4 of these frames to `animations`. Without ffmpeg, or where it fails, the other
/// files are as good as ever.
pub(super) async fn film(
    context: &Context,
    job: &Job,
    frames: Frames,
    animations: &mut Vec<Animation>,
) -> Result<Played, RenderingError> {
    let ffmpeg = match context.cinema.ffmpeg().await {
        Ok(ffmpeg) => ffmpeg,
        Err(absent) => {
            tracing::info!(job.id = %job.id, "Job {} has no MP4: {absent}", job.id);
            return Ok(Played::Without);
        }
    };
    played(make(context, ffmpeg, job, frames).await, job, animations)
}

async fn make(context: &Context, ffmpeg: &Ffmpeg, job: &Job, frames: Frames) -> Result<Animation, Trouble> {
    let draft = Draft::of(context, job);
    {
        let _seat = context.cinema.seat().await;
        let spec = spec(&frames);
        let _share = context.studio.hold(cost(&spec)).await?;
        let pixels = frames.in_order().map(|frame| frame.as_raw().clone());
        ffmpeg
            .encode_frames(&spec, stream::iter(pixels), draft.path())
            .await?;
    }
    draft.settle(context).await
}

/// An upper estimate of what ffmpeg and we hold: our frames, its copies for repeating them, and
/// the encoder with its look ahead.
fn cost(spec: &FrameSpec) -> u64 {
    let area = u64::from(spec.width) * u64::from(spec.height);
    area * u64::from(spec.count) * (3 + 2) + area * 2 * 40 + (32 << 20)
}

fn spec(frames: &Frames) -> FrameSpec {
    let (width, height) = frames.size();
    FrameSpec {
        width,
        height,
        frame_ms: frames.frame_ms(),
        count: u32::try_from(frames.count()).unwrap_or(u32::MAX),
        shortest: SHORTEST,
    }
}
