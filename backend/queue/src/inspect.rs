//! What an operator wants to see: depths, reasons, single tasks.

use std::collections::BTreeMap;

use boothline_domain::clock::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use crate::error::QueueError;
use crate::lanes::LaneLimits;
use crate::rate::Rate;
use crate::rows::{lanes, tasks};
use crate::task::{State, Task, TaskId};

/// How many tasks of a lane are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Due, and waiting for a worker.
    pub waiting: u64,
    /// Not due yet, such as between two attempts.
    pub scheduled: u64,
    /// Leased to a worker.
    pub running: u64,
    /// Finished and not yet cleared away.
    pub done: u64,
    /// Given up.
    pub dead: u64,
    /// Taken back and not yet cleared away.
    pub cancelled: u64,
}

/// Why nothing starts in a lane, by a handler's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Until then nothing starts; after it one task at a time, until one
    /// succeeds.
    pub until: Timestamp,
    /// What has to change.
    pub reason: String,
    /// Blocks in a row since the last success.
    pub failures: u32,
}

/// One lane at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneReport {
    /// The lane's name.
    pub name: String,
    /// Its limits over all processes.
    pub limits: LaneLimits,
    /// Paused by a person.
    pub paused: bool,
    /// Blocked, or on probation since a block.
    pub blocked: Option<Blocked>,
    /// Its tasks.
    pub depth: Depth,
    /// Since when the longest-waiting task has been due.
    pub oldest_waiting: Option<Timestamp>,
}

/// All lanes that are declared or hold tasks, by name.
pub async fn lane_reports<C: ConnectionTrait>(db: &C, now: Timestamp) -> Result<Vec<LaneReport>, QueueError> {
    let mut reports = BTreeMap::new();
    for row in lanes::Entity::find().all(db).await? {
        reports.insert(row.name.clone(), LaneReport::from(row));
    }
    for (lane, state, count) in counts(db).await? {
        report_of(&mut reports, lane).depth.set(state, count);
    }
    for (lane, due, oldest) in due(db, now).await? {
        let report = report_of(&mut reports, lane);
        report.depth.waiting = unsigned(due);
        report.depth.scheduled = report.depth.scheduled.saturating_sub(unsigned(due));
        report.oldest_waiting = Some(Timestamp::from_millis(oldest));
    }
    Ok(reports.into_values().collect())
}

fn report_of(reports: &mut BTreeMap<String, LaneReport>, lane: String) -> &mut LaneReport {
    reports.entry(lane).or_insert_with_key(|name| LaneReport {
        name: name.clone(),
        ..LaneReport::default()
    })
}

async fn counts<C: ConnectionTrait>(db: &C) -> Result<Vec<(String, State, i64)>, QueueError> {
    use tasks::Column as C;
    let counts = tasks::Entity::find()
        .select_only()
        .columns([C::Lane, C::State])
        .column_as(C::Id.count(), "count")
        .group_by(C::Lane)
        .group_by(C::State)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts)
}

async fn due<C: ConnectionTrait>(db: &C, now: Timestamp) -> Result<Vec<(String, i64, i64)>, QueueError> {
    use tasks::Column as C;
    let due = tasks::Entity::find()
        .select_only()
        .column(C::Lane)
        .column_as(C::Id.count(), "count")
        .column_as(C::RunAt.min(), "oldest")
        .filter(tasks::in_state(State::Ready))
        .filter(C::RunAt.lte(now.millis()))
        .group_by(C::Lane)
        .into_tuple()
        .all(db)
        .await?;
    Ok(due)
}

impl Depth {
    fn set(&mut self, state: State, count: i64) {
        let place = match state {
            State::Ready => &mut self.scheduled,
            State::Running => &mut self.running,
            State::Done => &mut self.done,
            State::Dead => &mut self.dead,
            State::Cancelled => &mut self.cancelled,
        };
        *place = unsigned(count);
    }
}

impl From<lanes::Model> for LaneReport {
    fn from(row: lanes::Model) -> Self {
        let rate = row.rate_per_minute.map(|per_minute| Rate {
            per_minute: per_minute.unsigned_abs(),
            burst: row.burst.unsigned_abs(),
        });
        Self {
            name: row.name,
            limits: LaneLimits {
                max_running: row.max_running.map(i32::unsigned_abs),
                rate,
            },
            paused: row.paused,
            blocked: row.blocked_until.map(|until| Blocked {
                until: Timestamp::from_millis(until),
                reason: row.blocked_reason.unwrap_or_default(),
                failures: row.failures.unsigned_abs(),
            }),
            ..Self::default()
        }
    }
}

/// Which tasks to list. The default is all of them, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only of this lane.
    pub lane: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only older ones than this: the last of the page before.
    pub before: Option<TaskId>,
}

/// A page of at most `limit` tasks, newest first.
pub async fn list_tasks<C: ConnectionTrait>(
    db: &C,
    filter: &TaskFilter,
    limit: u64,
) -> Result<Vec<Task>, QueueError> {
    use tasks::Column as C;
    let mut query = tasks::Entity::find().order_by_desc(C::Id).limit(limit);
    if let Some(lane) = &filter.lane {
        query = query.filter(C::Lane.eq(lane.as_str()));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(C::Kind.eq(kind.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(tasks::in_state(state));
    }
    if let Some(before) = filter.before {
        query = query.filter(C::Id.lt(before.0));
    }
    Ok(query.all(db).await?.into_iter().map(Task::from).collect())
}

/// One task.
pub async fn find_task<C: ConnectionTrait>(db: &C, task: TaskId) -> Result<Option<Task>, QueueError> {
    let row = tasks::Entity::find_by_id(task.0).one(db).await?;
    Ok(row.map(Task::from))
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
