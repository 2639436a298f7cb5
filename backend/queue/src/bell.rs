//! The bell that wakes idle lanes: in this process, and over PostgreSQL.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::sync::watch;

/// The channel on which PostgreSQL tells every process which lane has news.
pub(crate) const CHANNEL: &str = "boothline_queue";

/// One watch per lane: a listener that marks it as seen *before* it looks for
/// work cannot miss a ring that comes while it looks.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    lanes: Mutex<HashMap<String, watch::Sender<()>>>,
}

impl Bell {
    pub(crate) fn listen(&self, lane: &str) -> watch::Receiver<()> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.entry(lane.to_owned()).or_default().subscribe()
    }

    pub(crate) fn ring(&self, lane: &str) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = lanes.get(lane) {
            bell.send_replace(());
        }
    }

    pub(crate) fn ring_all(&self) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        for bell in lanes.values() {
            bell.send_replace(());
        }
    }
}

/// Tells the other processes when (and if) the caller's transaction commits.
///
/// PostgreSQL folds equal notifications of one transaction into one. SQLite has
/// no such thing: there the caller wakes its own process after the commit.
pub(crate) async fn announce<C: ConnectionTrait>(tx: &C, lane: &str) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let notify = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), lane.into()],
    );
    tx.query_one_raw(notify).await?;
    Ok(())
}
