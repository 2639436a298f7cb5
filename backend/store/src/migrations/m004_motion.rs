//! Moving pictures: what a job has beside its result, and the clip that a photo is the poster of.

use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "store_004_motion"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "jobs", "animations").await?;
        add(manager, "session_photos", "clip_name").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "session_photos", "clip_name").await?;
        drop(manager, "jobs", "animations").await
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    let mut text = ColumnDef::new(column);
    text.text();
    let altered = Table::alter().table(table).add_column(text).to_owned();
    manager.alter_table(altered).await
}

async fn drop(manager: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    let altered = Table::alter().table(table).drop_column(column).to_owned();
    manager.alter_table(altered).await
}
