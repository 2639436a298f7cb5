//! Putting tasks in, in the caller's own transaction.

use std::collections::BTreeSet;

use boothline_domain::clock::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
};

use crate::bell;
use crate::error::QueueError;
use crate::rows::tasks;
use crate::task::{NewTask, State, TaskId};

/// Rows per INSERT: fifteen parameters each, under the 32 766 of SQLite.
const BATCH: usize = 1000;

/// How an enqueue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// A new task.
    New(TaskId),
    /// An unfinished task has the same unique key; nothing was added.
    Existing(TaskId),
}

impl Enqueued {
    /// The task that will do the work, new or not.
    pub const fn id(self) -> TaskId {
        match self {
            Self::New(id) | Self::Existing(id) => id,
        }
    }
}

/// Enqueues a task in the caller's transaction: it exists if and only if that
/// transaction commits. Call [`Queue::wake`](crate::Queue::wake) after the
/// commit; on PostgreSQL the other processes are notified by it.
///
/// With a unique key that an unfinished task holds, that task is returned as it
/// is. It may already be running, and have read what it works on.
pub async fn enqueue<C: ConnectionTrait>(
    tx: &C,
    task: NewTask,
    now: Timestamp,
) -> Result<Enqueued, QueueError> {
    bell::announce(tx, &task.lane).await?;
    let Some(key) = task.unique_key.clone() else {
        let inserted = tasks::Entity::insert(row(task, now)).exec(tx).await?;
        return Ok(Enqueued::New(TaskId(inserted.last_insert_id)));
    };
    let row = row(task, now);
    loop {
        if let Some(id) = insert_unless_taken(tx, row.clone()).await? {
            return Ok(Enqueued::New(id));
        }
        // The holder may finish between the two statements; then the key is
        // free, and the next insert gets it.
        if let Some(id) = holder_of(tx, &key).await? {
            return Ok(Enqueued::Existing(id));
        }
    }
}

/// Enqueues many tasks in the caller's transaction; the answers come in the
/// order of the tasks. Tasks without a unique key go in by the batch.
pub async fn enqueue_many<C: ConnectionTrait>(
    tx: &C,
    tasks: Vec<NewTask>,
    now: Timestamp,
) -> Result<Vec<Enqueued>, QueueError> {
    let mut enqueued = Vec::with_capacity(tasks.len());
    for run in tasks.chunk_by(|a, b| a.unique_key.is_none() && b.unique_key.is_none()) {
        for batch in run.chunks(BATCH) {
            match batch {
                [one] => enqueued.push(enqueue(tx, one.clone(), now).await?),
                many => enqueued.extend(insert_batch(tx, many, now).await?),
            }
        }
    }
    Ok(enqueued)
}

async fn insert_batch<C: ConnectionTrait>(
    tx: &C,
    batch: &[NewTask],
    now: Timestamp,
) -> Result<Vec<Enqueued>, QueueError> {
    let lanes: BTreeSet<&str> = batch.iter().map(|task| task.lane.as_str()).collect();
    for lane in lanes {
        bell::announce(tx, lane).await?;
    }
    let rows = batch.iter().map(|task| row(task.clone(), now));
    let mut ids = tasks::Entity::insert_many(rows)
        .exec_with_returning_keys(tx)
        .await?;
    // Ids are given in the order of the rows, but returned in any.
    ids.sort_unstable();
    Ok(ids.into_iter().map(|id| Enqueued::New(TaskId(id))).collect())
}

async fn insert_unless_taken<C: ConnectionTrait>(
    tx: &C,
    row: tasks::ActiveModel,
) -> Result<Option<TaskId>, QueueError> {
    // Without a target, because a target must repeat the partial index.
    let inserted = tasks::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_with_returning_keys(tx)
        .await?;
    match inserted {
        TryInsertResult::Inserted(ids) => Ok(ids.into_iter().next().map(TaskId)),
        TryInsertResult::Conflicted | TryInsertResult::Empty => Ok(None),
    }
}

/// The unfinished task that has this key.
pub(crate) async fn holder_of<C: ConnectionTrait>(tx: &C, key: &str) -> Result<Option<TaskId>, QueueError> {
    let id: Option<i64> = tasks::Entity::find()
        .select_only()
        .column(tasks::Column::Id)
        .filter(tasks::Column::UniqueKey.eq(key))
        .filter(tasks::unfinished())
        .into_tuple()
        .one(tx)
        .await?;
    Ok(id.map(TaskId))
}

fn row(task: NewTask, now: Timestamp) -> tasks::ActiveModel {
    tasks::ActiveModel {
        kind: Set(task.kind),
        lane: Set(task.lane),
        payload: Set(task.payload),
        unique_key: Set(task.unique_key),
        priority: Set(task.priority),
        state: Set(State::Ready),
        run_at: Set(task.run_at.unwrap_or(now).millis()),
        attempt: Set(0),
        max_attempts: Set(i32::try_from(task.max_attempts).unwrap_or(i32::MAX)),
        crashes: Set(0),
        created_at: Set(now.millis()),
        ..Default::default()
    }
}
