//! Answers that were given under a client's `Idempotency-Key`.
//!
//! Source of the rules: draft-ietf-httpapi-idempotency-key-header.

use boothline_domain::clock::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::StoreError;
use crate::entities::idempotency_keys::{ActiveModel, Column, Entity};

/// An answer given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the request was: a digest of everything that decides the answer.
    pub fingerprint: String,
    /// HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// The answer given under `key` for this kind of call.
pub async fn find(db: &impl ConnectionTrait, scope: &str, key: &str) -> Result<Option<Answer>, StoreError> {
    let row = Entity::find_by_id((scope.to_owned(), key.to_owned()))
        .one(db)
        .await?;
    Ok(row.map(|row| Answer {
        fingerprint: row.fingerprint,
        status: u16::try_from(row.status).unwrap_or(200),
        body: row.body,
    }))
}

/// Keeps an answer in the transaction of its effect. False: another request
/// with the key was faster, and this transaction must be rolled back.
pub async fn keep(
    tx: &impl ConnectionTrait,
    scope: &str,
    key: &str,
    answer: &Answer,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = ActiveModel {
        scope: Set(scope.to_owned()),
        key: Set(key.to_owned()),
        fingerprint: Set(answer.fingerprint.clone()),
        status: Set(i64::from(answer.status)),
        body: Set(answer.body.clone()),
        created_at: Set(now.millis()),
    };
    let keep_first = OnConflict::columns([Column::Scope, Column::Key])
        .do_nothing()
        .to_owned();
    Ok(Entity::insert(row)
        .on_conflict(keep_first)
        .exec_without_returning(tx)
        .await?
        == 1)
}

/// Forgets answers given before `limit`.
pub async fn forget_before(tx: &impl ConnectionTrait, limit: Timestamp) -> Result<u64, StoreError> {
    Ok(Entity::delete_many()
        .filter(Column::CreatedAt.lt(limit.millis()))
        .exec(tx)
        .await?
        .rows_affected)
}
