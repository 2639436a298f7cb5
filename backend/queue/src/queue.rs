//! The queue of one process: its database, its clock, its name.

use std::sync::Arc;
use std::time::Duration;

use boothline_domain::clock::{SharedClock, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use crate::bell::{self, Bell};
use crate::claim::{self, Claim, Claimant};
use crate::error::QueueError;
use crate::handler::Handler;
use crate::lanes::{self, LaneLimits, Pause};
use crate::lease::{Held, Lease, Leased};
use crate::rows::tasks;
use crate::setback::Setback;
use crate::settle::{self, Rules};
use crate::task::{State, TaskId};
use crate::transaction::{Work, transaction};

/// How long a lease lasts and how much is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseTerms {
    /// A worker that is silent for so long has lost its tasks. Clocks of
    /// machines that share a PostgreSQL must agree much better than this.
    pub ttl: Duration,
    /// A task that took so many workers down is dead.
    pub max_crashes: u32,
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(30),
            max_crashes: 5,
        }
    }
}

/// A handle on the queue; clones share everything.
#[derive(Clone, Debug)]
pub struct Queue {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: DatabaseConnection,
    clock: SharedClock,
    worker: String,
    terms: LeaseTerms,
    bell: Bell,
    held: Held,
}

impl Queue {
    /// A queue over `db`, which on SQLite must be the process's one writing
    /// connection. `worker` names this process in the database: no two living
    /// processes may share a name, and a restarted one should keep its own, so
    /// that it finds its work again at once.
    pub fn new(db: DatabaseConnection, clock: SharedClock, worker: impl Into<String>) -> Self {
        Self::with_terms(db, clock, worker, LeaseTerms::default())
    }

    /// As [`Queue::new`], with other terms than the usual ones. All processes
    /// on one database should have the same.
    pub fn with_terms(
        db: DatabaseConnection,
        clock: SharedClock,
        worker: impl Into<String>,
        terms: LeaseTerms,
    ) -> Self {
        let inner = Inner {
            db,
            clock,
            worker: worker.into(),
            terms,
            bell: Bell::default(),
            held: Held::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Wakes the lanes of this process; to be called after the commit of a
    /// transaction that enqueued or retried something.
    pub fn wake(&self) {
        self.inner.bell.ring_all();
    }

    /// Stops the handler of this task if it runs in this process.
    pub fn interrupt(&self, task: TaskId) {
        self.inner.held.cancel_task(task);
    }

    /// Makes a lane, or gives it new limits.
    pub async fn declare_lane(&self, lane: &str, limits: LaneLimits) -> Result<(), QueueError> {
        let now = self.now();
        self.on_lane(lane, move |tx, lane| {
            Box::pin(async move { lanes::declare(tx, lane, limits, now).await })
        })
        .await
    }

    /// Starts nothing more in this lane, in any process; what runs goes on.
    pub async fn pause(&self, lane: &str) -> Result<(), QueueError> {
        self.on_lane(lane, |tx, lane| Box::pin(lanes::set_paused(tx, lane, true)))
            .await
    }

    /// Ends a [`Queue::pause`].
    pub async fn resume(&self, lane: &str) -> Result<(), QueueError> {
        self.on_lane(lane, |tx, lane| Box::pin(lanes::set_paused(tx, lane, false)))
            .await
    }

    /// Shuts a lane for a reason found outside of a handler.
    pub async fn block(&self, lane: &str, pause: Pause, reason: &str) -> Result<(), QueueError> {
        let now = self.now();
        let reason = reason.to_owned();
        self.on_lane(lane, move |tx, lane| {
            Box::pin(async move { lanes::block(tx, lane, pause, &reason, now).await })
        })
        .await
    }

    /// Opens a blocked lane at once, because the cause has gone: the operator
    /// signed in, the network came back.
    pub async fn unblock(&self, lane: &str) -> Result<(), QueueError> {
        self.on_lane(lane, |tx, lane| {
            Box::pin(async move { lanes::unblock(tx, lane).await.map(|_| ()) })
        })
        .await
    }

    /// Claims up to `want` due tasks of a lane. [`Worker`](crate::Worker) does
    /// this by itself.
    pub async fn claim(&self, lane: &str, want: u64) -> Result<Claim, QueueError> {
        let lane = lane.to_owned();
        let claimant = Claimant {
            worker: self.inner.worker.clone(),
            lease_ttl: self.inner.terms.ttl,
            now: self.now(),
        };
        self.write(move |tx| Box::pin(async move { claim::claim(tx, &lane, want, &claimant).await }))
            .await
    }

    /// Writes the result of a claimed task down, and tells `handler` if the
    /// task died of it. [`Worker`](crate::Worker) does this by itself.
    pub async fn settle(
        &self,
        leased: &Leased,
        result: Result<(), Setback>,
        handler: Arc<dyn Handler>,
    ) -> Result<(), QueueError> {
        let work = leased.clone();
        let rules = self.rules();
        self.write(move |tx| {
            Box::pin(async move { settle::settle(tx, &work, result, &*handler, rules).await })
        })
        .await?;
        self.wake();
        Ok(())
    }

    /// Renews these leases in one statement, and returns those that are lost.
    pub async fn renew(&self, leases: Vec<Lease>) -> Result<Vec<Lease>, QueueError> {
        if leases.is_empty() {
            return Ok(leases);
        }
        let until = self.now().plus(self.inner.terms.ttl);
        self.write(move |tx| Box::pin(renew(tx, leases, until))).await
    }

    /// Gives the tasks of these leases back, as if they had not been claimed.
    pub async fn give_back(&self, leases: Vec<Lease>) -> Result<(), QueueError> {
        self.write(move |tx| {
            Box::pin(async move {
                for lease in leases {
                    settle::uncounted(lease.fence()).exec(tx).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The time by the queue's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The name of this process.
    pub fn worker(&self) -> &str {
        &self.inner.worker
    }

    /// The terms of its leases.
    pub fn terms(&self) -> LeaseTerms {
        self.inner.terms
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules {
            max_crashes: self.inner.terms.max_crashes,
            now: self.now(),
        }
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.inner.bell
    }

    pub(crate) fn ring(&self, lane: &str) {
        self.inner.bell.ring(lane);
    }

    pub(crate) fn held(&self) -> &Held {
        &self.inner.held
    }

    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.inner.db
    }

    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, QueueError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> Work<'t, T> + Send + 'static,
    {
        transaction(&self.inner.db, work).await
    }

    async fn on_lane<F>(&self, lane: &str, change: F) -> Result<(), QueueError>
    where
        F: for<'t> FnOnce(&'t DatabaseTransaction, &'t str) -> Work<'t, ()> + Send + 'static,
    {
        let name = lane.to_owned();
        self.write(move |tx| {
            Box::pin(async move {
                change(tx, &name).await?;
                Ok(bell::announce(tx, &name).await?)
            })
        })
        .await?;
        self.ring(lane);
        Ok(())
    }
}

fn renew<'t>(tx: &'t DatabaseTransaction, leases: Vec<Lease>, until: Timestamp) -> Work<'t, Vec<Lease>> {
    Box::pin(async move {
        use tasks::Column as C;
        let ids = leases.iter().map(|lease| lease.task.0);
        let tokens = leases.iter().map(|lease| lease.token.as_str());
        tasks::Entity::update_many()
            .col_expr(C::LeaseUntil, Expr::value(until.millis()))
            .filter(C::Id.is_in(ids.clone()))
            .filter(C::LeaseToken.is_in(tokens))
            .filter(tasks::in_state(State::Running))
            .exec(tx)
            .await?;
        let kept: Vec<(i64, Option<String>)> = tasks::Entity::find()
            .select_only()
            .columns([C::Id, C::LeaseToken])
            .filter(C::Id.is_in(ids))
            .filter(tasks::in_state(State::Running))
            .into_tuple()
            .all(tx)
            .await?;
        let is_lost = |lease: &Lease| !kept.contains(&(lease.task.0, Some(lease.token.clone())));
        Ok(leases.into_iter().filter(is_lost).collect())
    })
}
