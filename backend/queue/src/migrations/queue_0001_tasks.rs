//! Makes the tables `tasks` and `lanes` with the indexes the claim lives on.

use sea_orm_migration::prelude::*;

use crate::rows::{lanes, tasks};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "queue_0001_tasks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tasks_table()).await?;
        manager.create_table(lanes_table()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(tasks::Entity).take())
            .await?;
        manager
            .drop_table(Table::drop().table(lanes::Entity).take())
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tasks_table() -> TableCreateStatement {
    use tasks::Column as C;
    Table::create()
        .table(tasks::Entity)
        .col(
            ColumnDef::new(C::Id)
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(ColumnDef::new(C::Kind).text().not_null())
        .col(ColumnDef::new(C::Lane).text().not_null())
        .col(ColumnDef::new(C::Payload).json_binary().not_null())
        .col(ColumnDef::new(C::UniqueKey).text())
        .col(ColumnDef::new(C::Priority).integer().not_null())
        .col(ColumnDef::new(C::State).text().not_null())
        .col(ColumnDef::new(C::RunAt).big_integer().not_null())
        .col(ColumnDef::new(C::Attempt).integer().not_null())
        .col(ColumnDef::new(C::MaxAttempts).integer().not_null())
        .col(ColumnDef::new(C::Crashes).integer().not_null())
        .col(ColumnDef::new(C::LeaseToken).text())
        .col(ColumnDef::new(C::LeaseUntil).big_integer())
        .col(ColumnDef::new(C::Worker).text())
        .col(ColumnDef::new(C::Checkpoint).json_binary())
        .col(ColumnDef::new(C::LastError).text())
        .col(ColumnDef::new(C::CreatedAt).big_integer().not_null())
        .col(ColumnDef::new(C::StartedAt).big_integer())
        .col(ColumnDef::new(C::FinishedAt).big_integer())
        .check(Expr::cust(
            "state IN ('ready', 'running', 'done', 'dead', 'cancelled')",
        ))
        .check(Expr::cust(
            "state <> 'running' OR (lease_token IS NOT NULL AND lease_until IS NOT NULL \
             AND worker IS NOT NULL)",
        ))
        .check(Expr::cust(
            "(finished_at IS NOT NULL) = (state IN ('done', 'dead', 'cancelled'))",
        ))
        .check(Expr::cust("attempt >= 0 AND crashes >= 0 AND max_attempts >= 1"))
        .take()
}

fn lanes_table() -> TableCreateStatement {
    use lanes::Column as C;
    Table::create()
        .table(lanes::Entity)
        .col(ColumnDef::new(C::Name).text().not_null().primary_key())
        .col(ColumnDef::new(C::MaxRunning).integer())
        .col(ColumnDef::new(C::RatePerMinute).integer())
        .col(ColumnDef::new(C::Burst).integer().not_null())
        .col(ColumnDef::new(C::TokensMilli).big_integer().not_null())
        .col(ColumnDef::new(C::TokensAt).big_integer().not_null())
        .col(ColumnDef::new(C::Paused).boolean().not_null())
        .col(ColumnDef::new(C::BlockedUntil).big_integer())
        .col(ColumnDef::new(C::BlockedReason).text())
        .col(ColumnDef::new(C::Failures).integer().not_null())
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    use tasks::Column as C;
    let on = |name: &str, columns: &[C], condition: &'static str| {
        let mut index = Index::create();
        index.name(name).table(tasks::Entity);
        for column in columns {
            index.col(*column);
        }
        index.and_where(Expr::cust(condition)).take()
    };
    let mut unique = on("ux_tasks_unique_key", &[C::UniqueKey], UNFINISHED_WITH_KEY);
    vec![
        on(
            "ix_tasks_ready",
            &[C::Lane, C::Priority, C::RunAt, C::Id],
            "state = 'ready'",
        ),
        on("ix_tasks_due", &[C::Lane, C::RunAt], "state = 'ready'"),
        on("ix_tasks_running", &[C::Lane, C::LeaseUntil], "state = 'running'"),
        on(
            "ix_tasks_finished",
            &[C::State, C::FinishedAt],
            "finished_at IS NOT NULL",
        ),
        unique.unique().take(),
    ]
}

const UNFINISHED_WITH_KEY: &str = "unique_key IS NOT NULL AND state IN ('ready', 'running')";
