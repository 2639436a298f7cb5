//! Guests, sessions, photos, themes, overlays, jobs and their events.

use boothline_domain::{DeliveryState, JobStatus, SessionStatus};
use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "store_001_first_house"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            guests(),
            themes(),
            sessions(),
            photos(),
            overlays(),
            jobs(),
            job_photos(),
        ] {
            manager.create_table(table).await?;
        }
        manager
            .create_table(job_events(manager.get_database_backend()))
            .await?;
        manager.create_table(idempotency_keys()).await?;
        manager.create_table(settings()).await?;
        for index in indices() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const TABLES: [&str; 10] = [
            "settings",
            "idempotency_keys",
            "job_events",
            "job_photos",
            "jobs",
            "overlays",
            "session_photos",
            "photo_sessions",
            "themes",
            "guests",
        ];
        for table in TABLES {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn id() -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().auto_increment().primary_key();
    column
}

fn big(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer();
    column
}

fn text(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text();
    column
}

fn flag(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.boolean().not_null();
    column
}

/// `column IN ('a', 'b')` from the words of the enum.
fn one_of<'a>(column: &str, words: impl Iterator<Item = &'a str>) -> Expr {
    let words: Vec<String> = words.map(|word| format!("'{word}'")).collect();
    Expr::cust(format!("{column} IN ({})", words.join(", ")))
}

fn refers(
    from: &'static str,
    column: &'static str,
    to: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(from, column)
        .to(to, "id")
        .on_delete(on_delete)
        .to_owned()
}

fn guests() -> TableCreateStatement {
    Table::create()
        .table("guests")
        .col(id())
        .col(text("email").unique_key())
        .col(text("name").not_null())
        .col(text("phone").not_null())
        .col(big("created_at").not_null())
        .col(big("updated_at").not_null())
        .to_owned()
}

fn themes() -> TableCreateStatement {
    Table::create()
        .table("themes")
        .col(text("id").not_null().primary_key())
        .col(text("title").not_null())
        .col(text("prompt").not_null())
        .col(text("negative_prompt"))
        .col(text("params").not_null())
        .col(text("thumbnail_name").not_null())
        .col(big("position").not_null())
        .col(big("created_at").not_null())
        .col(big("updated_at").not_null())
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("photo_sessions")
        .col(id())
        .col(big("guest_id").not_null())
        .col(text("theme_id"))
        .col(
            text("status")
                .not_null()
                .check(one_of("status", SessionStatus::ALL.iter().map(|s| s.as_str()))),
        )
        .col(big("created_at").not_null())
        .col(big("updated_at").not_null())
        .foreign_key(&mut refers(
            "photo_sessions",
            "guest_id",
            "guests",
            ForeignKeyAction::Restrict,
        ))
        .foreign_key(&mut refers(
            "photo_sessions",
            "theme_id",
            "themes",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

fn photos() -> TableCreateStatement {
    Table::create()
        .table("session_photos")
        .col(id())
        .col(big("session_id").not_null())
        .col(big("position").not_null())
        .col(flag("current"))
        .col(text("file_name").not_null().unique_key())
        .col(text("preview_name").not_null())
        .col(text("sha256").not_null())
        .col(big("bytes").not_null())
        .col(big("width").not_null())
        .col(big("height").not_null())
        .col(big("created_at").not_null())
        .foreign_key(&mut refers(
            "session_photos",
            "session_id",
            "photo_sessions",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn overlays() -> TableCreateStatement {
    Table::create()
        .table("overlays")
        .col(id())
        .col(text("file_name").not_null().unique_key())
        .col(big("width").not_null())
        .col(big("height").not_null())
        .col(big("created_at").not_null())
        .to_owned()
}

fn jobs() -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .col(id())
        .col(big("session_id").not_null())
        .col(text("theme_id"))
        .col(big("overlay_id"))
        .col(
            text("mode")
                .not_null()
                .check(one_of("mode", ["event", "debugging"].into_iter())),
        )
        .col(
            text("status")
                .not_null()
                .check(one_of("status", JobStatus::ALL.iter().map(|s| s.as_str()))),
        )
        .col(
            text("delivery")
                .not_null()
                .check(one_of("delivery", DeliveryState::ALL.iter().map(|s| s.as_str()))),
        )
        .col(text("delivery_message"))
        .col(text("recipe").not_null())
        .col(text("variables").not_null())
        .col(text("share_code").not_null().unique_key())
        .col(text("share_url"))
        .col(text("result_image_path").not_null())
        .col(text("compressed_image_path").not_null())
        .col(text("thumbnail_image_path").not_null())
        .col(big("result_width"))
        .col(big("result_height"))
        .col(text("result_md5"))
        .col(text("compressed_md5"))
        .col(text("drive_file_id"))
        .col(text("drive_link"))
        .col(text("download_link"))
        .col(text("qr_url"))
        .col(big("drive_uploaded_at"))
        .col(text("error_code"))
        .col(text("error_message"))
        .col(text("log_text").not_null())
        .col(big("created_at").not_null())
        .col(big("updated_at").not_null())
        .col(big("done_at"))
        .foreign_key(&mut refers(
            "jobs",
            "session_id",
            "photo_sessions",
            ForeignKeyAction::Restrict,
        ))
        .foreign_key(&mut refers(
            "jobs",
            "overlay_id",
            "overlays",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

fn job_photos() -> TableCreateStatement {
    Table::create()
        .table("job_photos")
        .col(big("job_id").not_null())
        .col(big("position").not_null())
        .col(big("photo_id").not_null())
        .primary_key(Index::create().col("job_id").col("position"))
        .foreign_key(&mut refers(
            "job_photos",
            "job_id",
            "jobs",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut refers(
            "job_photos",
            "photo_id",
            "session_photos",
            ForeignKeyAction::Restrict,
        ))
        .to_owned()
}

/// On PostgreSQL ids become visible out of order; the transaction's id, compared
/// with the oldest one still running, tells what may be read without a gap.
fn job_events(backend: DbBackend) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("job_events")
        .col(id())
        .col(big("job_id").not_null())
        .col(text("kind").not_null())
        .col(big("created_at").not_null());
    if backend == DbBackend::Postgres {
        table.col(
            ColumnDef::new("xid")
                .custom("xid8")
                .not_null()
                .default(Expr::cust("pg_current_xact_id()")),
        );
    }
    table.to_owned()
}

fn idempotency_keys() -> TableCreateStatement {
    Table::create()
        .table("idempotency_keys")
        .col(text("scope").not_null())
        .col(text("key").not_null())
        .col(text("fingerprint").not_null())
        .col(big("status").not_null())
        .col(text("body").not_null())
        .col(big("created_at").not_null())
        .primary_key(Index::create().col("scope").col("key"))
        .to_owned()
}

fn settings() -> TableCreateStatement {
    Table::create()
        .table("settings")
        .col(text("name").not_null().primary_key())
        .col(text("value").not_null())
        .to_owned()
}

fn indices() -> Vec<IndexCreateStatement> {
    let on = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index.to_owned()
    };
    vec![
        on("ix_photos_session", "session_photos", &["session_id", "current"]),
        on("ix_sessions_guest", "photo_sessions", &["guest_id"]),
        on("ix_sessions_theme", "photo_sessions", &["theme_id"]),
        on("ix_jobs_session", "jobs", &["session_id", "id"]),
        on("ix_jobs_status", "jobs", &["status", "id"]),
        on("ix_jobs_delivery", "jobs", &["delivery", "id"]),
        on("ix_jobs_created", "jobs", &["created_at"]),
        on("ix_job_photos_photo", "job_photos", &["photo_id"]),
        on("ix_job_events_created", "job_events", &["created_at"]),
        on("ix_idempotency_created", "idempotency_keys", &["created_at"]),
    ]
}
