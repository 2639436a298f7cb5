//! Writing down how a task came out, fenced by its lease.

use std::time::Duration;

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, UpdateMany};
use serde_json::Value;

use crate::backoff;
use crate::bell;
use crate::error::QueueError;
use crate::handler::Handler;
use crate::lanes;
use crate::lease::{Lease, Leased};
use crate::rows::tasks;
use crate::setback::Setback;
use crate::task::{State, Task, TaskId};

/// Writes the result of a handler down. Giving the same result twice is fine,
/// so an answer of the database that got lost can be asked for again.
pub(crate) async fn settle(
    tx: &DatabaseTransaction,
    leased: &Leased,
    result: Result<(), Setback>,
    handler: &dyn Handler,
    rules: Rules,
) -> Result<(), QueueError> {
    let Err(setback) = result else {
        return succeed(tx, leased, rules.now).await;
    };
    let task = &leased.task;
    match cause_of_death(task, &setback, rules) {
        Some(reason) => die(tx, leased.lease.fence(), task.id, reason, handler, rules.now).await,
        None => go_back(tx, leased, &setback, rules.now).await,
    }
}

/// What the queue goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) max_crashes: u32,
    pub(crate) now: Timestamp,
}

/// Finishes the task, in the application's transaction or ours.
pub(crate) async fn finish<C: ConnectionTrait>(
    tx: &C,
    leased: &Leased,
    now: Timestamp,
) -> Result<(), QueueError> {
    use tasks::Column as C;
    let done = leased
        .lease
        .fence()
        .col_expr(C::State, Expr::value(State::Done))
        .col_expr(C::FinishedAt, Expr::value(now.millis()))
        .col_expr(C::LastError, Expr::value(Option::<String>::None));
    exactly_one(tx, done, &leased.lease).await?;
    Ok(bell::announce(tx, &leased.task.lane).await?)
}

/// Saves progress on the task.
pub(crate) async fn checkpoint<C: ConnectionTrait>(
    tx: &C,
    lease: &Lease,
    progress: Value,
) -> Result<(), QueueError> {
    let saved = lease
        .fence()
        .col_expr(tasks::Column::Checkpoint, Expr::value(progress));
    exactly_one(tx, saved, lease).await
}

/// Kills the task where `fence` still finds it, and tells the application in
/// the same transaction.
pub(crate) async fn die(
    tx: &DatabaseTransaction,
    fence: UpdateMany<tasks::Entity>,
    task: TaskId,
    reason: &str,
    handler: &dyn Handler,
    now: Timestamp,
) -> Result<(), QueueError> {
    use tasks::Column as C;
    let dead = fence
        .col_expr(C::State, Expr::value(State::Dead))
        .col_expr(C::FinishedAt, Expr::value(now.millis()))
        .col_expr(C::LastError, Expr::value(reason))
        .exec_with_returning(tx)
        .await?;
    let Some(dead) = dead.into_iter().next().map(Task::from) else {
        return Err(QueueError::LeaseLost(task));
    };
    handler
        .dead(&dead, reason, tx)
        .await
        .map_err(|source| QueueError::Hook { task, source })?;
    Ok(bell::announce(tx, &dead.lane).await?)
}

/// Puts a running task back to the ready ones, without the attempt.
pub(crate) fn uncounted(fence: UpdateMany<tasks::Entity>) -> UpdateMany<tasks::Entity> {
    use tasks::Column as C;
    returned(fence).col_expr(C::Attempt, Expr::col(C::Attempt).sub(1))
}

async fn succeed(tx: &DatabaseTransaction, leased: &Leased, now: Timestamp) -> Result<(), QueueError> {
    match finish(tx, leased, now).await {
        Err(QueueError::LeaseLost(_)) if finished_by(tx, &leased.lease).await? => {}
        other => other?,
    }
    if lanes::succeeded(tx, &leased.task.lane, now).await? {
        bell::announce(tx, &leased.task.lane).await?;
    }
    Ok(())
}

/// Whether the handler itself has finished the task under this lease: done
/// rows keep their token.
pub(crate) async fn finished_by<C: ConnectionTrait>(tx: &C, lease: &Lease) -> Result<bool, QueueError> {
    let row = tasks::Entity::find_by_id(lease.task.0).one(tx).await?;
    Ok(row.is_some_and(|row| {
        row.state == State::Done && row.lease_token.as_deref() == Some(lease.token.as_str())
    }))
}

/// Why the task dies of this setback, if it was the last straw.
fn cause_of_death<'s>(task: &Task, setback: &'s Setback, rules: Rules) -> Option<&'s str> {
    let no_attempt_left = task.attempt >= task.max_attempts;
    let no_crash_left = task.crashes + 1 >= rules.max_crashes;
    match setback {
        Setback::Fail { reason } => Some(reason),
        Setback::Retry { reason } | Setback::RetryAfter { reason, .. } if no_attempt_left => Some(reason),
        Setback::Crashed { reason } if no_attempt_left || no_crash_left => Some(reason),
        _ => None,
    }
}

async fn go_back(
    tx: &DatabaseTransaction,
    leased: &Leased,
    setback: &Setback,
    now: Timestamp,
) -> Result<(), QueueError> {
    use tasks::Column as C;
    let fence = leased.lease.fence();
    let pause = backoff::after_attempt(leased.task.attempt, backoff::random());
    let back = match setback {
        Setback::Retry { reason } | Setback::Fail { reason } => failed(fence, reason, pause, now),
        Setback::RetryAfter { wait, reason } => failed(fence, reason, *wait, now),
        Setback::Crashed { reason } => {
            failed(fence, reason, pause, now).col_expr(C::Crashes, Expr::col(C::Crashes).add(1))
        }
        Setback::Snooze { wait } => {
            uncounted(fence).col_expr(C::RunAt, Expr::value(now.plus(*wait).millis()))
        }
        Setback::Block { reason, .. } => {
            uncounted(fence).col_expr(C::LastError, Expr::value(reason.as_str()))
        }
        Setback::Interrupted => uncounted(fence),
    };
    exactly_one(tx, back, &leased.lease).await?;
    if let Setback::Block { pause, reason } = setback {
        lanes::block(tx, &leased.task.lane, *pause, reason, now).await?;
    }
    Ok(bell::announce(tx, &leased.task.lane).await?)
}

fn failed(
    fence: UpdateMany<tasks::Entity>,
    reason: &str,
    pause: Duration,
    now: Timestamp,
) -> UpdateMany<tasks::Entity> {
    use tasks::Column as C;
    returned(fence)
        .col_expr(C::LastError, Expr::value(reason))
        .col_expr(C::RunAt, Expr::value(now.plus(pause).millis()))
}

fn returned(fence: UpdateMany<tasks::Entity>) -> UpdateMany<tasks::Entity> {
    use tasks::Column as C;
    fence
        .col_expr(C::State, Expr::value(State::Ready))
        .col_expr(C::LeaseToken, Expr::value(Option::<String>::None))
        .col_expr(C::LeaseUntil, Expr::value(Option::<i64>::None))
}

async fn exactly_one<C: ConnectionTrait>(
    tx: &C,
    update: UpdateMany<tasks::Entity>,
    lease: &Lease,
) -> Result<(), QueueError> {
    match update.exec(tx).await?.rows_affected {
        1 => Ok(()),
        _ => Err(QueueError::LeaseLost(lease.task)),
    }
}
