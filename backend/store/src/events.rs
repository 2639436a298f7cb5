//! The live feed: one row for each change of a job, in the change's transaction.

use boothline_domain::clock::Timestamp;
use boothline_domain::{JobId, PhotoId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, Value};

use crate::StoreError;
use crate::entities::job_events::{Column, Entity};

/// A place in the feed. Rows after it are news.
///
/// On PostgreSQL the transaction's id comes first, since row ids become visible
/// out of order there; on SQLite it is always zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Transaction id; zero on SQLite.
    pub xid: i64,
    /// Row id.
    pub id: i64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.xid, self.id)
    }
}

impl std::str::FromStr for Cursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (xid, id) = text.split_once('-').unwrap_or(("0", text));
        Ok(Self {
            xid: xid.parse()?,
            id: id.parse()?,
        })
    }
}

/// One change of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the feed.
    pub cursor: Cursor,
    /// The job that changed.
    pub job_id: JobId,
    /// `changed` or `deleted`.
    pub kind: String,
}

/// The name of the PostgreSQL notification that says "there is news".
pub const CHANNEL: &str = "boothline_events";

/// The name of the PostgreSQL notification that says "this photo has come"; its payload is the photo's id.
pub const PHOTO_CHANNEL: &str = "boothline_photos";

/// Tells all processes on PostgreSQL of a photo, at commit; on SQLite there is only one, and it knows.
pub async fn announce_photo(tx: &impl ConnectionTrait, photo: PhotoId) -> Result<(), StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("NOTIFY {PHOTO_CHANNEL}, '{photo}'"))
            .await?;
    }
    Ok(())
}

/// Notes a change in its own transaction; on PostgreSQL other processes hear of it at commit.
pub async fn note(
    tx: &impl ConnectionTrait,
    job: JobId,
    kind: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let insert = "INSERT INTO job_events (job_id, kind, created_at) VALUES ($1, $2, $3)";
    let values: [Value; 3] = [job.0.into(), kind.into(), now.millis().into()];
    tx.execute_raw(Statement::from_sql_and_values(backend, insert, values))
        .await?;
    if backend == DbBackend::Postgres {
        tx.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    Ok(())
}

/// The changes after `after`, oldest first, at most `limit`; only those that no
/// running transaction could still come before.
pub async fn after(db: &impl ConnectionTrait, after: Cursor, limit: u32) -> Result<Vec<Event>, StoreError> {
    let backend = db.get_database_backend();
    let (sql, values): (&str, Vec<Value>) = match backend {
        DbBackend::Postgres => (
            "SELECT xid::text::bigint AS xid, id, job_id, kind FROM job_events
             WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) AND (xid, id) > ($1::text::xid8, $2)
             ORDER BY xid, id LIMIT $3",
            vec![
                after.xid.to_string().into(),
                after.id.into(),
                i64::from(limit).into(),
            ],
        ),
        _ => (
            "SELECT 0 AS xid, id, job_id, kind FROM job_events WHERE id > ? ORDER BY id LIMIT ?",
            vec![after.id.into(), i64::from(limit).into()],
        ),
    };
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    rows.iter()
        .map(|row| {
            let cursor = Cursor {
                xid: row.try_get("", "xid")?,
                id: row.try_get("", "id")?,
            };
            Ok(Event {
                cursor,
                job_id: JobId(row.try_get("", "job_id")?),
                kind: row.try_get("", "kind")?,
            })
        })
        .collect()
}

/// The place after the newest change.
pub async fn end(db: &impl ConnectionTrait) -> Result<Cursor, StoreError> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT xid::text::bigint AS xid, id FROM job_events
             WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid DESC, id DESC LIMIT 1"
        }
        _ => "SELECT 0 AS xid, id FROM job_events ORDER BY id DESC LIMIT 1",
    };
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    row.map_or(Ok(Cursor::default()), |row| {
        Ok(Cursor {
            xid: row.try_get("", "xid")?,
            id: row.try_get("", "id")?,
        })
    })
}

/// Forgets changes before `limit`.
pub async fn forget_before(tx: &impl ConnectionTrait, limit: Timestamp) -> Result<u64, StoreError> {
    Ok(Entity::delete_many()
        .filter(Column::CreatedAt.lt(limit.millis()))
        .exec(tx)
        .await?
        .rows_affected)
}
