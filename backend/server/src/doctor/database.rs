//! Does the database answer, is it whole, and is its schema ours?

use boothline_store::{Database, Engine, StoreError, connect, pending_migrations};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::Check;
use crate::config::{Config, DatabaseUrl};
use crate::migrator::Migrator;

const NAME: &str = "database";

/// What SQLite answers when it finds nothing wrong.
const SOUND: &str = "ok";

/// Whether the database can be reached, and is sound and up to date.
pub(super) async fn reachable(config: &Config) -> Check {
    let url = &config.storage.database_url;
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        // Connecting would make the file, and a check changes nothing.
        return Check::ok(
            NAME,
            format!("The database {} will be made on the first start.", file.display()),
        );
    }
    match examine(url).await {
        Ok(check) => check,
        Err(StoreError::Newer(migration)) => Check::failed(
            NAME,
            format!("The database {url} belongs to a newer Boothline, which made the change {migration}."),
            "Start that version, or put back a copy of the database from before the update.",
        ),
        Err(error) => Check::failed(
            NAME,
            format!("The database {url} cannot be used: {}.", reason(&error)),
            "Start the database server, or mend DATABASE_URL.",
        ),
    }
}

async fn examine(url: &DatabaseUrl) -> Result<Check, StoreError> {
    let database = connect(url.expose()).await?;
    let check = judge(&database, url).await;
    database.close().await?;
    check
}

async fn judge(database: &Database, url: &DatabaseUrl) -> Result<Check, StoreError> {
    if let Some(damage) = damage(database).await? {
        return Ok(Check::failed(
            NAME,
            format!("The database {url} is damaged: {damage}."),
            "Stop the service, keep a copy of the file, and put a backup in its place.",
        ));
    }
    Ok(match pending_migrations::<Migrator>(database).await? {
        0 => Check::ok(NAME, format!("The database {url} answers and is sound.")),
        missing => Check::warning(
            NAME,
            format!("The database {url} lacks {missing} changes of this version."),
            "Run `boothline migrate`; `boothline serve` also does it when it starts.",
        ),
    })
}

/// The first thing SQLite finds wrong in its file.
async fn damage(database: &Database) -> Result<Option<String>, StoreError> {
    if database.engine() == Engine::Postgres {
        return Ok(None);
    }
    let question = Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check(1)");
    let answer = database.reader().query_one_raw(question).await?;
    let answer = answer.map(|row| row.try_get_by_index::<String>(0)).transpose()?;
    Ok(answer.filter(|text| text != SOUND))
}

fn reason(error: &StoreError) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}
