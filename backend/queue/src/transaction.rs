//! Write transactions that a dropped caller cannot leave half done.

use std::pin::Pin;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::error::QueueError;

pub(crate) type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, QueueError>> + Send + 't>>;

/// Runs `work` in one transaction and commits it if it succeeds.
///
/// It runs in a task of its own. A web server drops the futures of guests who
/// went away; with sqlx 0.9.0 that may happen in the middle of a `BEGIN` on
/// PostgreSQL, and the connection then goes back to the pool inside an open
/// transaction, in which later writes of others disappear
/// (<https://github.com/transact-rs/sqlx/issues/4385>).
///
/// On SQLite it begins IMMEDIATE: a transaction that reads first and writes
/// later fails with "database is locked", whatever the busy timeout.
#[expect(
    clippy::disallowed_methods,
    reason = "owned by this function, which awaits it; it outlives a dropped caller by one short transaction"
)]
pub(crate) async fn transaction<T, F>(db: &DatabaseConnection, work: F) -> Result<T, QueueError>
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t DatabaseTransaction) -> Work<'t, T> + Send + 'static,
{
    let db = db.clone();
    tokio::spawn(async move {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = db.begin_with_options(options).await?;
        match work(&tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // A dropped transaction only queues its rollback; the one
                // writer of SQLite should be free when the caller goes on.
                if let Err(rollback) = tx.rollback().await {
                    tracing::debug!(error = %rollback, "Could not roll back");
                }
                Err(error)
            }
        }
    })
    .await?
}
