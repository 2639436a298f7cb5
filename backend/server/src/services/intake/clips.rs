//! Clips: looked at, and stored with a poster that is the photo from then on.

use std::io::Read;
use std::path::Path;

use boothline_motion::{ClipError, ClipInfo, ClipLimits, Ffmpeg, MotionError, SNIFF_BYTES, container};

use super::{Incoming, Published, Received, StoredPhoto, store_photo};
use crate::context::Context;
use crate::places::random_name;
use crate::refusal::{Kind, Refusal};

/// Memory that a look at a clip takes, in bytes: ffprobe decodes a picture or two.
const LOOK_COST: u64 = 128 * 1024 * 1024;

/// Whether a file is a clip, by its first bytes.
pub fn is_clip(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    let file = std::fs::File::open(path)?;
    file.take(SNIFF_BYTES as u64).read_to_end(&mut head)?;
    Ok(container(&head).is_some())
}

/// The limits for one clip, as configured.
pub fn limits(context: &Context) -> ClipLimits {
    ClipLimits {
        longest: context.config.pictures.longest_clip,
        ..ClipLimits::default()
    }
}

/// Looks at a clip that has arrived, and stores it with its poster.
///
/// Errors: 415 `clip_unsupported` without ffmpeg; 4xx for what cannot be played.
pub(super) async fn store_clip(context: &Context, received: Received) -> Result<StoredPhoto, Refusal> {
    let ffmpeg = ffmpeg(context).await?;
    let (clip, jpeg) = poster(context, ffmpeg, received.path()).await?;
    let mut poster = Incoming::open(context, u64::MAX).await?;
    poster.append(&jpeg).await?;
    let mut stored = store_photo(context, poster.finish().await?).await?;
    let name = format!("{}.{}", random_name(), clip.container.extension());
    let path = context.places.originals.join(&name);
    stored.row.bytes += received.bytes;
    stored.files.push(Published::new(path.clone()));
    let published = tokio::task::spawn_blocking(move || received.publish(&path));
    published.await.map_err(Refusal::internal)??;
    stored.row.clip_name = Some(name);
    Ok(stored)
}

async fn poster(context: &Context, ffmpeg: &Ffmpeg, path: &Path) -> Result<(ClipInfo, Vec<u8>), Refusal> {
    let _seat = context.cinema.seat().await;
    let looking = context.studio.hold(LOOK_COST).await?;
    let clip = ffmpeg.inspect(path, &limits(context)).await.map_err(refused)?;
    drop(looking);
    let _decoding = context.studio.hold(clip.memory_cost()).await?;
    let jpeg = ffmpeg.poster(path, &clip).await.map_err(refused)?;
    Ok((clip, jpeg))
}

async fn ffmpeg(context: &Context) -> Result<&Ffmpeg, Refusal> {
    context.cinema.ffmpeg().await.map_err(|absent| {
        let detail = format!("Clips are not taken here, send a photo. For the operator: {absent}");
        Refusal::new(Kind::UnsupportedMedia, "clip_unsupported", detail)
    })
}

/// The refusal of a clip; what is ffmpeg's own fault is ours.
fn refused(error: MotionError) -> Refusal {
    let error = match error {
        MotionError::Clip(error) => error,
        MotionError::Io(error) => return error.into(),
        other => return Refusal::internal(other),
    };
    let kind = match error {
        ClipError::ContainerUnknown | ClipError::Codec { .. } => Kind::UnsupportedMedia,
        ClipError::Size { .. } | ClipError::TooLong { .. } => Kind::TooLarge,
        _ => Kind::Unprocessable,
    };
    Refusal::new(kind, error.code(), error.to_string())
}
