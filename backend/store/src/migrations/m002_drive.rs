//! Google Drive: where each job is delivered to, and the ids that wait for one.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "store_002_drive"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut target = ColumnDef::new("target");
        target
            .text()
            .not_null()
            .default("local")
            .check(Expr::col("target").is_in(["local", "drive"]));
        let jobs = Table::alter().table("jobs").add_column(target).to_owned();
        manager.alter_table(jobs).await?;
        manager.create_table(drive_ids()).await?;
        let free = Index::create()
            .name("ix_drive_ids_free")
            .table("drive_ids")
            .col("account")
            .col("taken_at")
            .col("created_at")
            .to_owned();
        manager.create_index(free).await?;
        let found = Index::create()
            .name("ix_jobs_drive_file")
            .table("jobs")
            .col("drive_file_id")
            .to_owned();
        manager.create_index(found).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("drive_ids").to_owned())
            .await?;
        manager
            .drop_index(Index::drop().name("ix_jobs_drive_file").table("jobs").to_owned())
            .await?;
        let jobs = Table::alter().table("jobs").drop_column("target").to_owned();
        manager.alter_table(jobs).await
    }
}

/// Reserved file ids. One belongs to the account that Drive made it for, is
/// taken once, and stays behind as a trace of what it was taken for.
fn drive_ids() -> TableCreateStatement {
    Table::create()
        .table("drive_ids")
        .col(ColumnDef::new("id").text().not_null().primary_key())
        .col(ColumnDef::new("account").text().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("taken_at").big_integer())
        .col(ColumnDef::new("taken_for").text())
        .to_owned()
}
