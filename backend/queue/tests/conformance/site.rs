//! A fresh database of one engine, and the processes that meet in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use boothline_domain::clock::{Clock, ManualClock, SharedClock, SystemClock, Timestamp};
use boothline_queue::{
    BoxError, Enqueued, Handler, LaneLimits, LeaseTerms, Leased, NewTask, Queue, Running, Setback, Task,
    TaskId, enqueue, find_task,
};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// The lane most behaviours use.
pub(crate) const LANE: &str = "lane";

pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    _folder: Option<TempDir>,
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        boothline_queue::migrations()
    }
}

impl Site {
    pub(crate) async fn sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("queue.db");
        let url = format!("sqlite://{}?mode=rwc", path.display());
        Self::migrated(url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Result<Self> {
        let server = postgres_server()?;
        let name = format!("queue_{}", uuid::Uuid::new_v4().simple());
        let admin = Database::connect(&server).await?;
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await?;
        admin.close().await?;
        let (base, _) = server.rsplit_once('/').context("a URL with a database")?;
        Self::migrated(format!("{base}/{name}"), None).await
    }

    async fn migrated(url: String, folder: Option<TempDir>) -> Result<Self> {
        let site = Self {
            url,
            clock: Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000))),
            _folder: folder,
        };
        let db = connect(&site.url).await?;
        Migrator::up(&db, None).await?;
        // The application's own rows: deaths it was told of, work it has done.
        db.execute_unprepared("CREATE TABLE obituaries (task BIGINT NOT NULL, reason TEXT NOT NULL)")
            .await?;
        db.execute_unprepared("CREATE TABLE effects (task BIGINT NOT NULL)")
            .await?;
        db.close().await?;
        Ok(site)
    }

    /// Drops the database; only PostgreSQL keeps one after the test.
    pub(crate) async fn dispose(self) -> Result<()> {
        let (_, name) = self.url.rsplit_once('/').context("a URL with a database")?;
        let admin = Database::connect(postgres_server()?).await?;
        admin
            .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
            .await?;
        Ok(admin.close().await?)
    }

    /// A process on this database, by the site's clock that stands still.
    pub(crate) async fn process(&self, worker: &str) -> Result<Process> {
        Process::start(&self.url, worker, self.clock.clone(), LeaseTerms::default()).await
    }

    /// A process by the real clock, with short leases.
    pub(crate) async fn live_process(&self, worker: &str) -> Result<Process> {
        let terms = LeaseTerms {
            ttl: Duration::from_millis(600),
            ..LeaseTerms::default()
        };
        Process::start(&self.url, worker, Arc::new(SystemClock), terms).await
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn after(&self, seconds: u64) -> Timestamp {
        self.clock.now().plus(Duration::from_secs(seconds))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test server's address is the one thing a test cannot make itself"
)]
fn postgres_server() -> Result<String> {
    std::env::var("TEST_POSTGRES_URL")
        .context("these tests need PostgreSQL: run `make test` or set TEST_POSTGRES_URL")
}

/// Connects as the application does.
pub(crate) async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false);
    if url.starts_with("sqlite:") {
        options
            .max_connections(1)
            .idle_timeout(None::<Duration>)
            .max_lifetime(None::<Duration>);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(15))
        });
    } else {
        options.max_connections(4);
    }
    Ok(Database::connect(options).await?)
}

pub(crate) struct Process {
    pub(crate) db: DatabaseConnection,
    pub(crate) queue: Queue,
}

impl Process {
    pub(crate) async fn start(
        url: &str,
        worker: &str,
        clock: SharedClock,
        terms: LeaseTerms,
    ) -> Result<Self> {
        let db = connect(url).await?;
        let queue = Queue::with_terms(db.clone(), clock, worker, terms);
        queue.declare_lane(LANE, LaneLimits::default()).await?;
        Ok(Self { db, queue })
    }

    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.db.begin_with_options(options).await?)
    }

    /// Enqueues and commits, and rings no bell.
    pub(crate) async fn put(&self, task: NewTask) -> Result<Enqueued> {
        let tx = self.begin().await?;
        let enqueued = enqueue(&tx, task, self.queue.now()).await?;
        tx.commit().await?;
        Ok(enqueued)
    }

    pub(crate) async fn claim(&self) -> Result<Vec<Leased>> {
        Ok(self.queue.claim(LANE, 100).await?.tasks)
    }

    pub(crate) async fn claim_one(&self) -> Result<Leased> {
        let mut tasks = self.queue.claim(LANE, 1).await?.tasks;
        tasks.pop().context("a task to claim")
    }

    pub(crate) async fn task(&self, id: TaskId) -> Result<Task> {
        find_task(&self.db, id).await?.context("the task")
    }

    /// Settles under a handler that records deaths.
    pub(crate) async fn settle(
        &self,
        leased: &Leased,
        result: Result<(), Setback>,
    ) -> Result<(), boothline_queue::QueueError> {
        self.queue.settle(leased, result, recorder()).await
    }

    /// The deaths the application has heard of.
    pub(crate) async fn obituaries(&self) -> Result<Vec<(i64, String)>> {
        let rows = self.rows("SELECT task, reason FROM obituaries ORDER BY task");
        let read = |row: sea_orm::QueryResult| Ok((row.try_get("", "task")?, row.try_get("", "reason")?));
        rows.await?.into_iter().map(read).collect()
    }

    /// The work the application has recorded.
    pub(crate) async fn effects(&self) -> Result<Vec<i64>> {
        let rows = self.rows("SELECT task FROM effects ORDER BY task").await?;
        let read = |row: sea_orm::QueryResult| Ok(row.try_get("", "task")?);
        rows.into_iter().map(read).collect()
    }

    async fn rows(&self, sql: &str) -> Result<Vec<sea_orm::QueryResult>> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        Ok(self.db.query_all_raw(statement).await?)
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }
}

/// A task of no particular meaning.
pub(crate) fn chore(number: u32) -> NewTask {
    NewTask::new("chore", LANE, &number).expect("a number is JSON")
}

/// Writes each death it hears of into the application's table.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) refuses: AtomicBool,
}

pub(crate) fn recorder() -> Arc<dyn Handler> {
    Arc::new(Recorder::default())
}

pub(crate) async fn record_death(
    task: &Task,
    reason: &str,
    tx: &DatabaseTransaction,
) -> Result<(), BoxError> {
    let insert = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO obituaries (task, reason) VALUES ($1, $2)",
        [task.id.0.into(), reason.into()],
    );
    tx.execute_raw(insert).await?;
    Ok(())
}

#[async_trait]
impl Handler for Recorder {
    async fn run(&self, _: &Running) -> Result<(), Setback> {
        Ok(())
    }

    async fn dead(&self, task: &Task, reason: &str, tx: &DatabaseTransaction) -> Result<(), BoxError> {
        record_death(task, reason, tx).await?;
        match self.refuses.load(Ordering::SeqCst) {
            true => Err("the application has its own worries".into()),
            false => Ok(()),
        }
    }
}

/// A handler whose every move is made by the test.
pub(crate) struct Puppet(mpsc::UnboundedSender<Call>);

/// A handler has been called and waits for the test to say how it ends.
pub(crate) struct Call {
    pub(crate) task: Task,
    pub(crate) cancelled: CancellationToken,
    pub(crate) answer: oneshot::Sender<Result<(), Setback>>,
}

pub(crate) fn puppet() -> (Arc<dyn Handler>, mpsc::UnboundedReceiver<Call>) {
    let (calls, called) = mpsc::unbounded_channel();
    (Arc::new(Puppet(calls)), called)
}

#[async_trait]
impl Handler for Puppet {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let (answer, answered) = oneshot::channel();
        let call = Call {
            task: running.task().clone(),
            cancelled: running.cancelled().clone(),
            answer,
        };
        self.0.send(call).map_err(Setback::fail)?;
        tokio::select! {
            result = answered => result.map_err(Setback::fail)?,
            () = running.cancelled().cancelled() => Err(Setback::Interrupted),
        }
    }

    async fn dead(&self, task: &Task, reason: &str, tx: &DatabaseTransaction) -> Result<(), BoxError> {
        record_death(task, reason, tx).await
    }
}
