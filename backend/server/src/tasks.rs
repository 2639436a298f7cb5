//! What workers do: one file for each kind of task.

pub mod deliver;
pub mod render;

use std::sync::Arc;

use boothline_queue::{LaneLimits, QueueError, Setback, Worker};
use boothline_store::StoreError;
use sea_orm::DbErr;

use crate::context::Context;
use crate::services::drive::DELIVER;
use crate::services::jobs::RENDER;

/// Why a transaction of a task was rolled back.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Refused(#[from] crate::refusal::Refusal),
}

impl From<Undone> for Setback {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Queue(error) => error.into(),
            // Deleted, or finished by somebody else, while we worked.
            Undone::Store(StoreError::NotInState(_)) => Self::Interrupted,
            other => Self::retry(other),
        }
    }
}

/// A worker for all lanes of this process.
pub fn worker(context: &Context) -> Worker {
    let renderer = Arc::new(render::Renderer::new(context.clone()));
    let workers = context.config.pictures.workers;
    let worker = courier(context).lane(RENDER, workers, LaneLimits::default(), renderer);
    worker.grace(context.config.server.shutdown_grace)
}

/// A worker that only delivers, where there is something to deliver to.
pub fn courier(context: &Context) -> Worker {
    let worker = Worker::new(context.queue.clone());
    let Some(desk) = &context.desk else {
        return worker;
    };
    let courier = Arc::new(deliver::Courier::new(context.clone(), Arc::clone(desk)));
    let uploads = context.config.delivery.drive_uploads;
    worker.lane(DELIVER, uploads, LaneLimits::default(), courier)
}
