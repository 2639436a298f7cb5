//! A finished job's way to its target.

use boothline_domain::clock::Timestamp;
use boothline_domain::{DeliveryState, JobId, JobStatus, TargetKind};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement, UpdateMany, Value,
};

use super::{Job, apply};
use crate::StoreError;
use crate::animations::{self, Animation};
use crate::entities::jobs::{Column, Entity};
use crate::events::CHANNEL;

/// The links that a job has at its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The file's id in Drive.
    pub drive_file_id: String,
    /// A link for people.
    pub drive_link: String,
    /// A link to the bytes.
    pub download_link: String,
    /// The address of the QR code's picture.
    pub qr_url: String,
}

/// It is delivered by being on this machine.
pub async fn delivered_here(
    tx: &impl ConnectionTrait,
    id: JobId,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let delivered = change(id, now)
        .col_expr(Column::Delivery, Expr::value(DeliveryState::Delivered.as_str()))
        .col_expr(Column::DeliveryMessage, Expr::value(message))
        .col_expr(Column::DriveUploadedAt, Expr::value(now.millis()));
    apply(tx, delivered, id, now).await
}

/// Gives a job its reserved id and links, where it has none yet or another one
/// was `refused`. The job may still be in the making.
pub async fn promise(
    tx: &impl ConnectionTrait,
    id: JobId,
    refused: Option<&str>,
    links: &Promise,
    now: Timestamp,
) -> Result<(), StoreError> {
    let promised = linked(Entity::update_many(), links)
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(holds(refused));
    apply(tx, promised, id, now).await
}

/// Notes the id that a job of another target will have in Drive; its links stay until it is there.
pub async fn reserve(
    tx: &impl ConnectionTrait,
    id: JobId,
    refused: Option<&str>,
    drive_file_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let reserved = change(id, now)
        .col_expr(Column::DriveFileId, Expr::value(drive_file_id))
        .filter(holds(refused));
    apply(tx, reserved, id, now).await
}

fn holds(refused: Option<&str>) -> Expr {
    refused.map_or_else(|| Column::DriveFileId.is_null(), |id| Column::DriveFileId.eq(id))
}

/// Its bytes are about to be sent.
pub async fn set_out(tx: &impl ConnectionTrait, id: JobId, now: Timestamp) -> Result<(), StoreError> {
    say(
        tx,
        id,
        DeliveryState::Uploading,
        "On its way to Google Drive.",
        now,
    )
    .await
}

/// It waits for the network or for an operator, for this reason.
pub async fn wait(
    tx: &impl ConnectionTrait,
    id: JobId,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    say(tx, id, DeliveryState::Waiting, reason, now).await
}

/// It is in line again.
pub async fn line_up(
    tx: &impl ConnectionTrait,
    id: JobId,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    say(tx, id, DeliveryState::Pending, message, now).await
}

/// It was there already.
pub async fn confirm(
    tx: &impl ConnectionTrait,
    id: JobId,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    say(tx, id, DeliveryState::Delivered, message, now).await
}

/// It will not be delivered unless an operator asks for it again.
pub async fn give_up(
    tx: &impl ConnectionTrait,
    id: JobId,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    say(tx, id, DeliveryState::Failed, reason, now).await
}

async fn say(
    tx: &impl ConnectionTrait,
    id: JobId,
    state: DeliveryState,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let said = change(id, now)
        .col_expr(Column::Delivery, Expr::value(state.as_str()))
        .col_expr(Column::DeliveryMessage, Expr::value(message));
    apply(tx, said, id, now).await
}

/// Its bytes and their public permission are proven in Drive.
pub async fn arrived(
    tx: &impl ConnectionTrait,
    id: JobId,
    links: &Promise,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let arrived = linked(change(id, now), links)
        .col_expr(Column::Target, Expr::value(TargetKind::Drive.as_str()))
        .col_expr(Column::Delivery, Expr::value(DeliveryState::Delivered.as_str()))
        .col_expr(Column::DeliveryMessage, Expr::value(message))
        .col_expr(Column::DriveUploadedAt, Expr::value(now.millis()))
        .col_expr(Column::DriveRemovedAt, Expr::value(None::<i64>));
    apply(tx, arrived, id, now).await
}

/// It was tidied out of Drive, or is about to be. Only a delivered one can be: what is in line
/// goes there anyway.
pub async fn remove(
    tx: &impl ConnectionTrait,
    id: JobId,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let removed = change(id, now)
        .col_expr(Column::DeliveryMessage, Expr::value(message))
        .col_expr(Column::DriveRemovedAt, Expr::value(now.millis()))
        .filter(Column::Delivery.eq(DeliveryState::Delivered.as_str()));
    apply(tx, removed, id, now).await
}

/// It is back in Drive, or never left it. One that was not removed stays as it is.
pub async fn take_back(
    tx: &impl ConnectionTrait,
    id: JobId,
    message: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let back = change(id, now)
        .col_expr(Column::DeliveryMessage, Expr::value(message))
        .col_expr(Column::DriveRemovedAt, Expr::value(None::<i64>))
        .filter(Column::DriveRemovedAt.is_not_null());
    apply(tx, back, id, now).await
}

/// All finished jobs on their way to Drive wait for this reason. Returns how many changed.
pub async fn all_wait(tx: &impl ConnectionTrait, reason: &str, now: Timestamp) -> Result<u64, StoreError> {
    let backend = tx.get_database_backend();
    let on_the_way = "target = 'drive' AND status = 'done'
        AND (delivery IN ('pending', 'uploading') OR (delivery = 'waiting' AND delivery_message <> $1))";
    let note = format!(
        "INSERT INTO job_events (job_id, kind, created_at) SELECT id, 'changed', $2 FROM jobs WHERE {on_the_way}"
    );
    let update = format!(
        "UPDATE jobs SET delivery = 'waiting', delivery_message = $1, updated_at = $2 WHERE {on_the_way}"
    );
    let values: [Value; 2] = [reason.into(), now.millis().into()];
    let run = |sql: String| tx.execute_raw(Statement::from_sql_and_values(backend, sql, values.clone()));
    // Noted first: the update changes which jobs are meant.
    if run(note).await?.rows_affected() == 0 {
        return Ok(0);
    }
    let changed = run(update).await?.rows_affected();
    if backend == DbBackend::Postgres {
        tx.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    Ok(changed)
}

/// Finished jobs that are not in Drive, oldest first; with `again` those that are there too.
pub async fn finished(
    db: &impl ConnectionTrait,
    again: bool,
    limit: Option<u64>,
) -> Result<Vec<Job>, StoreError> {
    let mut query = Entity::find()
        .filter(Column::Status.eq(JobStatus::Done.as_str()))
        .order_by_asc(Column::Id);
    if !again {
        query = query.filter(elsewhere());
    }
    if let Some(limit) = limit {
        // The databases count with signed numbers.
        query = query.limit(std::cmp::min(limit, i64::MAX.unsigned_abs()));
    }
    query.all(db).await?.into_iter().map(Job::try_from).collect()
}

/// Jobs for Drive that were accepted without an id, oldest first.
pub async fn without_link(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<JobId>, StoreError> {
    let ids: Vec<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Target.eq(TargetKind::Drive.as_str()))
        .filter(Column::DriveFileId.is_null())
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(JobId).collect())
}

/// Every id that a job was promised in Drive, also by jobs that are not finished.
pub async fn promised(db: &impl ConnectionTrait) -> Result<Vec<(String, JobId)>, StoreError> {
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::DriveFileId)
        .column(Column::Id)
        .filter(Column::DriveFileId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(file, job)| (file, JobId(job))).collect())
}

/// Where the deliveries of these jobs stand; deleted ones are missing.
pub async fn standings(
    db: &impl ConnectionTrait,
    ids: &[JobId],
) -> Result<Vec<(JobId, DeliveryState)>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for batch in ids.chunks(500) {
        let rows: Vec<(i64, String)> = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::Delivery)
            .filter(Column::Id.is_in(batch.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await?;
        for (id, state) in rows {
            found.push((JobId(id), state.parse()?));
        }
    }
    Ok(found)
}

fn elsewhere() -> Expr {
    Column::Target
        .ne(TargetKind::Drive.as_str())
        .or(Column::DriveUploadedAt.is_null())
}

fn change(id: JobId, now: Timestamp) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::Status.eq(JobStatus::Done.as_str()))
}

fn linked(update: UpdateMany<Entity>, links: &Promise) -> UpdateMany<Entity> {
    update
        .col_expr(Column::DriveFileId, Expr::value(links.drive_file_id.as_str()))
        .col_expr(Column::DriveLink, Expr::value(links.drive_link.as_str()))
        .col_expr(Column::DownloadLink, Expr::value(links.download_link.as_str()))
        .col_expr(Column::QrUrl, Expr::value(links.qr_url.as_str()))
}

/// A job's files and where its delivery stands, for a look at all of them.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct JobFiles {
    /// The id in the API.
    pub id: i64,
    /// How far it has come.
    pub status: String,
    /// Where it is delivered to.
    pub target: String,
    /// Of the result, below the results folder.
    pub result_image_path: String,
    /// Of the compressed copy, below the results folder.
    pub compressed_image_path: String,
    /// Of the result's bytes, in hex.
    pub result_md5: Option<String>,
    /// Of the compressed copy's bytes, in hex.
    pub compressed_md5: Option<String>,
    /// JSON of its moving pictures; see [`JobFiles::animations`].
    pub animations: Option<String>,
    /// The file's id in Drive, reserved or real.
    pub drive_file_id: Option<String>,
    /// A link for people.
    pub drive_link: Option<String>,
    /// A link to the bytes.
    pub download_link: Option<String>,
    /// The address of the QR code's picture.
    pub qr_url: Option<String>,
    /// When it arrived, in milliseconds since the epoch.
    pub drive_uploaded_at: Option<i64>,
}

impl JobFiles {
    /// The moving pictures beside the result.
    pub fn animations(&self) -> Result<Vec<Animation>, StoreError> {
        animations::read(self.animations.as_deref())
    }
}

/// The files of all jobs, without what else a job carries.
pub async fn files(db: &impl ConnectionTrait) -> Result<Vec<JobFiles>, StoreError> {
    let files = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Status,
            Column::Target,
            Column::ResultImagePath,
            Column::CompressedImagePath,
            Column::ResultMd5,
            Column::CompressedMd5,
            Column::Animations,
            Column::DriveFileId,
            Column::DriveLink,
            Column::DownloadLink,
            Column::QrUrl,
            Column::DriveUploadedAt,
        ])
        .into_model::<JobFiles>();
    Ok(files.all(db).await?)
}
