//! Lanes: how much of a kind of work may go on at once, and when.

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};

use crate::backoff;
use crate::error::QueueError;
use crate::rate::{Bucket, Rate};
use crate::rows::lanes;

/// What a lane allows over all processes. The default allows everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneLimits {
    /// Tasks running at the same time; `None` for no limit.
    pub max_running: Option<u32>,
    /// Tasks started per minute; `None` for no limit.
    pub rate: Option<Rate>,
}

/// How long a lane stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Until the other side or a person said it may be tried again.
    Until(Timestamp),
    /// 5 s, then twice as long with each block in a row, up to 5 min.
    Growing,
}

/// What a lane says to a worker who wants tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// So many tasks may start now.
    Open(u64),
    /// None may start; look again then, or when the bell rings.
    Shut(Option<Timestamp>),
}

impl lanes::Model {
    /// What may start at `now`, when `running` tasks run, `probes` of them
    /// begun since the lane's block ended.
    pub(crate) fn gate(&self, running: u64, probes: u64, now: Timestamp) -> Gate {
        if self.paused {
            return Gate::Shut(None);
        }
        let mut room = u64::MAX;
        if let Some(until) = self.blocked_until.map(Timestamp::from_millis) {
            if until > now {
                return Gate::Shut(Some(until));
            }
            room = 1_u64.saturating_sub(probes);
        }
        if let Some(most) = self.max_running {
            room = std::cmp::min(room, u64::from(most.unsigned_abs()).saturating_sub(running));
        }
        if room == 0 {
            return Gate::Shut(None);
        }
        match self.bucket(now) {
            None => Gate::Open(room),
            Some(bucket) if bucket.whole() == 0 => Gate::Shut(Some(bucket.next_token())),
            Some(bucket) => Gate::Open(std::cmp::min(room, bucket.whole())),
        }
    }

    /// The lane's token bucket, filled up to `now`; `None` without a rate.
    pub(crate) fn bucket(&self, now: Timestamp) -> Option<Bucket> {
        let rate = Rate {
            per_minute: self.rate_per_minute?.unsigned_abs(),
            burst: self.burst.unsigned_abs(),
        };
        let bucket = Bucket {
            rate,
            tokens_milli: self.tokens_milli,
            at: Timestamp::from_millis(self.tokens_at),
        };
        Some(bucket.at(now))
    }
}

/// Makes the lane, or gives it these limits. Pause and block stay as they are.
pub(crate) async fn declare<C: ConnectionTrait>(
    tx: &C,
    name: &str,
    limits: LaneLimits,
    now: Timestamp,
) -> Result<(), QueueError> {
    use lanes::Column as C;
    let burst = limits.rate.map_or(1, |rate| rate.burst.max(1));
    let row = lanes::ActiveModel {
        name: Set(name.to_owned()),
        max_running: Set(limits.max_running.map(whole)),
        rate_per_minute: Set(limits.rate.map(|rate| whole(rate.per_minute.max(1)))),
        burst: Set(whole(burst)),
        tokens_milli: Set(i64::from(burst) * 1000),
        tokens_at: Set(now.millis()),
        paused: Set(false),
        failures: Set(0),
        ..Default::default()
    };
    let update = OnConflict::column(C::Name)
        .update_columns([C::MaxRunning, C::RatePerMinute, C::Burst])
        .to_owned();
    lanes::Entity::insert(row)
        .on_conflict(update)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The lane's row, locked for this transaction: this makes its limit exact.
pub(crate) async fn locked<C: ConnectionTrait>(tx: &C, name: &str) -> Result<lanes::Model, QueueError> {
    lanes::Entity::find_by_id(name)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| QueueError::UnknownLane(name.to_owned()))
}

/// Takes the started tasks out of the lane's bucket.
pub(crate) async fn spend<C: ConnectionTrait>(
    tx: &C,
    lane: lanes::Model,
    started: usize,
    now: Timestamp,
) -> Result<(), QueueError> {
    let Some(bucket) = lane.bucket(now).filter(|_| started > 0) else {
        return Ok(());
    };
    let mut row = lane.into_active_model();
    row.tokens_milli = Set(bucket.without(started).tokens_milli);
    row.tokens_at = Set(now.millis());
    row.update(tx).await?;
    Ok(())
}

/// Shuts the lane. While it is shut, a growing pause grows no further, so that
/// four uploads that fail together count as one failure; only a later end that
/// is known makes the block longer.
pub(crate) async fn block<C: ConnectionTrait>(
    tx: &C,
    name: &str,
    pause: Pause,
    reason: &str,
    now: Timestamp,
) -> Result<(), QueueError> {
    let lane = locked(tx, name).await?;
    let shut_until = lane.blocked_until.filter(|until| *until > now.millis());
    let failures = lane.failures;
    let until = match pause {
        Pause::Until(until) => until,
        Pause::Growing if shut_until.is_some() => return Ok(()),
        Pause::Growing => now.plus(backoff::of_lane(failures.unsigned_abs())),
    };
    if shut_until.is_some_and(|shut| shut >= until.millis()) {
        return Ok(());
    }
    let mut row = lane.into_active_model();
    row.blocked_until = Set(Some(until.millis()));
    row.blocked_reason = Set(Some(reason.to_owned()));
    if shut_until.is_none() {
        row.failures = Set(failures.saturating_add(1));
    }
    row.update(tx).await?;
    Ok(())
}

/// A task of the lane succeeded: ends the probation, if there is one. Says
/// whether there was. A block that still lasts stays: the task may have begun
/// before it.
pub(crate) async fn succeeded<C: ConnectionTrait>(
    tx: &C,
    name: &str,
    now: Timestamp,
) -> Result<bool, QueueError> {
    let probation = lanes::Column::BlockedUntil.lte(now.millis());
    Ok(open(tx, name, probation).await? > 0)
}

/// Ends a block or probation by hand; false if there was none.
pub(crate) async fn unblock<C: ConnectionTrait>(tx: &C, name: &str) -> Result<bool, QueueError> {
    let blocked = lanes::Column::BlockedUntil.is_not_null();
    Ok(open(tx, name, blocked).await? > 0)
}

async fn open<C: ConnectionTrait>(
    tx: &C,
    name: &str,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<u64, QueueError> {
    use lanes::Column as C;
    let opened = lanes::Entity::update_many()
        .col_expr(C::BlockedUntil, Expr::value(Option::<i64>::None))
        .col_expr(C::BlockedReason, Expr::value(Option::<String>::None))
        .col_expr(C::Failures, Expr::value(0))
        .filter(C::Name.eq(name))
        .filter(condition)
        .exec(tx)
        .await?;
    Ok(opened.rows_affected)
}

/// Pauses or resumes the lane.
pub(crate) async fn set_paused<C: ConnectionTrait>(
    tx: &C,
    name: &str,
    paused: bool,
) -> Result<(), QueueError> {
    let updated = lanes::Entity::update_many()
        .col_expr(lanes::Column::Paused, Expr::value(paused))
        .filter(lanes::Column::Name.eq(name))
        .exec(tx)
        .await?;
    if updated.rows_affected == 0 {
        return Err(QueueError::UnknownLane(name.to_owned()));
    }
    Ok(())
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
