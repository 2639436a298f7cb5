//! Hears on PostgreSQL when another process has news for a lane.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::bell::CHANNEL;
use crate::queue::Queue;

const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Listens for ever on a connection of its own, so that the pool keeps all of
/// its connections for work, and connects again when it breaks.
pub(super) async fn listen(queue: Queue) {
    loop {
        if let Err(error) = hear(&queue).await {
            tracing::warn!(%error, "Not listening to PostgreSQL for now, polling: {error}");
        }
        tokio::time::sleep(RECONNECT_PAUSE).await;
    }
}

async fn hear(queue: &Queue) -> Result<(), sqlx::Error> {
    let options = queue.db().get_postgres_connection_pool().connect_options();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with((*options).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // After a (re)connection nobody knows what was said before.
        queue.wake();
        while let Some(news) = listener.try_recv().await? {
            queue.ring(news.payload());
        }
    }
}
