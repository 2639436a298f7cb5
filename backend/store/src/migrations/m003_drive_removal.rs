//! When a picture was tidied out of Google Drive, so that it is not sent there again by itself.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "store_003_drive_removal"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut removed = ColumnDef::new("drive_removed_at");
        removed.big_integer();
        let jobs = Table::alter().table("jobs").add_column(removed).to_owned();
        manager.alter_table(jobs).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let jobs = Table::alter()
            .table("jobs")
            .drop_column("drive_removed_at")
            .to_owned();
        manager.alter_table(jobs).await
    }
}
