//! What workers do: one file for each kind of task.

pub mod render;

use std::sync::Arc;

use boothline_queue::{LaneLimits, Worker};

use crate::context::Context;
use crate::services::jobs::RENDER;

/// A worker for all lanes of this process.
pub fn worker(context: &Context) -> Worker {
    let renderer = Arc::new(render::Renderer::new(context.clone()));
    Worker::new(context.queue.clone())
        .grace(context.config.server.shutdown_grace)
        .lane(
            RENDER,
            context.config.pictures.workers,
            LaneLimits::default(),
            renderer,
        )
}
