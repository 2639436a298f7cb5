//! The schema of the whole house: the store's tables and the queue's.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Runs every crate's migrations as one history.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = boothline_store::migrations();
        all.extend(boothline_queue::migrations());
        all
    }
}
