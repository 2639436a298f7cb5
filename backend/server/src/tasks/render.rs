//! The render task: a job becomes a picture.

use async_trait::async_trait;
use boothline_domain::{Disposition, JobId, JobStatus, TargetKind};
use boothline_queue::{BoxError, Handler, Running, Setback, Task};
use boothline_store::jobs::delivery;
use boothline_store::jobs::{self, Failure, Job};
use boothline_store::{StoreError, TxFuture};
use sea_orm::DatabaseTransaction;
use tracing::Instrument;

use super::Undone;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::drive::{self, DeliverTask};
use crate::services::jobs::RenderTask;
use crate::services::remarks;
use crate::services::rendering::{Finished, RenderingError, render_job};

/// For the guest; the operator reads the cause in the console and the log.
const LONGER: &str = "It takes a little longer; your picture is safe.";

/// Renders jobs.
pub struct Renderer {
    context: Context,
}

impl Renderer {
    /// A renderer that works in this context.
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    async fn write<F>(&self, work: F) -> Result<(), Undone>
    where
        F: for<'c> FnOnce(&'c DatabaseTransaction) -> TxFuture<'c, (), Undone> + Send + 'static,
    {
        let outcome = self.context.database.write(work).await;
        self.context.changed();
        outcome
    }

    async fn unfinished(&self, id: JobId) -> Result<Option<Job>, Setback> {
        let job = jobs::find(self.context.database.reader(), id)
            .await
            .map_err(Setback::retry)?;
        Ok(job.filter(|job| matches!(job.status, JobStatus::Queued | JobStatus::Processing)))
    }

    async fn begin(&self, id: JobId) -> Result<(), Undone> {
        let now = self.context.now();
        self.write(move |tx| {
            Box::pin(async move { Ok(jobs::begin(tx, id, "Developing your picture…", now).await?) })
        })
        .await
    }

    /// The job's row, its delivery and the task change together: after it the
    /// picture is done for everybody, before it for nobody.
    async fn finish(&self, running: &Running, job: &Job, finished: Finished) -> Result<(), Undone> {
        let lines = remarks::lines(&finished.warnings, finished.photos, finished.line);
        let (id, target, now) = (job.id, job.target, self.context.now());
        let (context, running) = (self.context.clone(), running.clone());
        self.write(move |tx| {
            Box::pin(async move {
                jobs::finish(tx, id, &finished.files, &lines, now).await?;
                match target {
                    TargetKind::Local => {
                        delivery::delivered_here(tx, id, "Ready on this machine.", now).await?;
                    }
                    TargetKind::Drive => send_off(&context, tx, id).await?,
                }
                Ok(running.finish_in(tx).await?)
            })
        })
        .await
    }

    async fn render(&self, running: &Running, id: JobId) -> Result<(), Setback> {
        let Some(job) = self.unfinished(id).await? else {
            return Ok(());
        };
        self.begin(id).await?;
        let started = self.context.now();
        match render_job(&self.context, &job).await {
            Ok(finished) => {
                for warning in &finished.warnings {
                    tracing::warn!(job.id = %id, "Job {id} has its picture, but: {warning}");
                }
                self.finish(running, &job, finished).await?;
            }
            Err(RenderingError::Hopeless(reason)) => return Err(Setback::fail(reason)),
            Err(RenderingError::Later(refusal)) => {
                tracing::warn!(job.id = %id, code = refusal.code, cause = ?refusal.cause, "Job {id} has to wait: {refusal}");
                self.give_back(id).await?;
                return Err(Setback::of(&disposition(&refusal), refusal.to_string()));
            }
        }
        let elapsed = self.context.now().since(started);
        metrics::histogram!("boothline_render_seconds").record(elapsed.as_secs_f64());
        metrics::counter!("boothline_jobs_done_total").increment(1);
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(job.id = %id, elapsed_ms, "Rendered job {id} in {elapsed_ms} ms");
        Ok(())
    }

    async fn give_back(&self, id: JobId) -> Result<(), Undone> {
        let now = self.context.now();
        self.write(move |tx| Box::pin(async move { Ok(jobs::give_back(tx, id, LONGER, now).await?) }))
            .await
    }
}

/// The delivery is born with the finished picture. While Drive is away the guest hears of it at once.
async fn send_off(context: &Context, tx: &DatabaseTransaction, id: JobId) -> Result<(), Undone> {
    let task = DeliverTask {
        job_id: id.0,
        again: false,
        batch: false,
    };
    drive::enqueue(context, tx, &task, drive::GUEST).await?;
    if let Some(reason) = context.desk.as_ref().and_then(|desk| desk.waits()) {
        delivery::wait(tx, id, &reason, context.now()).await?;
    }
    Ok(())
}

#[async_trait]
impl Handler for Renderer {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let RenderTask { job_id, request_id } = running.payload()?;
        let span = tracing::info_span!("render", job.id = job_id, request.id = request_id);
        self.render(running, JobId(job_id)).instrument(span).await
    }

    async fn dead(&self, task: &Task, reason: &str, tx: &DatabaseTransaction) -> Result<(), BoxError> {
        let RenderTask { job_id, .. } = serde_json::from_value(task.payload.clone())?;
        let id = JobId(job_id);
        tracing::error!(job.id = %id, reason, "Job {id} failed: {reason}");
        metrics::counter!("boothline_jobs_failed_total").increment(1);
        let sentence = format!("{}.", reason.trim_end_matches('.'));
        let failure = Failure {
            code: "render_failed",
            message: &sentence,
            line: "Your picture could not be made. Please ask the people at the booth.",
        };
        match jobs::fail(tx, id, failure, self.context.now()).await {
            // Deleted or done already: nothing is left to fail.
            Err(StoreError::NotInState(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A full or unwritable disk needs a person; load and database pass by themselves.
fn disposition(refusal: &Refusal) -> Disposition {
    match refusal.code {
        "disk_full" | "storage_unwritable" => Disposition::WaitForOperator,
        "database_unavailable" | "busy" | "stopping" => Disposition::WaitForNetwork,
        _ => Disposition::Retry,
    }
}
