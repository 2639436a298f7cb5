//! One job's way into the Drive folder, under the id it was promised.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use async_trait::async_trait;
use boothline_delivery::drive::{Class, Delivered, DriveError, Journal, Parcel, Source, Trouble};
use boothline_domain::{JobId, TargetKind};
use boothline_queue::Running;
use boothline_store::StoreError;
use boothline_store::animations::keepsake;
use boothline_store::jobs::delivery::{self, Promise};
use boothline_store::jobs::{self, Job};
use md5::{Digest, Md5};

use super::desk::{Desk, local};
use super::{Progress, pool};
use crate::context::Context;

/// The file of a job that is delivered.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, also in Drive.
    pub name: String,
    /// Of its bytes, in hex, as computed when it was written.
    pub md5: Option<String>,
}

/// The file that is delivered: what moves, where there is something, else as configured; `None`
/// when all are gone.
pub fn chosen(context: &Context, job: &Job) -> Option<Chosen> {
    let compressed = (&job.compressed_image_path, job.compressed_md5.as_deref());
    let result = (&job.result_image_path, job.result_md5.as_deref());
    let moving = keepsake(&job.animations).map(|moving| (&moving.path, Some(moving.md5.as_str())));
    let stills = context.config.delivery.upload_source.order(compressed, result);
    moving.into_iter().chain(stills).find_map(|(relative, md5)| {
        let path = context.places.result(relative);
        let name = path.file_name()?.to_string_lossy().into_owned();
        let md5 = md5.map(ToOwned::to_owned);
        path.is_file().then_some(Chosen { path, name, md5 })
    })
}

/// Writes down, on the task, what the next try has to know.
pub struct TaskJournal<'a> {
    running: &'a Running,
    progress: Progress,
}

impl<'a> TaskJournal<'a> {
    /// A journal that goes on from the last try.
    pub const fn new(running: &'a Running, progress: Progress) -> Self {
        Self { running, progress }
    }

    async fn save(&mut self, progress: Progress) -> Result<(), DriveError> {
        if progress != self.progress {
            self.running.save_checkpoint(&progress).await.map_err(local)?;
            self.progress = progress;
        }
        Ok(())
    }
}

#[async_trait]
impl Journal for TaskJournal<'_> {
    async fn begun(&mut self) -> Result<(), DriveError> {
        let progress = Progress {
            begun: true,
            ..self.progress.clone()
        };
        self.save(progress).await
    }

    async fn session(&mut self, address: Option<&str>) -> Result<(), DriveError> {
        let progress = Progress {
            session: address.map(ToOwned::to_owned),
            ..self.progress.clone()
        };
        self.save(progress).await
    }
}

/// Uploads the job's file under its id and proves bytes and permission. `again`: it may be there.
pub async fn deliver(
    context: &Context,
    desk: &Desk,
    job: &mut Job,
    file: &Chosen,
    journal: &mut TaskJournal<'_>,
    (class, again): (Class, bool),
) -> Result<Delivered, DriveError> {
    let folder = desk.folder(context).await?;
    let id = match &job.drive_file_id {
        Some(id) => id.clone(),
        None => reserve(context, desk, job, None).await?,
    };
    let mut parcel = pack(job, file, folder, id).await?;
    parcel.doubt = again || journal.progress.begun;
    parcel.session = journal.progress.session.clone();
    match desk.target.drive.deliver(&parcel, class, journal).await {
        Err(error) if error.trouble == Trouble::IdRefused => {
            tracing::warn!(job.id = %job.id, detail = error.detail, "Drive does not take the id reserved for job {}; its link changes", job.id);
            let refused = parcel.file_id.clone();
            parcel.file_id = reserve(context, desk, job, Some(&refused)).await?;
            parcel.session = None;
            parcel.doubt = false;
            journal.save(Progress::default()).await?;
            desk.target.drive.deliver(&parcel, class, journal).await
        }
        outcome => outcome,
    }
}

/// An id for the job, on its row before anything is sent under it.
async fn reserve(
    context: &Context,
    desk: &Desk,
    job: &mut Job,
    refused: Option<&str>,
) -> Result<String, DriveError> {
    let reserved = pool::reserve(context, desk, &format!("job:{}", job.id), Class::Guest).await?;
    let promise = pool::promise(context, desk, &job.share_code, &reserved);
    let (id, target, now) = (job.id, job.target, context.now());
    let refused = refused.map(ToOwned::to_owned);
    let written = context
        .database
        .write(move |tx| {
            Box::pin(async move {
                match target {
                    TargetKind::Drive => delivery::promise(tx, id, refused.as_deref(), &promise, now).await,
                    TargetKind::Local => {
                        delivery::reserve(tx, id, refused.as_deref(), &promise.drive_file_id, now).await
                    }
                }
            })
        })
        .await;
    match written {
        Ok(()) => context.changed(),
        // It got another one at the same moment.
        Err(StoreError::NotInState(_)) => {}
        Err(error) => return Err(local(error)),
    }
    let fresh = jobs::find(context.database.reader(), id).await.map_err(local)?;
    *job = fresh.ok_or_else(|| gone(id))?;
    job.drive_file_id.clone().ok_or_else(|| gone(id))
}

fn gone(id: JobId) -> DriveError {
    DriveError::new(Trouble::LocalFile, format!("Job {id} was deleted meanwhile."))
}

async fn pack(job: &Job, file: &Chosen, folder: String, file_id: String) -> Result<Parcel, DriveError> {
    let size = tokio::fs::metadata(&file.path).await.map_err(local)?.len();
    let md5 = match &file.md5 {
        Some(md5) => md5.clone(),
        None => md5_of(file.path.clone()).await?,
    };
    let mime = match file.path.extension().and_then(|extension| extension.to_str()) {
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("mp4") => "video/mp4",
        _ => "image/jpeg",
    };
    let app_properties = BTreeMap::from([
        (APP.0.to_owned(), APP.1.to_owned()),
        (JOB_KEY.to_owned(), job.id.to_string()),
        (FILE_KEY.to_owned(), short_key(&file.name)),
    ]);
    Ok(Parcel {
        file_id,
        name: file.name.clone(),
        mime: mime.to_owned(),
        folder,
        source: Source::File(file.path.clone()),
        md5,
        size,
        taken_at: job.created_at,
        app_properties,
        session: None,
        doubt: false,
    })
}

/// The property that all our files in Drive carry.
pub const APP: (&str, &str) = ("app", "boothline");
/// The property with the job's number.
pub const JOB_KEY: &str = "job";
/// The property that names a file independently of folders and numbers.
pub const FILE_KEY: &str = "file";

/// A property holds at most 124 bytes with its name, a file's name may be longer.
pub fn short_key(name: &str) -> String {
    hex::encode(&Md5::digest(name)[..])
}

/// The MD5 of a file, in hex.
///
/// # Errors
/// When the file cannot be read.
pub async fn md5_of(path: PathBuf) -> Result<String, DriveError> {
    tokio::task::spawn_blocking(move || {
        let (mut digest, mut file) = (Md5::new(), std::fs::File::open(path)?);
        let mut chunk = vec![0; 256 * 1024];
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(hex::encode(&digest.finalize()[..])),
                read => digest.update(&chunk[..read]),
            }
        }
    })
    .await
    .map_err(local)?
    .map_err(|error: std::io::Error| local(error))
}

/// The links that a delivered job has from now on: those it was promised,
/// unless Drive gave it others.
pub fn kept_links(context: &Context, desk: &Desk, job: &Job, delivered: &Delivered) -> Promise {
    let fresh = pool::promise(context, desk, &job.share_code, &delivered.file.id);
    let promised = job.target == TargetKind::Drive && job.drive_file_id.as_ref() == Some(&delivered.file.id);
    match (&job.drive_link, &job.download_link, &job.qr_url) {
        (Some(view), Some(download), Some(qr)) if promised && !delivered.links_changed => Promise {
            drive_link: view.clone(),
            download_link: download.clone(),
            qr_url: qr.clone(),
            ..fresh
        },
        _ if delivered.links_changed => {
            tracing::warn!(job.id = %job.id, "Drive gave job {} other links than predicted", job.id);
            pool::promise_of(
                context,
                desk,
                &job.share_code,
                &delivered.file.id,
                &delivered.links,
            )
        }
        _ => fresh,
    }
}
