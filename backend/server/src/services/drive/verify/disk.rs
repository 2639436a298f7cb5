//! The copies of the pictures on this machine.

use std::collections::HashMap;

use boothline_domain::JobId;
use boothline_store::jobs::Job;

use super::compare::is_expected;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::delivering::{Chosen, chosen, md5_of};
use crate::services::drive::inventory::Inventory;

/// How a job's file is on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it was made.
    Whole,
    /// It has other bytes.
    Damaged,
    /// It is not there.
    Gone,
}

/// A job's file on this machine, and what Drive's should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// How it is.
    pub state: State,
    /// Its name; the name it had, where it is gone.
    pub name: String,
    /// MD5 of the bytes that may be in Drive, in hex: of both copies that were made, since
    /// `DRIVE_UPLOAD_SOURCE` may have changed in between.
    pub md5s: Vec<String>,
}

/// The files of the jobs that Drive should have. Bytes are read only where sizes leave a doubt.
pub async fn copies(context: &Context, inventory: &Inventory) -> Result<HashMap<JobId, Copy>, Refusal> {
    let mut copies = HashMap::with_capacity(inventory.jobs.len());
    for job in &inventory.jobs {
        if !is_expected(job) {
            continue;
        }
        let remote = job.drive_file_id.as_ref().and_then(|id| inventory.files.get(id));
        let size = remote
            .filter(|file| {
                file.md5
                    .as_ref()
                    .is_some_and(|md5| made(job).any(|made| md5.eq_ignore_ascii_case(made)))
            })
            .and_then(|file| file.size);
        copies.insert(job.id, copy(context, job, size).await?);
    }
    Ok(copies)
}

async fn copy(context: &Context, job: &Job, right_size: Option<u64>) -> Result<Copy, Refusal> {
    let mut md5s: Vec<String> = made(job).map(ToOwned::to_owned).collect();
    let Some(file) = chosen(context, job) else {
        let name = last_part(&job.compressed_image_path).to_owned();
        return Ok(Copy {
            state: State::Gone,
            name,
            md5s,
        });
    };
    let Chosen { path, name, md5 } = file;
    let size = tokio::fs::metadata(&path).await?.len();
    // The same size as what Drive proved to have right: nobody turned single bits here.
    let state = if right_size == Some(size) {
        State::Whole
    } else {
        let now = md5_of(path).await.map_err(Refusal::internal)?;
        match md5 {
            Some(made) if !made.eq_ignore_ascii_case(&now) => State::Damaged,
            Some(_) => State::Whole,
            None => {
                md5s.push(now);
                State::Whole
            }
        }
    };
    Ok(Copy { state, name, md5s })
}

fn made(job: &Job) -> impl Iterator<Item = &str> {
    let stills = [&job.compressed_md5, &job.result_md5].into_iter().flatten();
    let moving = job.animations.iter().map(|animation| &animation.md5);
    stills.chain(moving).map(String::as_str)
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
