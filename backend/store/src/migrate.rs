//! Bringing the schema up to date, by one process at a time.

use std::fs::File;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr, Statement};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use sqlx::{Connection, Executor};

use crate::{Database, Engine, StoreError};

/// The key of the advisory lock: "boothlin" in ASCII.
const LOCK_KEY: i64 = 0x626f_6f74_686c_696e;

/// Runs the migrations of `M` that are still missing.
///
/// SeaORM's migrator takes no lock, and processes that start together would
/// make the same table twice; a lock beside the data lets one of them go first.
pub async fn migrate<M: MigratorTrait>(database: &Database) -> Result<(), StoreError> {
    if pending_migrations::<M>(database).await? == 0 {
        return Ok(());
    }
    match database.engine() {
        Engine::Sqlite => {
            let lock = sqlite_lock(database).await?;
            M::up(database.writer(), None).await?;
            lock.unlock()?;
        }
        Engine::Postgres => {
            let mut lock = sqlx::PgConnection::connect(database.url())
                .await
                .map_err(connection_error)?;
            let statement = format!("SELECT pg_advisory_lock({LOCK_KEY})");
            lock.execute(sqlx::AssertSqlSafe(statement))
                .await
                .map_err(connection_error)?;
            let outcome = M::up(database.writer(), None).await;
            // The server drops the lock with its connection.
            lock.close().await.map_err(connection_error)?;
            outcome?;
        }
    }
    Ok(())
}

/// How many migrations of `M` have not run yet. Asked at every start: it takes no lock, and needs nothing of what makes
/// a schema. Errors: [`StoreError::Newer`], and a database that does not answer.
pub async fn pending_migrations<M: MigratorTrait>(database: &Database) -> Result<usize, StoreError> {
    let ran = migrations_that_ran(database.reader()).await?;
    let ours = M::migrations();
    let known = |name: &String| ours.iter().any(|migration| migration.name() == name);
    match ran.iter().find(|name| !known(name)) {
        Some(unknown) => Err(StoreError::Newer(unknown.clone())),
        None => Ok(ours.len() - ran.len()),
    }
}

async fn migrations_that_ran(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(connection)
        .has_table("seaql_migrations")
        .await?
    {
        return Ok(Vec::new());
    }
    let statement = Statement::from_string(
        connection.get_database_backend(),
        "SELECT version FROM seaql_migrations",
    );
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

async fn sqlite_lock(database: &Database) -> Result<File, StoreError> {
    let beside = database.file().map(|file| file.with_extension("migrate.lock"));
    let path = beside.ok_or_else(|| StoreError::Address("the SQLite database has no file".to_owned()))?;
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    });
    Ok(locked.await.map_err(|died| DbErr::Custom(died.to_string()))??)
}

fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()))
}
