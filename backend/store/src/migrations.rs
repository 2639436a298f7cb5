//! The schema's history.

mod m001_first_house;
mod m002_drive;
mod m003_drive_removal;
mod m004_motion;

use sea_orm_migration::MigrationTrait;

/// This crate's migrations, in order; the application puts them beside the queue's.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m001_first_house::Migration),
        Box::new(m002_drive::Migration),
        Box::new(m003_drive_removal::Migration),
        Box::new(m004_motion::Migration),
    ]
}
