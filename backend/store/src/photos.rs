//! Photos: the input shots of a session.

use boothline_domain::clock::Timestamp;
use boothline_domain::{JobId, PhotoId, SessionId};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::StoreError;
use crate::entities::{job_photos, session_photos};
use session_photos::{ActiveModel, Column, Entity, Model};

/// The key of the advisory lock of those who count bytes: "photos" in ASCII.
const STORED_KEY: i64 = 0x7068_6f74_6f73;

/// One input shot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The id in the database.
    pub id: PhotoId,
    /// The visit it belongs to.
    pub session_id: SessionId,
    /// The name of the original in the originals folder; never served.
    pub file_name: String,
    /// The name of the small, stripped copy that kiosks show.
    pub preview_name: String,
    /// The name of the clip whose poster this is, in the originals folder; none for a shot.
    pub clip_name: Option<String>,
    /// Its place among the shots that a job would use, from 0.
    pub position: u32,
    /// Upright width and height of the original in pixels.
    pub size: (u32, u32),
}

impl From<Model> for Photo {
    fn from(row: Model) -> Self {
        Self {
            id: PhotoId(row.id),
            session_id: SessionId(row.session_id),
            file_name: row.file_name,
            preview_name: row.preview_name,
            clip_name: row.clip_name,
            position: u32::try_from(row.position).unwrap_or_default(),
            size: (
                u32::try_from(row.width).unwrap_or_default(),
                u32::try_from(row.height).unwrap_or_default(),
            ),
        }
    }
}

/// A shot that is on disk already and wants a row.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    /// The name of the original in the originals folder.
    pub file_name: String,
    /// The name of its small copy in the previews folder.
    pub preview_name: String,
    /// The name of the clip whose poster this is, in the originals folder; none for a shot.
    pub clip_name: Option<String>,
    /// Of the original's bytes, in hex.
    pub sha256: String,
    /// Size of the original and its clip in bytes.
    pub bytes: u64,
    /// Upright width in pixels.
    pub width: u32,
    /// Upright height in pixels.
    pub height: u32,
}

/// The shot with this id.
pub async fn find(db: &impl ConnectionTrait, id: PhotoId) -> Result<Option<Photo>, StoreError> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(Photo::from))
}

/// Adds a shot behind the session's current ones.
pub async fn add(
    tx: &impl ConnectionTrait,
    session: SessionId,
    photo: &NewPhoto,
    now: Timestamp,
) -> Result<Photo, StoreError> {
    let position = current_count(tx, session).await?;
    let row = ActiveModel {
        id: NotSet,
        session_id: Set(session.0),
        position: Set(i64::try_from(position).unwrap_or(i64::MAX)),
        current: Set(true),
        file_name: Set(photo.file_name.clone()),
        preview_name: Set(photo.preview_name.clone()),
        sha256: Set(photo.sha256.clone()),
        bytes: Set(i64::try_from(photo.bytes).unwrap_or(i64::MAX)),
        width: Set(i64::from(photo.width)),
        height: Set(i64::from(photo.height)),
        created_at: Set(now.millis()),
        clip_name: Set(photo.clip_name.clone()),
    };
    Ok(row.insert(tx).await?.into())
}

/// How many bytes all originals and clips take together.
///
/// On PostgreSQL transactions that ask take turns until their end, so that no two of them count on
/// the same room; on SQLite there is only one at a time.
pub async fn stored_bytes(tx: &impl ConnectionTrait) -> Result<u64, StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({STORED_KEY})"))
            .await?;
    }
    let sum = Expr::col(Column::Bytes).sum().cast_as("BIGINT");
    let stored: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(sum, "stored")
        .into_tuple()
        .one(tx)
        .await?;
    Ok(u64::try_from(stored.flatten().unwrap_or_default()).unwrap_or_default())
}

/// How many shots the next job of this session would use.
pub async fn current_count(db: &impl ConnectionTrait, session: SessionId) -> Result<u64, StoreError> {
    let current = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Current.eq(true));
    Ok(current.count(db).await?)
}

/// The shots that the next job of this session would use, in order.
pub async fn current(db: &impl ConnectionTrait, session: SessionId) -> Result<Vec<Photo>, StoreError> {
    let rows = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Current.eq(true))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Photo::from).collect())
}

/// The shots that a job is made of, in order.
pub async fn of_job(db: &impl ConnectionTrait, job: JobId) -> Result<Vec<Photo>, StoreError> {
    let used = job_photos::Entity::find()
        .filter(job_photos::Column::JobId.eq(job.0))
        .order_by_asc(job_photos::Column::Position)
        .all(db)
        .await?;
    let ids = used.iter().map(|link| link.photo_id);
    let rows = Entity::find().filter(Column::Id.is_in(ids)).all(db).await?;
    let by_position = used
        .iter()
        .filter_map(|link| rows.iter().find(|row| row.id == link.photo_id));
    Ok(by_position.cloned().map(Photo::from).collect())
}

/// Notes that `job` is made of these shots.
pub async fn link_to_job(tx: &impl ConnectionTrait, job: JobId, photos: &[Photo]) -> Result<(), StoreError> {
    let links = photos
        .iter()
        .zip(0_i64..)
        .map(|(photo, position)| job_photos::ActiveModel {
            job_id: Set(job.0),
            position: Set(position),
            photo_id: Set(photo.id.0),
        });
    job_photos::Entity::insert_many(links).exec(tx).await?;
    Ok(())
}

/// Whether a job was made of the session's current shots already.
pub async fn current_are_used(db: &impl ConnectionTrait, session: SessionId) -> Result<bool, StoreError> {
    let used = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Current.eq(true))
        .filter(unused().not());
    Ok(used.count(db).await? > 0)
}

/// Takes the session's current shots out of use. Those that a job was made of
/// keep their row; the others are deleted and returned, so that their files can go.
pub async fn retire_current(tx: &impl ConnectionTrait, session: SessionId) -> Result<Vec<Photo>, StoreError> {
    Entity::update_many()
        .col_expr(Column::Current, Expr::value(false))
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Current.eq(true))
        .exec(tx)
        .await?;
    let unused = Entity::find()
        .filter(Column::SessionId.eq(session.0))
        .filter(Column::Current.eq(false))
        .filter(unused());
    take(tx, unused.all(tx).await?).await
}

/// Deletes and returns the shots that only `job` was made of; called after its links are gone.
pub async fn take_unused(tx: &impl ConnectionTrait, candidates: &[Photo]) -> Result<Vec<Photo>, StoreError> {
    let ids = candidates.iter().map(|photo| photo.id.0);
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .filter(unused())
        .all(tx)
        .await?;
    take(tx, rows).await
}

/// Whether an original of this name has a row.
pub async fn has_file(db: &impl ConnectionTrait, file_name: &str) -> Result<bool, StoreError> {
    Ok(Entity::find()
        .filter(Column::FileName.eq(file_name))
        .count(db)
        .await?
        > 0)
}

/// Whether a clip of this name has a row.
pub async fn has_clip(db: &impl ConnectionTrait, clip_name: &str) -> Result<bool, StoreError> {
    Ok(Entity::find()
        .filter(Column::ClipName.eq(clip_name))
        .count(db)
        .await?
        > 0)
}

/// Whether a preview of this name has a row.
pub async fn has_preview(db: &impl ConnectionTrait, preview_name: &str) -> Result<bool, StoreError> {
    Ok(Entity::find()
        .filter(Column::PreviewName.eq(preview_name))
        .count(db)
        .await?
        > 0)
}

fn unused() -> Expr {
    let used = Query::select()
        .column(job_photos::Column::PhotoId)
        .from(job_photos::Entity)
        .to_owned();
    Column::Id.not_in_subquery(used)
}

async fn take(tx: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Photo>, StoreError> {
    let ids = rows.iter().map(|row| row.id);
    Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(rows.into_iter().map(Photo::from).collect())
}
