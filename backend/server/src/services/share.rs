//! Share pages: what a guest sees behind an unguessable code.

use boothline_domain::{AnimationFormat, JobStatus, ShareCode};
use boothline_store::animations::keepsake;
use boothline_store::jobs::{self, Job};

use crate::context::Context;
use crate::refusal::Refusal;

/// A result and the other pictures of the same visit.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The result that the code names.
    pub job: Job,
    /// The visit's other finished pictures, oldest first.
    pub others: Vec<Job>,
}

/// What a code leads to. `None` for unknown and deleted ones alike.
pub async fn open(context: &Context, code: &str) -> Result<Option<Shared>, Refusal> {
    let db = context.database.reader();
    let Ok(code) = code.parse::<ShareCode>() else {
        return Ok(None);
    };
    let Some(job) = jobs::find_by_code(db, &code).await? else {
        return Ok(None);
    };
    let mut others = jobs::done_of(db, job.session_id).await?;
    others.retain(|other| other.id != job.id);
    Ok(Some(Shared { job, others }))
}

/// The word for a guest: `developing`, `ready` or `failed`.
pub fn state(job: &Job) -> &'static str {
    match job.status {
        JobStatus::Queued | JobStatus::Processing => "developing",
        JobStatus::Done => "ready",
        JobStatus::Failed => "failed",
    }
}

/// The file that a guest keeps, below the results folder: what moves, else the compressed copy.
pub fn kept(job: &Job) -> &str {
    keepsake(&job.animations).map_or(&job.compressed_image_path, |moving| &moving.path)
}

/// The address of the MP4, where there is one.
pub fn film(job: &Job) -> Option<String> {
    address_of(job, AnimationFormat::Mp4)
}

/// The address of what an image element shows: the WebP, else the GIF, else the compressed copy.
pub fn moving_image(job: &Job) -> String {
    address_of(job, AnimationFormat::Webp)
        .or_else(|| address_of(job, AnimationFormat::Gif))
        .unwrap_or_else(|| format!("/static/{}", job.compressed_image_path))
}

fn address_of(job: &Job, format: AnimationFormat) -> Option<String> {
    let mut animations = job.animations.iter();
    let found = animations.find(|animation| animation.format == format)?;
    Some(format!("/static/results/{}", found.path))
}
