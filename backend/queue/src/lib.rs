//! Durable tasks in the application's own database, SQLite or PostgreSQL.
//!
//! A task is enqueued in the caller's transaction, so that it exists if and only
//! if what it belongs to exists. Workers claim tasks in short transactions, work
//! outside of them under a lease that they renew, and every write of a worker is
//! fenced by that lease: who has lost it changes nothing any more. A task runs
//! *at least* once; with [`Running::finish_in`] its effect in the database
//! happens exactly once.
//!
//! Tasks wait in **lanes**. A lane has limits over all processes, can be paused
//! by a person, and blocked by a handler that finds the world missing (no
//! network, no token): then its tasks wait without using up attempts, and when
//! the block ends one task goes first to see whether the world is back.
//!
//! | [`State`]   | becomes                                                       |
//! |-------------|---------------------------------------------------------------|
//! | `ready`     | `running` by a claim, `cancelled`                             |
//! | `running`   | `done`, `ready` again, `dead` after too many attempts or crashes, `cancelled` |
//! | `dead`      | `ready` by hand ([`retry_dead`])                              |
//!
//! The application runs [`migrations`] with its own, opens SQLite with one
//! writing connection in WAL mode and `synchronous=FULL`, and passes the time in.
//!
//! ```
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use boothline_domain::clock::{Clock, SystemClock};
//! use boothline_queue::{
//!     BoxError, Handler, LaneLimits, NewTask, Queue, Running, Setback, Task, Worker,
//! };
//! use sea_orm::{ConnectOptions, Database, DatabaseTransaction, TransactionTrait};
//! use sea_orm_migration::{MigrationTrait, MigratorTrait};
//! use tokio_util::sync::CancellationToken;
//!
//! struct Migrator;
//! impl MigratorTrait for Migrator {
//!     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!         boothline_queue::migrations()
//!     }
//! }
//!
//! /// Greets once, then stops the worker.
//! struct Greet(CancellationToken);
//!
//! #[async_trait]
//! impl Handler for Greet {
//!     async fn run(&self, running: &Running) -> Result<(), Setback> {
//!         let name: String = running.payload()?;
//!         println!("Hello, {name}");
//!         self.0.cancel();
//!         Ok(())
//!     }
//!
//!     async fn dead(&self, _: &Task, _: &str, _: &DatabaseTransaction) -> Result<(), BoxError> {
//!         Ok(()) // nothing of ours depends on a greeting
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut options = ConnectOptions::new("sqlite::memory:");
//! options.max_connections(1);
//! let db = Database::connect(options).await?;
//! Migrator::up(&db, None).await?;
//!
//! let clock = Arc::new(SystemClock);
//! let queue = Queue::new(db.clone(), clock.clone(), "the laptop under the table");
//! let tx = db.begin().await?;
//! let greeting = NewTask::new("greet", "voice", &"Ada")?.unique("greet:ada");
//! boothline_queue::enqueue(&tx, greeting, clock.now()).await?;
//! tx.commit().await?;
//! queue.wake();
//!
//! let stop = CancellationToken::new();
//! Worker::new(queue)
//!     .lane("voice", 1, LaneLimits::default(), Arc::new(Greet(stop.clone())))
//!     .run(stop)
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod backoff;
mod bell;
mod claim;
mod control;
mod enqueue;
mod error;
mod handler;
mod inspect;
mod lanes;
mod lease;
mod migrations;
mod queue;
mod rate;
mod recover;
mod rows;
mod setback;
mod settle;
mod task;
mod transaction;
mod worker;

pub use claim::Claim;
pub use control::{Cancelled, cancel, cancel_key, purge_finished, reprioritise, retry_dead};
pub use enqueue::{Enqueued, enqueue, enqueue_many};
pub use error::{BoxError, QueueError};
pub use handler::{Handler, Running};
pub use inspect::{Blocked, Depth, LaneReport, TaskFilter, find_task, lane_reports, list_tasks};
pub use lanes::{LaneLimits, Pause};
pub use lease::{Lease, Leased};
pub use migrations::migrations;
pub use queue::{LeaseTerms, Queue};
pub use rate::Rate;
pub use setback::Setback;
pub use task::{DEFAULT_MAX_ATTEMPTS, NewTask, State, Task, TaskId};
pub use worker::Worker;
