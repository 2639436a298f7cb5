//! The runtime: claims tasks, keeps their leases alive, stops cleanly.

mod attempt;
mod lane;
mod listener;
mod pulse;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbBackend;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::QueueError;
use crate::handler::Handler;
use crate::lanes::LaneLimits;
use crate::queue::Queue;

/// How long handlers have to stop after their token was cancelled.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// Works on the lanes it is given, until it is told to stop.
#[derive(Debug)]
pub struct Worker {
    queue: Queue,
    lanes: Vec<Lane>,
    poll: Duration,
    grace: Duration,
}

/// One lane of a worker.
#[derive(Clone)]
struct Lane {
    name: String,
    concurrency: usize,
    limits: LaneLimits,
    handler: Arc<dyn Handler>,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane")
            .field("name", &self.name)
            .field("concurrency", &self.concurrency)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The two steps of a shutdown.
#[derive(Clone, Debug)]
struct Shutdown {
    /// Claim nothing more.
    stop: CancellationToken,
    /// Abandon the handlers that still run.
    abandon: CancellationToken,
}

impl Worker {
    /// A worker without lanes.
    pub fn new(queue: Queue) -> Self {
        Self {
            queue,
            lanes: Vec::new(),
            poll: Duration::from_secs(2),
            grace: Duration::from_secs(20),
        }
    }

    /// Serves a lane: at most `concurrency` tasks at a time in this process,
    /// and within `limits` over all processes.
    #[must_use]
    pub fn lane(
        mut self,
        name: impl Into<String>,
        concurrency: usize,
        limits: LaneLimits,
        handler: Arc<dyn Handler>,
    ) -> Self {
        self.lanes.push(Lane {
            name: name.into(),
            concurrency: concurrency.max(1),
            limits,
            handler,
        });
        self
    }

    /// Looks for work at least this often, although it is woken for it; the
    /// default is 2 s. It matters where another process writes to the same
    /// SQLite file, or PostgreSQL's notifications do not come through.
    #[must_use]
    pub const fn poll(mut self, every: Duration) -> Self {
        self.poll = every;
        self
    }

    /// How long running tasks may go on after the stop; the default is 20 s.
    #[must_use]
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Works until `stop` fires, then: claims nothing more, lets handlers
    /// finish for the grace time, cancels their tokens, and gives back what is
    /// still unfinished. Fails if the database cannot be reached at the start;
    /// later it waits for it to come back.
    ///
    /// Dropping the future stops everything at once, like a crash: the tasks
    /// are taken back at the next start under the same name.
    pub async fn run(self, stop: CancellationToken) -> Result<(), QueueError> {
        self.prepare().await?;
        let shutdown = Shutdown {
            stop,
            abandon: CancellationToken::new(),
        };
        let mut background = self.start_background();
        let mut lanes = self.start_lanes(&shutdown);

        shutdown.stop.cancelled().await;
        self.drain(&mut lanes, &shutdown).await;
        background.shutdown().await;
        let left = self.queue.held().all();
        for lease in &left {
            self.queue.held().release(lease);
        }
        self.queue.give_back(left).await
    }

    async fn prepare(&self) -> Result<(), QueueError> {
        for lane in &self.lanes {
            self.queue.declare_lane(&lane.name, lane.limits).await?;
            let found = self.queue.take_back(&lane.name, &lane.handler).await?;
            if found > 0 {
                tracing::info!(lane = lane.name, "Took {found} unfinished tasks back");
            }
        }
        Ok(())
    }

    fn start_background(&self) -> JoinSet<()> {
        let mut background = JoinSet::new();
        background.spawn(pulse::beat(self.queue.clone()));
        background.spawn(pulse::sweep(self.queue.clone(), self.lanes.clone()));
        if self.queue.db().get_database_backend() == DbBackend::Postgres {
            background.spawn(listener::listen(self.queue.clone()));
        }
        background
    }

    fn start_lanes(&self, shutdown: &Shutdown) -> JoinSet<()> {
        let mut lanes = JoinSet::new();
        for lane in &self.lanes {
            let queue = self.queue.clone();
            lanes.spawn(lane::serve(queue, lane.clone(), self.poll, shutdown.clone()));
        }
        lanes
    }

    async fn drain(&self, lanes: &mut JoinSet<()>, shutdown: &Shutdown) {
        if ended_within(lanes, self.grace).await {
            return;
        }
        self.queue.held().cancel_all();
        if ended_within(lanes, LAST_PATIENCE).await {
            return;
        }
        tracing::warn!("Some handlers do not stop; their tasks are given back");
        shutdown.abandon.cancel();
        while lanes.join_next().await.is_some() {}
    }
}

async fn ended_within(lanes: &mut JoinSet<()>, patience: Duration) -> bool {
    let all = async { while lanes.join_next().await.is_some() {} };
    tokio::time::timeout(patience, all).await.is_ok()
}
