//! Jobs: one result in the making, and the moves between its states.
//!
//! [`delivery`] has the moves of what comes after `done`.
//!
//! A move is an `UPDATE … WHERE state = from` that must touch exactly one row.

pub mod delivery;

use std::str::FromStr;

use boothline_domain::clock::Timestamp;
use boothline_domain::{
    DeliveryState, JobId, JobMode, JobStatus, OverlayId, SessionId, ShareCode, TargetKind,
};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, UpdateMany,
};

use crate::animations::{self, Animation};
use crate::entities::jobs::{ActiveModel, Column, Entity, Model};
use crate::{StoreError, events};

/// One result in the making, as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The id in the API.
    pub id: JobId,
    /// The visit whose photos it uses.
    pub session_id: SessionId,
    /// The look that was picked when it was accepted.
    pub theme_id: Option<String>,
    /// A picture to lay over the result.
    pub overlay_id: Option<OverlayId>,
    /// What it makes of the photos.
    pub mode: JobMode,
    /// How far it has come.
    pub status: JobStatus,
    /// Where it is delivered to.
    pub target: TargetKind,
    /// How far its delivery has come.
    pub delivery: DeliveryState,
    /// The delivery's state in plain words.
    pub delivery_message: Option<String>,
    /// JSON: the recipe as it was when the job was accepted.
    pub recipe: String,
    /// JSON: the texts for the recipe's variables.
    pub variables: String,
    /// The unguessable name in links and file names.
    pub share_code: ShareCode,
    /// The page that a guest opens.
    pub share_url: Option<String>,
    /// Of the result, below the results folder.
    pub result_image_path: String,
    /// Of the compressed copy, below the results folder.
    pub compressed_image_path: String,
    /// Of the thumbnail, below the results folder.
    pub thumbnail_image_path: String,
    /// Width and height of the result in pixels, once it is done.
    pub result_size: Option<(u32, u32)>,
    /// The moving pictures beside the result; none before it is done, or where the look asks for none.
    pub animations: Vec<Animation>,
    /// Of the result's bytes, in hex, once it is done.
    pub result_md5: Option<String>,
    /// Of the compressed copy's bytes, in hex, once it is done.
    pub compressed_md5: Option<String>,
    /// The file's id in Drive, reserved or real.
    pub drive_file_id: Option<String>,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// The address of the QR code's picture.
    pub qr_url: Option<String>,
    /// When the bytes and the public permission were proven at the target.
    pub drive_uploaded_at: Option<Timestamp>,
    /// When it was tidied out of Drive; none while it is there.
    pub drive_removed_at: Option<Timestamp>,
    /// Stable code of the failure.
    pub error_code: Option<String>,
    /// The failure in one plain sentence.
    pub error_message: Option<String>,
    /// Progress for guests, one line a step.
    pub log_text: String,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

impl TryFrom<Model> for Job {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let side = |pixels: i64| u32::try_from(pixels).unwrap_or(u32::MAX);
        let unknown = |text: &str| boothline_domain::UnknownState(text.to_owned());
        Ok(Self {
            id: JobId(row.id),
            session_id: SessionId(row.session_id),
            theme_id: row.theme_id,
            overlay_id: row.overlay_id.map(OverlayId),
            mode: JobMode::from_str(&row.mode)?,
            status: JobStatus::from_str(&row.status)?,
            target: TargetKind::from_str(&row.target)?,
            delivery: DeliveryState::from_str(&row.delivery)?,
            delivery_message: row.delivery_message,
            recipe: row.recipe,
            variables: row.variables,
            share_code: row.share_code.parse().map_err(|_| unknown(&row.share_code))?,
            share_url: row.share_url,
            result_image_path: row.result_image_path,
            compressed_image_path: row.compressed_image_path,
            thumbnail_image_path: row.thumbnail_image_path,
            result_size: row
                .result_width
                .zip(row.result_height)
                .map(|(w, h)| (side(w), side(h))),
            animations: animations::read(row.animations.as_deref())?,
            result_md5: row.result_md5,
            compressed_md5: row.compressed_md5,
            drive_file_id: row.drive_file_id,
            drive_link: row.drive_link,
            download_link: row.download_link,
            qr_url: row.qr_url,
            drive_uploaded_at: row.drive_uploaded_at.map(Timestamp::from_millis),
            drive_removed_at: row.drive_removed_at.map(Timestamp::from_millis),
            error_code: row.error_code,
            error_message: row.error_message,
            log_text: row.log_text,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            done_at: row.done_at.map(Timestamp::from_millis),
        })
    }
}

/// What is known of a job when it is accepted.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// The visit whose photos it uses.
    pub session_id: SessionId,
    /// The look that was picked.
    pub theme_id: Option<String>,
    /// A picture to lay over the result.
    pub overlay_id: Option<OverlayId>,
    /// What to make of the photos.
    pub mode: JobMode,
    /// JSON of the recipe.
    pub recipe: String,
    /// JSON of the texts for the recipe's variables.
    pub variables: String,
    /// The unguessable name.
    pub share_code: ShareCode,
    /// Where it is delivered to.
    pub target: TargetKind,
    /// The id reserved for it in Drive.
    pub drive_file_id: Option<String>,
    /// The page that a guest opens, where the target has one.
    pub share_url: Option<String>,
    /// A link for people, where it is known.
    pub drive_link: Option<String>,
    /// A link to the bytes, where it is known.
    pub download_link: Option<String>,
    /// The address of the QR code's picture, where a link is known.
    pub qr_url: Option<String>,
    /// Of the result, below the results folder.
    pub result_image_path: String,
    /// Of the compressed copy, below the results folder.
    pub compressed_image_path: String,
    /// Of the thumbnail, below the results folder.
    pub thumbnail_image_path: String,
    /// The delivery's state in plain words, where there is something to say.
    pub delivery_message: Option<String>,
    /// The first line of the log.
    pub log_line: String,
}

/// Accepts a job.
pub async fn accept(tx: &impl ConnectionTrait, job: NewJob, now: Timestamp) -> Result<Job, StoreError> {
    let row = ActiveModel {
        id: NotSet,
        session_id: Set(job.session_id.0),
        theme_id: Set(job.theme_id),
        overlay_id: Set(job.overlay_id.map(|id| id.0)),
        mode: Set(job.mode.as_str().to_owned()),
        status: Set(JobStatus::Queued.as_str().to_owned()),
        delivery: Set(DeliveryState::Pending.as_str().to_owned()),
        delivery_message: Set(job.delivery_message),
        recipe: Set(job.recipe),
        variables: Set(job.variables),
        share_code: Set(job.share_code.into()),
        share_url: Set(job.share_url),
        result_image_path: Set(job.result_image_path),
        compressed_image_path: Set(job.compressed_image_path),
        thumbnail_image_path: Set(job.thumbnail_image_path),
        result_width: Set(None),
        result_height: Set(None),
        result_md5: Set(None),
        compressed_md5: Set(None),
        drive_file_id: Set(job.drive_file_id),
        drive_link: Set(job.drive_link),
        download_link: Set(job.download_link),
        qr_url: Set(job.qr_url),
        drive_uploaded_at: Set(None),
        drive_removed_at: Set(None),
        error_code: Set(None),
        error_message: Set(None),
        log_text: Set(job.log_line),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
        done_at: Set(None),
        target: Set(job.target.as_str().to_owned()),
        animations: Set(None),
    };
    let job = Job::try_from(row.insert(tx).await?)?;
    events::note(tx, job.id, "changed", now).await?;
    Ok(job)
}

/// The job with this id.
pub async fn find(db: &impl ConnectionTrait, id: JobId) -> Result<Option<Job>, StoreError> {
    Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(Job::try_from)
        .transpose()
}

/// The job behind a share page.
pub async fn find_by_code(db: &impl ConnectionTrait, code: &ShareCode) -> Result<Option<Job>, StoreError> {
    Entity::find()
        .filter(Column::ShareCode.eq(code.as_str()))
        .one(db)
        .await?
        .map(Job::try_from)
        .transpose()
}

/// The newest job of a session.
pub async fn latest_of(db: &impl ConnectionTrait, session: SessionId) -> Result<Option<Job>, StoreError> {
    let newest = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .order_by_desc(Column::Id);
    newest.one(db).await?.map(Job::try_from).transpose()
}

/// All finished jobs of a session, oldest first.
pub async fn done_of(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<Job>, StoreError> {
    let done = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Status.eq(JobStatus::Done.as_str()))
        .order_by_asc(Column::Id);
    done.all(db).await?.into_iter().map(Job::try_from).collect()
}

/// Whether a job of this session is queued or processing.
pub async fn is_busy(db: &impl ConnectionTrait, session: SessionId) -> Result<bool, StoreError> {
    let running = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Status.is_in([JobStatus::Queued.as_str(), JobStatus::Processing.as_str()]));
    Ok(running.count(db).await? > 0)
}

/// How many jobs were ever accepted, for the `{count}` on pictures.
pub async fn count_all(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(Entity::find().count(db).await?)
}

/// How many jobs wait for a worker.
pub async fn count_waiting(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let queued = Entity::find().filter(Column::Status.eq(JobStatus::Queued.as_str()));
    Ok(queued.count(db).await?)
}

/// Whether a job that is not done yet, or may be asked for again, names this asset.
pub async fn needs_asset(db: &impl ConnectionTrait, name: &str) -> Result<bool, StoreError> {
    let unfinished = Entity::find()
        .filter(Column::Status.ne(JobStatus::Done.as_str()))
        .filter(Column::Recipe.contains(name));
    Ok(unfinished.count(db).await? > 0)
}

/// How many jobs are in each state.
pub async fn count_by_status(db: &impl ConnectionTrait) -> Result<Vec<(JobStatus, u64)>, StoreError> {
    count_by(db, Column::Status).await
}

/// How many jobs are in each state of delivery.
pub async fn count_by_delivery(db: &impl ConnectionTrait) -> Result<Vec<(DeliveryState, u64)>, StoreError> {
    count_by(db, Column::Delivery).await
}

async fn count_by<S>(db: &impl ConnectionTrait, column: Column) -> Result<Vec<(S, u64)>, StoreError>
where
    S: FromStr<Err = boothline_domain::UnknownState>,
{
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(column)
        .column_as(Column::Id.count(), "n")
        .group_by(column)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(word, n)| Ok((word.parse()?, u64::try_from(n).unwrap_or(0))))
        .collect()
}

/// The newest finished jobs.
pub async fn gallery(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Job>, StoreError> {
    let done = Entity::find()
        .filter(Column::Status.eq(JobStatus::Done.as_str()))
        .order_by_desc(Column::Id)
        .limit(limit);
    done.all(db).await?.into_iter().map(Job::try_from).collect()
}

/// One page of jobs, newest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Only jobs with a smaller id.
    pub before: Option<JobId>,
    /// Only jobs in this state.
    pub status: Option<JobStatus>,
    /// Only jobs in this state of delivery.
    pub delivery: Option<DeliveryState>,
    /// At most this many.
    pub limit: u64,
}

/// The jobs of a page.
pub async fn list(db: &impl ConnectionTrait, page: &Page) -> Result<Vec<Job>, StoreError> {
    let mut query = Entity::find().order_by_desc(Column::Id).limit(page.limit);
    if let Some(before) = page.before {
        query = query.filter(Column::Id.lt(before.0));
    }
    if let Some(status) = page.status {
        query = query.filter(Column::Status.eq(status.as_str()));
    }
    if let Some(delivery) = page.delivery {
        query = query.filter(Column::Delivery.eq(delivery.as_str()));
    }
    query.all(db).await?.into_iter().map(Job::try_from).collect()
}

/// A worker begins to render. A job that another worker left half-way may be begun again.
pub async fn begin(
    tx: &impl ConnectionTrait,
    id: JobId,
    line: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let begun = change(id, &[JobStatus::Queued, JobStatus::Processing], now)
        .col_expr(Column::Status, Expr::value(JobStatus::Processing.as_str()))
        .col_expr(Column::LogText, with_line(line));
    apply(tx, begun, id, now).await
}

/// A try did not succeed, and another one will come.
pub async fn give_back(
    tx: &impl ConnectionTrait,
    id: JobId,
    line: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let back = change(id, &[JobStatus::Processing, JobStatus::Queued], now)
        .col_expr(Column::Status, Expr::value(JobStatus::Queued.as_str()))
        .col_expr(Column::LogText, with_line(line));
    apply(tx, back, id, now).await
}

/// What rendering yielded.
#[derive(Clone, Debug)]
pub struct RenderedFiles {
    /// Width and height of the result in pixels.
    pub size: (u32, u32),
    /// Of the result's bytes, in hex.
    pub result_md5: String,
    /// Of the compressed copy's bytes, in hex.
    pub compressed_md5: String,
    /// The moving pictures that were made with it.
    pub animations: Vec<Animation>,
}

/// The files of the result are on disk.
pub async fn finish(
    tx: &impl ConnectionTrait,
    id: JobId,
    files: &RenderedFiles,
    line: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = change(id, &[JobStatus::Processing], now)
        .col_expr(Column::Status, Expr::value(JobStatus::Done.as_str()))
        .col_expr(Column::ResultWidth, Expr::value(i64::from(files.size.0)))
        .col_expr(Column::ResultHeight, Expr::value(i64::from(files.size.1)))
        .col_expr(Column::ResultMd5, Expr::value(files.result_md5.as_str()))
        .col_expr(Column::CompressedMd5, Expr::value(files.compressed_md5.as_str()))
        .col_expr(
            Column::Animations,
            Expr::value(animations::written(&files.animations)?),
        )
        .col_expr(Column::ErrorCode, Expr::value(None::<String>))
        .col_expr(Column::ErrorMessage, Expr::value(None::<String>))
        .col_expr(Column::DoneAt, Expr::value(now.millis()))
        .col_expr(Column::LogText, with_line(line));
    apply(tx, done, id, now).await
}

/// Why a job will not be made.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Stable, for programs.
    pub code: &'a str,
    /// One plain sentence, for the operator.
    pub message: &'a str,
    /// The last line of the log, for the guest.
    pub line: &'a str,
}

/// It will not be made.
pub async fn fail(
    tx: &impl ConnectionTrait,
    id: JobId,
    failure: Failure<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let failed = change(id, &[JobStatus::Queued, JobStatus::Processing], now)
        .col_expr(Column::Status, Expr::value(JobStatus::Failed.as_str()))
        .col_expr(Column::ErrorCode, Expr::value(failure.code))
        .col_expr(Column::ErrorMessage, Expr::value(failure.message))
        .col_expr(Column::LogText, with_line(failure.line));
    apply(tx, failed, id, now).await
}

/// An operator asks for a failed job again.
pub async fn ask_again(
    tx: &impl ConnectionTrait,
    id: JobId,
    line: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let again = change(id, &[JobStatus::Failed], now)
        .col_expr(Column::Status, Expr::value(JobStatus::Queued.as_str()))
        .col_expr(Column::ErrorCode, Expr::value(None::<String>))
        .col_expr(Column::ErrorMessage, Expr::value(None::<String>))
        .col_expr(Column::LogText, with_line(line));
    apply(tx, again, id, now).await
}

/// Deletes the row with its links to photos. False: there was none.
pub async fn delete(tx: &impl ConnectionTrait, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let deleted = Entity::delete_by_id(id.0).exec(tx).await?.rows_affected == 1;
    if deleted {
        events::note(tx, id, "deleted", now).await?;
    }
    Ok(deleted)
}

/// Whether a file below the results folder belongs to a job.
pub async fn has_file(db: &impl ConnectionTrait, path: &str) -> Result<bool, StoreError> {
    let owner = Column::ResultImagePath
        .eq(path)
        .or(Column::CompressedImagePath.eq(path))
        .or(Column::ThumbnailImagePath.eq(path))
        .or(Column::Animations.contains(animations::mention(path)?));
    Ok(Entity::find().filter(owner).count(db).await? > 0)
}

fn change(id: JobId, from: &[JobStatus], now: Timestamp) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::Status.is_in(from.iter().map(|status| status.as_str())))
}

fn with_line(line: &str) -> Expr {
    Expr::col(Column::LogText).binary(
        sea_orm::sea_query::BinOper::Custom("||"),
        Expr::value(format!("\n{line}")),
    )
}

async fn apply(
    tx: &impl ConnectionTrait,
    update: UpdateMany<Entity>,
    id: JobId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if update.exec(tx).await?.rows_affected != 1 {
        return Err(StoreError::NotInState(format!("job {id}")));
    }
    events::note(tx, id, "changed", now).await
}
