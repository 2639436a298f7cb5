//! Taking over what workers left behind when they died.

use std::sync::Arc;

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, SimpleExpr};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};

use crate::bell;
use crate::error::QueueError;
use crate::handler::Handler;
use crate::queue::Queue;
use crate::rows::tasks;
use crate::settle;
use crate::task::{State, TaskId};

/// Rows changed in one transaction, so that it stays short.
const BATCH: u64 = 200;

/// Whose tasks are taken over.
#[derive(Clone, Debug)]
enum Abandoned {
    /// Those whose lease has run out.
    Expired(Timestamp),
    /// Those of an earlier process of the same name.
    Of(String),
}

impl Abandoned {
    fn condition(&self) -> SimpleExpr {
        match self {
            Self::Expired(now) => tasks::Column::LeaseUntil.lt(now.millis()),
            Self::Of(worker) => tasks::Column::Worker.eq(worker.as_str()),
        }
    }
}

impl Queue {
    /// Puts the lane's tasks with an expired lease back, or kills those that
    /// have crashed too often. Returns how many it found.
    /// [`Worker`](crate::Worker) does this by itself.
    pub async fn reap(&self, lane: &str, handler: &Arc<dyn Handler>) -> Result<u64, QueueError> {
        recover(self, lane, handler, &Abandoned::Expired(self.now())).await
    }

    /// Puts back what an earlier process of this name was working on. It is
    /// dead, since no two living workers share a name.
    /// [`Worker`](crate::Worker) does this by itself.
    pub async fn take_back(&self, lane: &str, handler: &Arc<dyn Handler>) -> Result<u64, QueueError> {
        let worker = self.worker().to_owned();
        recover(self, lane, handler, &Abandoned::Of(worker)).await
    }
}

async fn recover(
    queue: &Queue,
    lane: &str,
    handler: &Arc<dyn Handler>,
    abandoned: &Abandoned,
) -> Result<u64, QueueError> {
    let put_back = put_back(queue, lane, abandoned).await?;
    let buried = bury(queue, lane, handler, abandoned).await?;
    if put_back + buried > 0 {
        queue.ring(lane);
    }
    Ok(put_back + buried)
}

/// Puts those back that may still crash again.
async fn put_back(queue: &Queue, lane: &str, abandoned: &Abandoned) -> Result<u64, QueueError> {
    let survivor = tasks::Column::Crashes.lt(last_crash(queue));
    let mut total = 0;
    loop {
        let found = put_back_batch(queue, lane, abandoned.condition().and(survivor.clone())).await?;
        total += found;
        if found < BATCH {
            return Ok(total);
        }
    }
}

async fn put_back_batch(queue: &Queue, lane: &str, which: SimpleExpr) -> Result<u64, QueueError> {
    let lane = lane.to_owned();
    queue
        .write(move |tx| {
            Box::pin(async move {
                let found = lock(tx, &lane, which, BATCH).await?;
                if found.is_empty() {
                    return Ok(0);
                }
                bell::announce(tx, &lane).await?;
                let put_back = settle::uncounted(crashed(&found)).exec(tx).await?;
                Ok(put_back.rows_affected)
            })
        })
        .await
}

/// Kills those that have crashed too often, each in its own transaction: one
/// whose death the application cannot record must not hold up the others.
async fn bury(
    queue: &Queue,
    lane: &str,
    handler: &Arc<dyn Handler>,
    abandoned: &Abandoned,
) -> Result<u64, QueueError> {
    let doomed = tasks::Column::Crashes.gte(last_crash(queue));
    let dying: Vec<i64> = tasks::Entity::find()
        .select_only()
        .column(tasks::Column::Id)
        .filter(running_in(lane, abandoned.condition().and(doomed)))
        .into_tuple()
        .all(queue.db())
        .await?;
    let mut buried = 0;
    for id in dying {
        match bury_one(queue, lane, handler, abandoned, id).await {
            Ok(found) => buried += found,
            Err(error) => {
                tracing::error!(task.id = id, %error, "Could not give up task {id}: {error}");
            }
        }
    }
    Ok(buried)
}

async fn bury_one(
    queue: &Queue,
    lane: &str,
    handler: &Arc<dyn Handler>,
    abandoned: &Abandoned,
    id: i64,
) -> Result<u64, QueueError> {
    let which = abandoned.condition().and(tasks::Column::Id.eq(id));
    let handler = Arc::clone(handler);
    let lane = lane.to_owned();
    let rules = queue.rules();
    queue
        .write(move |tx| {
            Box::pin(async move {
                if lock(tx, &lane, which, 1).await?.is_empty() {
                    return Ok(0);
                }
                let reason = format!(
                    "Its worker stopped {} times while working on it",
                    rules.max_crashes
                );
                settle::die(tx, crashed(&[id]), TaskId(id), &reason, &*handler, rules.now).await?;
                Ok(1)
            })
        })
        .await
}

/// The number of crashes with which one more is too many.
fn last_crash(queue: &Queue) -> i32 {
    i32::try_from(queue.terms().max_crashes.saturating_sub(1)).unwrap_or(i32::MAX)
}

fn running_in(lane: &str, which: SimpleExpr) -> SimpleExpr {
    tasks::Column::Lane
        .eq(lane)
        .and(tasks::in_state(State::Running))
        .and(which)
}

/// Locks running tasks that nobody else is just changing.
async fn lock(
    tx: &DatabaseTransaction,
    lane: &str,
    which: SimpleExpr,
    most: u64,
) -> Result<Vec<i64>, QueueError> {
    let locked = tasks::Entity::find()
        .select_only()
        .column(tasks::Column::Id)
        .filter(running_in(lane, which))
        .order_by_asc(tasks::Column::Id)
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(locked)
}

fn crashed(ids: &[i64]) -> UpdateMany<tasks::Entity> {
    let crashes = Expr::col(tasks::Column::Crashes).add(1);
    tasks::Entity::update_many()
        .col_expr(tasks::Column::Crashes, crashes)
        .filter(tasks::Column::Id.is_in(ids.iter().copied()))
        .filter(tasks::in_state(State::Running))
}
