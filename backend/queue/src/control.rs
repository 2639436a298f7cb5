//! Changing what waits: cancel, reorder, retry by hand, clear away.

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::bell;
use crate::enqueue::holder_of;
use crate::error::QueueError;
use crate::rows::tasks;
use crate::task::{State, TaskId};

/// What a cancellation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Nothing unfinished to cancel.
    Nothing,
    /// It had not begun, and will not.
    Waiting(TaskId),
    /// It was running. Its worker can save nothing any more; call
    /// [`Queue::interrupt`](crate::Queue::interrupt) after the commit to stop
    /// it at once in this process. Elsewhere the next heartbeat stops it.
    Running(TaskId),
}

/// Cancels an unfinished task in the caller's transaction.
pub async fn cancel<C: ConnectionTrait>(
    tx: &C,
    task: TaskId,
    now: Timestamp,
) -> Result<Cancelled, QueueError> {
    cancel_where(tx, tasks::Column::Id.eq(task.0), now).await
}

/// Cancels the unfinished task with this unique key in the caller's transaction.
pub async fn cancel_key<C: ConnectionTrait>(
    tx: &C,
    unique_key: &str,
    now: Timestamp,
) -> Result<Cancelled, QueueError> {
    cancel_where(tx, tasks::Column::UniqueKey.eq(unique_key), now).await
}

async fn cancel_where<C: ConnectionTrait>(
    tx: &C,
    which: SimpleExpr,
    now: Timestamp,
) -> Result<Cancelled, QueueError> {
    use tasks::Column as C;
    let Some(found) = tasks::Entity::find()
        .filter(which)
        .filter(tasks::unfinished())
        .lock_exclusive()
        .one(tx)
        .await?
    else {
        return Ok(Cancelled::Nothing);
    };
    tasks::Entity::update_many()
        .col_expr(C::State, Expr::value(State::Cancelled))
        .col_expr(C::FinishedAt, Expr::value(now.millis()))
        .filter(C::Id.eq(found.id))
        .exec(tx)
        .await?;
    bell::announce(tx, &found.lane).await?;
    Ok(match found.state {
        State::Running => Cancelled::Running(TaskId(found.id)),
        _ => Cancelled::Waiting(TaskId(found.id)),
    })
}

/// Gives a waiting task another priority (lower runs first) in the caller's
/// transaction; false if it does not wait any more.
pub async fn reprioritise<C: ConnectionTrait>(
    tx: &C,
    task: TaskId,
    priority: i32,
) -> Result<bool, QueueError> {
    let changed = tasks::Entity::update_many()
        .col_expr(tasks::Column::Priority, Expr::value(priority))
        .filter(tasks::Column::Id.eq(task.0))
        .filter(tasks::in_state(State::Ready))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Gives a dead task a fresh start in the caller's transaction: due now, no
/// attempts, no crashes, its checkpoint kept. Wake the queue after the commit.
pub async fn retry_dead<C: ConnectionTrait>(tx: &C, task: TaskId, now: Timestamp) -> Result<(), QueueError> {
    use tasks::Column as C;
    let row = tasks::Entity::find_by_id(task.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(QueueError::UnknownTask(task))?;
    if row.state != State::Dead {
        let state = row.state;
        return Err(QueueError::NotDead { task, state });
    }
    if let Some(key) = &row.unique_key
        && let Some(holder) = holder_of(tx, key).await?
    {
        return Err(QueueError::KeyTaken { task, holder });
    }
    tasks::Entity::update_many()
        .col_expr(C::State, Expr::value(State::Ready))
        .col_expr(C::RunAt, Expr::value(now.millis()))
        .col_expr(C::Attempt, Expr::value(0))
        .col_expr(C::Crashes, Expr::value(0))
        .col_expr(C::LeaseToken, Expr::value(Option::<String>::None))
        .col_expr(C::LeaseUntil, Expr::value(Option::<i64>::None))
        .col_expr(C::FinishedAt, Expr::value(Option::<i64>::None))
        .filter(C::Id.eq(task.0))
        .exec(tx)
        .await?;
    Ok(bell::announce(tx, &row.lane).await?)
}

/// Deletes up to `most` done and cancelled tasks that finished before
/// `before`; the dead stay for a person to look at. Returns how many went.
pub async fn purge_finished<C: ConnectionTrait>(
    tx: &C,
    before: Timestamp,
    most: u64,
) -> Result<u64, QueueError> {
    use tasks::Column as C;
    let old: Vec<i64> = tasks::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(Expr::cust("state IN ('done', 'cancelled')"))
        .filter(C::FinishedAt.lt(before.millis()))
        .limit(most)
        .into_tuple()
        .all(tx)
        .await?;
    let mut deleted = 0;
    for batch in old.chunks(1000) {
        let gone = tasks::Entity::delete_many()
            .filter(C::Id.is_in(batch.iter().copied()))
            .exec(tx)
            .await?;
        deleted += gone.rows_affected;
    }
    Ok(deleted)
}
