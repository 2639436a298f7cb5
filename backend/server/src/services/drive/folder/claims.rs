//! Files that belong to jobs: those have a delivery of their own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use boothline_domain::{JobId, JobStatus, TargetKind};
use boothline_store::animations::{Animation, keepsake};
use boothline_store::jobs::delivery::{self, JobFiles};

use crate::context::Context;
use crate::refusal::Refusal;

/// What a job says about a file of its own.
#[derive(Clone, Debug)]
pub(super) enum Claim {
    /// It is in Drive.
    Delivered(Box<JobFiles>),
    /// It is delivered when its turn comes, or by `boothline sync`.
    Awaited(JobId),
    /// The job delivers its other copy: one file for each picture.
    OtherCopy,
}

/// The files that jobs deliver.
#[derive(Debug, Default)]
pub(super) struct Claims {
    results: PathBuf,
    by_path: HashMap<String, Claim>,
    ids: Vec<String>,
}

impl Claims {
    /// As the database knows them now. Of a finished job it is the copy that is delivered, of one
    /// in the making both.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn look_up(context: &Context) -> Result<Self, Refusal> {
        let (mut by_path, mut ids) = (HashMap::new(), Vec::new());
        for job in delivery::files(context.database.reader()).await? {
            let id = JobId(job.id);
            ids.extend(job.drive_file_id.clone());
            if job.status != JobStatus::Done.as_str() {
                by_path.insert(job.result_image_path, Claim::Awaited(id));
                by_path.insert(job.compressed_image_path, Claim::Awaited(id));
                continue;
            }
            let moving = job.animations()?;
            let Some(path) = delivered_copy(context, &job, &moving) else {
                continue;
            };
            let job_files = (job.result_image_path.clone(), job.compressed_image_path.clone());
            let there = job.target == TargetKind::Drive.as_str() && job.drive_uploaded_at.is_some();
            let claim = match there && job.drive_file_id.is_some() {
                true => Claim::Delivered(Box::new(job)),
                false => Claim::Awaited(id),
            };
            let moving = moving.into_iter().map(|animation| animation.path);
            for copy in moving.chain([job_files.0, job_files.1]) {
                by_path.insert(copy, Claim::OtherCopy);
            }
            by_path.insert(path, claim);
        }
        let results = &context.places.results;
        Ok(Self {
            results: fs::canonicalize(results).unwrap_or_else(|_| results.clone()),
            by_path,
            ids,
        })
    }

    /// The ids in Drive that jobs have, reserved or real.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// What a job says about the file, if it is one's.
    pub(super) fn on(&self, path: &Path) -> Option<&Claim> {
        let below = path.strip_prefix(&self.results).ok()?;
        self.by_path.get(below.to_str()?)
    }
}

/// The one that is delivered: what moves, else as configured.
fn delivered_copy(context: &Context, job: &JobFiles, moving: &[Animation]) -> Option<String> {
    let (result, compressed) = (&job.result_image_path, &job.compressed_image_path);
    let order = context.config.delivery.upload_source.order(compressed, result);
    let moving = keepsake(moving).map(|moving| &moving.path);
    let mut all = moving.into_iter().chain(order);
    let there = |path: &&String| context.places.result(path).is_file();
    all.find(there).cloned()
}

/// The MD5 of the copy at `path`, as computed when it was written.
pub(super) fn md5_of_copy(job: &JobFiles, path: &Path) -> Option<String> {
    let moving = job.animations().unwrap_or_default();
    if let Some(animation) = moving
        .into_iter()
        .find(|animation| path.ends_with(&animation.path))
    {
        return Some(animation.md5);
    }
    if path.ends_with(&job.compressed_image_path) {
        job.compressed_md5.clone()
    } else {
        job.result_md5.clone()
    }
}
