//! The pool of file ids that Drive has reserved for us: the link before the upload.

use boothline_domain::clock::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::StoreError;
use crate::entities::drive_ids::{ActiveModel, Column, Entity};

/// SQLite allows 32,766 variables in a statement; an id needs three.
const BATCH: usize = 1000;

/// Takes the freshest free id of `account` out of the pool, for good; `None` when there is none.
///
/// Freshest first: how long Drive keeps an id that nobody used is not documented.
pub async fn take(
    tx: &impl ConnectionTrait,
    account: &str,
    taken_for: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let mut free = Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::TakenAt.is_null())
        .order_by_desc(Column::CreatedAt)
        .limit(1);
    if tx.get_database_backend() == DbBackend::Postgres {
        free = free.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(found) = free.one(tx).await? else {
        return Ok(None);
    };
    let taken = Entity::update_many()
        .col_expr(Column::TakenAt, Expr::value(now.millis()))
        .col_expr(Column::TakenFor, Expr::value(taken_for))
        .filter(Column::Id.eq(&found.id))
        .filter(Column::TakenAt.is_null())
        .exec(tx)
        .await?;
    Ok((taken.rows_affected == 1).then_some(found.id))
}

/// Puts fresh ids of `account` into the pool.
pub async fn add(
    tx: &impl ConnectionTrait,
    account: &str,
    ids: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for batch in ids.chunks(BATCH) {
        let rows = batch.iter().map(|id| ActiveModel {
            id: Set(id.clone()),
            account: Set(account.to_owned()),
            created_at: Set(now.millis()),
            taken_at: Set(None),
            taken_for: Set(None),
        });
        let keep = OnConflict::column(Column::Id).do_nothing().to_owned();
        Entity::insert_many(rows)
            .on_conflict(keep)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// How many free ids `account` has that are not older than `since`.
pub async fn count_free(
    db: &impl ConnectionTrait,
    account: &str,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let free = Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::TakenAt.is_null())
        .filter(Column::CreatedAt.gte(since.millis()));
    Ok(free.count(db).await?)
}

/// Forgets free ids of other accounts, those of `account` that are older than
/// `stale`, and the traces of ids that were taken before `forgotten`.
pub async fn retire(
    tx: &impl ConnectionTrait,
    account: &str,
    stale: Timestamp,
    forgotten: Timestamp,
) -> Result<u64, StoreError> {
    let unusable = Column::Account
        .ne(account)
        .or(Column::CreatedAt.lt(stale.millis()));
    let free = Column::TakenAt.is_null().and(unusable);
    Ok(Entity::delete_many()
        .filter(free.or(Column::TakenAt.lt(forgotten.millis())))
        .exec(tx)
        .await?
        .rows_affected)
}

/// The id that was last taken for this.
pub async fn find_taken(db: &impl ConnectionTrait, taken_for: &str) -> Result<Option<String>, StoreError> {
    let taken = Entity::find()
        .filter(Column::TakenFor.eq(taken_for))
        .order_by_desc(Column::TakenAt)
        .limit(1);
    Ok(taken.one(db).await?.map(|row| row.id))
}

/// An id that was taken out of the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The file's id in Drive.
    pub id: String,
    /// Google's id of the account that it belongs to.
    pub account: String,
    /// What it was taken for, such as `job:7`.
    pub purpose: String,
}

/// Every id that was taken, as far back as we remember.
pub async fn taken(db: &impl ConnectionTrait) -> Result<Vec<Taken>, StoreError> {
    let rows = Entity::find()
        .filter(Column::TakenFor.is_not_null())
        .all(db)
        .await?;
    let taken = rows.into_iter().map(|row| Taken {
        id: row.id,
        account: row.account,
        purpose: row.taken_for.unwrap_or_default(),
    });
    Ok(taken.collect())
}
