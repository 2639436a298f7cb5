//! What the service remembers about itself, by name.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::StoreError;
use crate::entities::settings::{ActiveModel, Column, Entity};

/// The value under `name`.
pub async fn get(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, StoreError> {
    Ok(Entity::find_by_id(name).one(db).await?.map(|row| row.value))
}

/// Writes the value under `name` if nothing is there yet; true for the one who did.
/// Of transactions that try at once, the others wait for the first.
pub async fn claim(tx: &impl ConnectionTrait, name: &str, value: &str) -> Result<bool, StoreError> {
    let row = ActiveModel {
        name: Set(name.to_owned()),
        value: Set(value.to_owned()),
    };
    let keep = OnConflict::column(Column::Name).do_nothing().to_owned();
    Ok(Entity::insert(row)
        .on_conflict(keep)
        .exec_without_returning(tx)
        .await?
        == 1)
}

/// Writes the value under `name`, whatever was there.
pub async fn put(tx: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), StoreError> {
    let row = ActiveModel {
        name: Set(name.to_owned()),
        value: Set(value.to_owned()),
    };
    let replace = OnConflict::column(Column::Name)
        .update_column(Column::Value)
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
