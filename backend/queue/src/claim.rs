//! Taking tasks out of a lane, in one short transaction.

use std::time::Duration;

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::QueueError;
use crate::lanes::{self, Gate};
use crate::lease::{Lease, Leased};
use crate::rows::tasks;
use crate::task::{State, TaskId};

/// What a lane gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// The tasks to work on, in order.
    pub tasks: Vec<Leased>,
    /// When to ask again although nobody rings: the next `run_at`, the end of
    /// a block, the next token of the rate. `None` if only news can help.
    pub look_again: Option<Timestamp>,
}

/// Who claims, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Claimant {
    pub(crate) worker: String,
    pub(crate) lease_ttl: Duration,
    pub(crate) now: Timestamp,
}

/// Claims up to `want` due tasks: by priority, then by `run_at`, then by id.
pub(crate) async fn claim(
    tx: &DatabaseTransaction,
    lane_name: &str,
    want: u64,
    claimant: &Claimant,
) -> Result<Claim, QueueError> {
    let now = claimant.now;
    let lane = lanes::locked(tx, lane_name).await?;
    let running = count_running(tx, lane_name, None).await?;
    let probes = match lane.blocked_until {
        Some(until) if until <= now.millis() => count_running(tx, lane_name, Some(until)).await?,
        _ => 0,
    };
    let room = match lane.gate(running, probes, now) {
        Gate::Shut(look_again) => {
            return Ok(Claim {
                tasks: Vec::new(),
                look_again,
            });
        }
        Gate::Open(room) => std::cmp::min(room, want),
    };
    let picked = pick(tx, lane_name, room, now).await?;
    let exhausted = u64::try_from(picked.len()).is_ok_and(|picked| picked < room);
    lanes::spend(tx, lane, picked.len(), now).await?;
    Ok(Claim {
        tasks: lease(tx, picked, claimant).await?,
        look_again: match exhausted {
            true => next_due(tx, lane_name, now).await?,
            false => None,
        },
    })
}

async fn count_running<C: ConnectionTrait>(
    tx: &C,
    lane: &str,
    since: Option<i64>,
) -> Result<u64, QueueError> {
    let mut running = tasks::Entity::find()
        .filter(tasks::Column::Lane.eq(lane))
        .filter(tasks::in_state(State::Running));
    if let Some(since) = since {
        running = running.filter(tasks::Column::StartedAt.gte(since));
    }
    Ok(running.count(tx).await?)
}

async fn pick<C: ConnectionTrait>(
    tx: &C,
    lane: &str,
    room: u64,
    now: Timestamp,
) -> Result<Vec<i64>, QueueError> {
    use tasks::Column as C;
    let picked = tasks::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::Lane.eq(lane))
        .filter(tasks::in_state(State::Ready))
        .filter(C::RunAt.lte(now.millis()))
        .order_by_asc(C::Priority)
        .order_by_asc(C::RunAt)
        .order_by_asc(C::Id)
        .limit(room)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(picked)
}

async fn lease<C: ConnectionTrait>(
    tx: &C,
    picked: Vec<i64>,
    claimant: &Claimant,
) -> Result<Vec<Leased>, QueueError> {
    use tasks::Column as C;
    if picked.is_empty() {
        return Ok(Vec::new());
    }
    let token = uuid::Uuid::new_v4().to_string();
    let lease_until = claimant.now.plus(claimant.lease_ttl).millis();
    let mut rows = tasks::Entity::update_many()
        .col_expr(C::State, Expr::value(State::Running))
        .col_expr(C::Attempt, Expr::col(C::Attempt).add(1))
        .col_expr(C::LeaseToken, Expr::value(token.as_str()))
        .col_expr(C::LeaseUntil, Expr::value(lease_until))
        .col_expr(C::Worker, Expr::value(claimant.worker.as_str()))
        .col_expr(C::StartedAt, Expr::value(claimant.now.millis()))
        .filter(C::Id.is_in(picked))
        .exec_with_returning(tx)
        .await?;
    // RETURNING keeps no order.
    rows.sort_by_key(|row| (row.priority, row.run_at, row.id));
    Ok(rows.into_iter().map(|row| leased(row, &token)).collect())
}

fn leased(row: tasks::Model, token: &str) -> Leased {
    Leased {
        lease: Lease {
            task: TaskId(row.id),
            token: token.to_owned(),
        },
        task: row.into(),
    }
}

async fn next_due<C: ConnectionTrait>(
    tx: &C,
    lane: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, QueueError> {
    use tasks::Column as C;
    let next: Option<i64> = tasks::Entity::find()
        .select_only()
        .column(C::RunAt)
        .filter(C::Lane.eq(lane))
        .filter(tasks::in_state(State::Ready))
        .filter(C::RunAt.gt(now.millis()))
        .order_by_asc(C::RunAt)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(next.map(Timestamp::from_millis))
}
