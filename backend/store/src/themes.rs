//! Themes: what a guest picks.

use boothline_domain::ThemeId;
use boothline_domain::clock::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::StoreError;
use crate::entities::themes::{ActiveModel, Column, Entity, Model};

/// What a guest picks: a look with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The slug in the API.
    pub id: String,
    /// Shown to guests.
    pub title: String,
    /// For a paid generator.
    pub prompt: String,
    /// For a paid generator.
    pub negative_prompt: Option<String>,
    /// JSON: aspect ratio, recipe and whatever else belongs to the look.
    pub params: String,
    /// The name of its thumbnail's file.
    pub thumbnail_name: String,
}

impl From<Model> for Theme {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            title: row.title,
            prompt: row.prompt,
            negative_prompt: row.negative_prompt,
            params: row.params,
            thumbnail_name: row.thumbnail_name,
        }
    }
}

/// All themes in display order.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Theme>, StoreError> {
    let rows = Entity::find()
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Theme::from).collect())
}

/// The theme with this id.
pub async fn find(db: &impl ConnectionTrait, id: &ThemeId) -> Result<Option<Theme>, StoreError> {
    Ok(Entity::find_by_id(id.as_str()).one(db).await?.map(Theme::from))
}

/// Whether a thumbnail's file belongs to a theme.
pub async fn has_thumbnail(db: &impl ConnectionTrait, name: &str) -> Result<bool, StoreError> {
    Ok(Entity::find()
        .filter(Column::ThumbnailName.eq(name))
        .one(db)
        .await?
        .is_some())
}

/// Adds a theme behind the others. An id that is taken is an error of the database.
pub async fn add(tx: &impl ConnectionTrait, theme: &Theme, now: Timestamp) -> Result<(), StoreError> {
    let last: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(Column::Position.max(), "last")
        .into_tuple()
        .one(tx)
        .await?;
    let row = ActiveModel {
        id: Set(theme.id.clone()),
        title: Set(theme.title.clone()),
        prompt: Set(theme.prompt.clone()),
        negative_prompt: Set(theme.negative_prompt.clone()),
        params: Set(theme.params.clone()),
        thumbnail_name: Set(theme.thumbnail_name.clone()),
        position: Set(last.flatten().unwrap_or(0) + 1),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Writes all fields of a theme that exists.
pub async fn update(tx: &impl ConnectionTrait, theme: &Theme, now: Timestamp) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(theme.id.clone()),
        title: Set(theme.title.clone()),
        prompt: Set(theme.prompt.clone()),
        negative_prompt: Set(theme.negative_prompt.clone()),
        params: Set(theme.params.clone()),
        thumbnail_name: Set(theme.thumbnail_name.clone()),
        updated_at: Set(now.millis()),
        ..<ActiveModel as ActiveModelTrait>::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Deletes a theme; sessions that picked it have none then.
pub async fn delete(tx: &impl ConnectionTrait, id: &ThemeId) -> Result<bool, StoreError> {
    Ok(Entity::delete_by_id(id.as_str()).exec(tx).await?.rows_affected == 1)
}
