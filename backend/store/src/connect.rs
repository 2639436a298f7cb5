//! Connections: one writer and a few readers on SQLite, one pool on PostgreSQL.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use crate::StoreError;

/// Which engine holds the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file on this machine.
    Sqlite,
    /// A server, shared by any number of processes.
    Postgres,
}

/// An open database.
///
/// On SQLite all writes go through one connection: with several, readers that
/// become writers fail with "database is locked" whatever the busy timeout is.
#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    engine: Engine,
    file: Option<PathBuf>,
    url: String,
}

/// The work of one transaction.
pub type TxFuture<'c, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>;

impl Database {
    /// The engine behind this database.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For queries. On SQLite this connection cannot write.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For libraries that open transactions of their own; services use [`Database::write`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// The database file, where there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs `work` in one write transaction and commits it where it returns `Ok`.
    ///
    /// The transaction runs to its end even if the caller is dropped half-way
    /// (a client that hangs up): a cancelled `begin` would leave a pooled
    /// PostgreSQL connection inside a transaction that nobody commits
    /// (<https://github.com/launchbadge/sqlx/issues/4385>).
    /// Nothing slow belongs inside: no network, no disk, no image.
    #[expect(
        clippy::disallowed_methods,
        reason = "the task ends with its transaction, and the caller awaits it"
    )]
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbErr> + Send + 'static,
        F: for<'c> FnOnce(&'c DatabaseTransaction) -> TxFuture<'c, T, E> + Send + 'static,
    {
        let writer = self.writer.clone();
        let span = tracing::Span::current();
        let transaction = async move {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let tx = writer.begin_with_options(options).await?;
            match work(&tx).await {
                Ok(value) => tx.commit().await.map(|()| value).map_err(E::from),
                Err(error) => {
                    tx.rollback().await?;
                    Err(error)
                }
            }
        };
        match tokio::spawn(tracing::Instrument::instrument(transaction, span)).await {
            Ok(outcome) => outcome,
            Err(died) => Err(DbErr::Custom(format!("the transaction's task ended early: {died}")).into()),
        }
    }

    /// Closes all connections after their current work.
    pub async fn close(self) -> Result<(), StoreError> {
        if self.engine == Engine::Sqlite {
            self.reader.close().await?;
        }
        self.writer.close().await?;
        Ok(())
    }
}

/// Opens the database at `url`: `sqlite://path?mode=rwc` or `postgres://…`.
///
/// A missing SQLite file is made, with its folder (0700). Errors: an address of
/// another kind, a folder that cannot be made, a server that does not answer.
pub async fn connect(url: &str) -> Result<Database, StoreError> {
    if url.starts_with("sqlite:") {
        connect_sqlite(url).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        connect_postgres(url).await
    } else {
        Err(StoreError::Address(
            "DATABASE_URL must begin with sqlite:// or postgres://".to_owned(),
        ))
    }
}

async fn connect_sqlite(url: &str) -> Result<Database, StoreError> {
    let file = sqlite_file(url)?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_private_folder(folder)?;
    }
    let writer = sea_orm::Database::connect(sqlite_options(url, false)).await?;
    keep_private(&file)?;
    let reader = sea_orm::Database::connect(sqlite_options(url, true)).await?;
    Ok(Database {
        writer,
        reader,
        engine: Engine::Sqlite,
        file: Some(file),
        url: url.to_owned(),
    })
}

fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// It holds guests' names and addresses: 0600 for the file and what SQLite writes beside it.
fn keep_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn sqlite_file(url: &str) -> Result<PathBuf, StoreError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if path.is_empty() || path.starts_with(':') {
        return Err(StoreError::Address(
            "DATABASE_URL must name a file, such as sqlite://data/boothline.db".to_owned(),
        ));
    }
    Ok(PathBuf::from(path))
}

/// Pragmas belong in the connect options: SeaORM's `after_connect` runs once for a pool.
fn sqlite_options(url: &str, reader: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(if reader { 4 } else { 1 })
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .acquire_timeout(Duration::from_secs(40))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(!reader)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(35))
                .foreign_keys(true)
                .pragma("journal_size_limit", "67108864");
            if reader {
                sqlite.pragma("query_only", "ON")
            } else {
                sqlite
            }
        });
    options
}

async fn connect_postgres(url: &str) -> Result<Database, StoreError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    use sqlx::Executor;
                    connection.execute("ROLLBACK").await?;
                    Ok(true)
                })
            })
        })
        .map_sqlx_postgres_opts(|postgres| {
            postgres.options([
                ("idle_in_transaction_session_timeout", "10000"),
                ("lock_timeout", "20000"),
            ])
        });
    let pool = sea_orm::Database::connect(options).await?;
    Ok(Database {
        writer: pool.clone(),
        reader: pool,
        engine: Engine::Postgres,
        file: None,
        url: url.to_owned(),
    })
}
