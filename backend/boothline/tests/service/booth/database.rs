//! The databases behind the service: fresh ones to begin with, and what is in them afterwards.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use sea_orm::{ConnectionTrait as _, Database, Statement};

/// What requests make; the service's own bookkeeping is not among it.
const TABLES: [&str; 9] = [
    "guests",
    "photo_sessions",
    "session_photos",
    "themes",
    "overlays",
    "jobs",
    "job_photos",
    "idempotency_keys",
    "tasks",
];

/// The address of a new, empty PostgreSQL database.
pub(super) fn postgres_database() -> Result<String> {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').context("a URL with a database")?;
    let name = format!("service_{}", uuid::Uuid::new_v4().simple());
    block_on(async {
        let admin = Database::connect(&server).await?;
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await?;
        admin.close().await?;
        anyhow::Ok(())
    })?;
    Ok(format!("{base}/{name}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test server's address is the one thing a test cannot make itself"
)]
fn postgres_server() -> String {
    std::env::var("TEST_POSTGRES_URL").expect("these tests need PostgreSQL: run `make test`")
}

/// How many rows each table holds.
pub(super) fn row_counts(url: &str) -> Result<BTreeMap<&'static str, i64>> {
    block_on(async {
        let db = Database::connect(url).await?;
        let mut counts = BTreeMap::new();
        for table in TABLES {
            let count = Statement::from_string(
                db.get_database_backend(),
                format!("SELECT count(*) AS count FROM {table}"),
            );
            let row = db.query_one_raw(count).await?.context("a count is one row")?;
            counts.insert(table, row.try_get("", "count")?);
        }
        db.close().await?;
        Ok(counts)
    })
}

/// Runs a statement behind the service's back.
pub(super) fn execute(url: &str, statement: &str) -> Result<()> {
    block_on(async {
        let db = Database::connect(url).await?;
        db.execute_unprepared(statement).await?;
        Ok(db.close().await?)
    })
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
