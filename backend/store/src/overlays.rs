//! Overlays: pictures that a kiosk lays over results.

use boothline_domain::OverlayId;
use boothline_domain::clock::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::StoreError;
use crate::entities::overlays::{ActiveModel, Column, Entity, Model};

/// A PNG of a known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// The id in the database.
    pub id: OverlayId,
    /// The name of its file, which is also the last part of its address.
    pub file_name: String,
}

impl From<Model> for Overlay {
    fn from(row: Model) -> Self {
        Self {
            id: OverlayId(row.id),
            file_name: row.file_name,
        }
    }
}

/// Adds an overlay whose file is on disk already.
pub async fn add(
    tx: &impl ConnectionTrait,
    file_name: &str,
    (width, height): (u32, u32),
    now: Timestamp,
) -> Result<Overlay, StoreError> {
    let row = ActiveModel {
        id: NotSet,
        file_name: Set(file_name.to_owned()),
        width: Set(i64::from(width)),
        height: Set(i64::from(height)),
        created_at: Set(now.millis()),
    };
    Ok(row.insert(tx).await?.into())
}

/// The overlay whose file has this name.
pub async fn find_by_file(db: &impl ConnectionTrait, file_name: &str) -> Result<Option<Overlay>, StoreError> {
    Ok(Entity::find()
        .filter(Column::FileName.eq(file_name))
        .one(db)
        .await?
        .map(Overlay::from))
}

/// The overlay with this id.
pub async fn find(db: &impl ConnectionTrait, id: OverlayId) -> Result<Option<Overlay>, StoreError> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(Overlay::from))
}
