//! The database: connection, schema, and one repository for each noun.
//!
//! SQLite and PostgreSQL through one code path. Repository functions take any
//! connection or transaction and never open one themselves; the service that
//! knows what belongs together calls [`Database::write`]. Times are stored as
//! milliseconds since the epoch, states as words under a CHECK.

pub mod animations;
mod connect;
pub mod drive_ids;
mod entities;
pub mod events;
pub mod guests;
pub mod idempotency;
pub mod jobs;
mod migrate;
mod migrations;
pub mod overlays;
pub mod photos;
pub mod sessions;
pub mod settings;
pub mod themes;

pub use connect::{Database, Engine, TxFuture, connect};
pub use migrate::{migrate, pending_migrations};
pub use migrations::migrations;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database did not answer as it should")]
    Database(#[from] sea_orm::DbErr),
    /// A row holds a word that this version does not know.
    #[error("the row holds an unknown state")]
    UnknownState(#[from] boothline_domain::UnknownState),
    /// A row is not in the state that the change begins from, or is gone.
    #[error("{0} is not in the state that this change begins from")]
    NotInState(String),
    /// A row holds a list that this version cannot read or write.
    #[error("the row holds a list that cannot be read")]
    List(#[from] serde_json::Error),
    /// A migration ran that this version does not know.
    #[error(
        "a newer Boothline has changed the database ({0}); start that version, or put back a copy from before the update"
    )]
    Newer(String),
    /// The address of the database cannot be used.
    #[error("{0}")]
    Address(String),
    /// A file beside the database could not be used.
    #[error("the lock file beside the database cannot be used")]
    LockFile(#[from] std::io::Error),
}
