//! What every request and every task needs at hand.

use std::sync::Arc;

use boothline_delivery::Target;
use boothline_domain::clock::{SharedClock, Timestamp};
use boothline_imaging::render::Overlays;
use boothline_queue::Queue;
use boothline_store::Database;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::cinema::Cinema;
use crate::config::Config;
use crate::feed::Feed;
use crate::origins::Origins;
use crate::places::Places;
use crate::rate_limit::RateLimit;
use crate::services::drive::Desk;
use crate::studio::Studio;

/// Shared by all handlers and tasks of the process.
#[derive(Clone)]
pub struct Context {
    /// What the operator configured.
    pub config: Arc<Config>,
    /// The database.
    pub database: Database,
    /// The durable tasks.
    pub queue: Queue,
    /// The time.
    pub clock: SharedClock,
    /// The folders.
    pub places: Arc<Places>,
    /// Where image work runs.
    pub studio: Studio,
    /// Overlays ready to be drawn again.
    pub overlays: Arc<Overlays>,
    /// Where moving pictures are made.
    pub cinema: Cinema,
    /// Where results go.
    pub target: Arc<Target>,
    /// Google Drive, where results go there.
    pub desk: Option<Arc<Desk>>,
    /// The live feed.
    pub feed: Feed,
    /// Who may call what.
    pub access: Arc<Access>,
    /// Which web pages may use the service.
    pub origins: Arc<Origins>,
    /// Beyond loopback, a budget of calls for each address.
    pub rate_limit: Option<Arc<RateLimit>>,
    /// Fires when the process is asked to stop.
    pub stopping: CancellationToken,
    /// Counted and timed things, for Prometheus.
    pub metrics: PrometheusHandle,
    /// When the process began.
    pub started_at: Timestamp,
}

impl Context {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Wakes workers and listeners after a commit.
    pub fn changed(&self) {
        self.queue.wake();
        self.feed.ring();
    }
}
