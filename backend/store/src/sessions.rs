//! Sessions: one guest's visit.

use std::str::FromStr;

use boothline_domain::clock::Timestamp;
use boothline_domain::{GuestId, SessionId, SessionStatus, ThemeId};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, UpdateMany,
};

use crate::StoreError;
use crate::entities::photo_sessions::{ActiveModel, Column, Entity, Model};

/// One visit of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id in the API.
    pub id: SessionId,
    /// Whose visit it is.
    pub guest_id: GuestId,
    /// The look that was picked, while it exists.
    pub theme_id: Option<String>,
    /// How far it has come.
    pub status: SessionStatus,
}

impl TryFrom<Model> for Session {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: SessionId(row.id),
            guest_id: GuestId(row.guest_id),
            theme_id: row.theme_id,
            status: SessionStatus::from_str(&row.status)?,
        })
    }
}

/// Begins a visit.
pub async fn start(tx: &impl ConnectionTrait, guest: GuestId, now: Timestamp) -> Result<Session, StoreError> {
    let session = ActiveModel {
        id: NotSet,
        guest_id: Set(guest.0),
        theme_id: Set(None),
        status: Set(SessionStatus::Draft.as_str().to_owned()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    session.insert(tx).await?.try_into()
}

/// The session with this id.
pub async fn find(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>, StoreError> {
    Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(Session::try_from)
        .transpose()
}

/// The session with this id, held so that no other transaction changes it meanwhile.
pub async fn lock(tx: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>, StoreError> {
    Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .map(Session::try_from)
        .transpose()
}

/// Notes the look that was picked, and the state that follows.
pub async fn set_theme(
    tx: &impl ConnectionTrait,
    id: SessionId,
    theme: &ThemeId,
    status: SessionStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    let picked = change(id, status, now).col_expr(Column::ThemeId, Expr::value(theme.as_str()));
    picked.exec(tx).await?;
    Ok(())
}

/// Notes how far the session has come.
pub async fn set_status(
    tx: &impl ConnectionTrait,
    id: SessionId,
    status: SessionStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    change(id, status, now).exec(tx).await?;
    Ok(())
}

fn change(id: SessionId, status: SessionStatus, now: Timestamp) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
}

/// Sessions that had only picked `theme` begin again; called before it is deleted.
pub async fn forget_theme(
    tx: &impl ConnectionTrait,
    theme: &ThemeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(SessionStatus::Draft.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::ThemeId.eq(theme.as_str()))
        .filter(Column::Status.eq(SessionStatus::ThemeSelected.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}
