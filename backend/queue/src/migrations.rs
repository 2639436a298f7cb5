//! The schema, as migrations that the application runs with its own.

use sea_orm_migration::prelude::*;

mod queue_0001_tasks;

/// The queue's migrations in order. Their names begin with `queue_`, so that
/// they can stand in one migrator beside the application's.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(queue_0001_tasks::Migration)]
}
