//! The deliver task: a finished picture goes to Google Drive.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use boothline_delivery::drive::{Class, Delivered, DriveError, Trouble};
use boothline_domain::clock::Timestamp;
use boothline_domain::{JobId, JobStatus, TargetKind};
use boothline_queue::{BoxError, Handler, Pause, Running, Setback, Task};
use boothline_store::StoreError;
use boothline_store::jobs::delivery;
use boothline_store::jobs::{self, Job};
use sea_orm::DatabaseTransaction;
use tracing::Instrument;

use super::Undone;
use crate::context::Context;
use crate::services::drive::delivering::{self, TaskJournal, chosen, kept_links};
use crate::services::drive::{DeliverTask, Desk, ERASE, EraseTask};

const ARRIVED: &str = "In Google Drive, open to everybody who has the link.";
/// A guest whose picture is older than this has gone home with the link.
const GUEST_WAITS: Duration = Duration::from_secs(600);
/// The watch looks every few seconds and opens the lane itself; this is for the case that it cannot.
const BLOCK: Duration = Duration::from_secs(600);
/// Without a time from Drive: the project's day has ended somewhere by then.
const NEXT_TRY_AFTER_DAILY_LIMIT: Duration = Duration::from_secs(3600);
const UPLOAD_AGAIN: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_secs(64);

/// Delivers jobs to Drive.
pub struct Courier {
    context: Context,
    desk: Arc<Desk>,
}

impl Courier {
    /// A courier that works in this context.
    pub const fn new(context: Context, desk: Arc<Desk>) -> Self {
        Self { context, desk }
    }

    async fn deliver(&self, running: &Running, task: &DeliverTask) -> Result<(), Setback> {
        let id = JobId(task.job_id);
        let found = jobs::find(self.context.database.reader(), id)
            .await
            .map_err(Setback::retry)?;
        let Some(mut job) = found.filter(|job| job.status == JobStatus::Done) else {
            return Ok(());
        };
        let there = job.target == TargetKind::Drive && job.drive_uploaded_at.is_some();
        if there && !task.again {
            // Put in line by a sync at the moment it arrived.
            self.say(id, Word::Arrived).await?;
            return Ok(());
        }
        let Some(file) = chosen(&self.context, &job) else {
            return Err(Setback::fail("The picture's file is gone from this machine."));
        };
        self.say(id, Word::SetOut).await?;
        let progress = running.checkpoint()?.unwrap_or_default();
        let mut journal = TaskJournal::new(running, progress);
        let class = self.class(task, &job);
        let started = self.context.now();
        let terms = (class, task.again || there);
        match delivering::deliver(&self.context, &self.desk, &mut job, &file, &mut journal, terms).await {
            Ok(delivered) => {
                self.arrived(running, &job, &delivered).await?;
                self.told(id, &delivered, started);
                Ok(())
            }
            Err(error) => Err(self.setback(running, Some(id), error).await),
        }
    }

    fn class(&self, task: &DeliverTask, job: &Job) -> Class {
        let ready = job.done_at.unwrap_or(job.created_at);
        match self.context.now().since(ready) {
            _ if task.batch => Class::Batch,
            waited if waited <= GUEST_WAITS => Class::Guest,
            _ => Class::Backlog,
        }
    }

    /// The job's row and the task change together.
    async fn arrived(&self, running: &Running, job: &Job, delivered: &Delivered) -> Result<(), Undone> {
        let links = kept_links(&self.context, &self.desk, job, delivered);
        let (running, id, now) = (running.clone(), job.id, self.context.now());
        let written = self.context.database.write(move |tx| {
            Box::pin(async move {
                delivery::arrived(tx, id, &links, ARRIVED, now).await?;
                Ok::<_, Undone>(running.finish_in(tx).await?)
            })
        });
        written.await?;
        self.context.changed();
        Ok(())
    }

    fn told(&self, id: JobId, delivered: &Delivered, started: Timestamp) {
        let elapsed = self.context.now().since(started);
        metrics::histogram!("boothline_delivery_seconds").record(elapsed.as_secs_f64());
        metrics::counter!("boothline_jobs_delivered_total").increment(1);
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let how = if delivered.was_there { "found" } else { "uploaded" };
        tracing::info!(job.id = %id, elapsed_ms, how, "Delivered job {id} to Drive in {elapsed_ms} ms ({how})");
    }

    async fn erase(&self, running: &Running, task: &EraseTask) -> Result<(), Setback> {
        let erased = self.desk.target.drive.delete(&task.file_id, Class::Backlog).await;
        match erased {
            Ok(()) => {
                tracing::info!(drive.file = task.file_id, "Deleted a picture from Drive");
                Ok(())
            }
            Err(error) => Err(self.setback(running, None, error).await),
        }
    }

    async fn setback(&self, running: &Running, id: Option<JobId>, error: DriveError) -> Setback {
        let what = &running.task().kind;
        tracing::warn!(trouble = ?error.trouble, detail = error.detail, "Could not {what}: {error}");
        match error.trouble {
            Trouble::Offline | Trouble::Interrupted | Trouble::ServerFault => {
                match self.desk.target.drive.reachable().await {
                    Ok(()) => self.another_try(running, id, &error).await,
                    Err(away) => self.block(&away).await,
                }
            }
            // The folder that we make ourselves is made anew.
            Trouble::Folder if self.context.config.delivery.target_folder_id.is_none() => {
                self.desk.forget_folder().await;
                self.another_try(running, id, &error).await
            }
            Trouble::SignIn | Trouble::Scope | Trouble::ApiDisabled | Trouble::Folder => {
                self.desk.forget_folder().await;
                self.block(&error).await
            }
            // A look at the account may find nothing wrong: only another upload can tell.
            Trouble::Quota | Trouble::Policy => self.block_for(&error, UPLOAD_AGAIN).await,
            Trouble::DailyLimit => {
                let wait = error.retry_after.unwrap_or(NEXT_TRY_AFTER_DAILY_LIMIT);
                self.block_for(&error, wait).await
            }
            Trouble::RateLimited | Trouble::SharingLimited | Trouble::IdRefused | Trouble::WrongBytes => {
                self.another_try(running, id, &error).await
            }
            Trouble::NotFound | Trouble::LocalFile | Trouble::Rejected => Setback::fail(&error),
        }
    }

    async fn another_try(&self, running: &Running, id: Option<JobId>, error: &DriveError) -> Setback {
        let wait = error.retry_after.unwrap_or_else(|| pause(running.task().attempt));
        let word = Word::LineUp(format!("{error} It is tried again by itself."));
        if let Some(id) = id
            && let Err(setback) = self.say(id, word).await
        {
            return setback;
        }
        Setback::RetryAfter {
            wait,
            reason: error.to_string(),
        }
    }

    /// Until the watch finds the cause gone.
    async fn block(&self, error: &DriveError) -> Setback {
        self.shut(error, BLOCK).await
    }

    /// Not even the watch opens the lane before `wait` is over.
    async fn block_for(&self, error: &DriveError, wait: Duration) -> Setback {
        self.desk.hold_until(self.context.now().plus(wait));
        self.shut(error, wait).await
    }

    /// Nothing can be delivered for now: every picture waits, and none uses up its tries.
    async fn shut(&self, error: &DriveError, wait: Duration) -> Setback {
        let reason = error.to_string();
        self.desk.set_stuck(error);
        let (message, now) = (reason.clone(), self.context.now());
        let said = self
            .context
            .database
            .write(move |tx| Box::pin(async move { delivery::all_wait(tx, &message, now).await }));
        if let Err(failed) = said.await {
            tracing::warn!(cause = ?failed, "Could not write down why deliveries wait");
        }
        self.context.changed();
        Setback::Block {
            pause: Pause::Until(self.context.now().plus(wait)),
            reason,
        }
    }

    async fn say(&self, id: JobId, word: Word) -> Result<(), Setback> {
        let now = self.context.now();
        let said = self.context.database.write(move |tx| {
            Box::pin(async move {
                match word {
                    Word::Arrived => delivery::confirm(tx, id, ARRIVED, now).await?,
                    Word::SetOut => delivery::set_out(tx, id, now).await?,
                    Word::LineUp(message) => delivery::line_up(tx, id, &message, now).await?,
                }
                Ok::<_, Undone>(())
            })
        });
        said.await?;
        self.context.changed();
        Ok(())
    }
}

enum Word {
    Arrived,
    SetOut,
    LineUp(String),
}

/// One fault delays one delivery by a second or two at first, by a minute at last.
fn pause(attempt: u32) -> Duration {
    let steps = attempt.clamp(1, 7) - 1;
    let most = Duration::from_secs(2)
        .saturating_mul(1 << steps)
        .min(LONGEST_PAUSE);
    most.mul_f64(0.5 + 0.5 * chance())
}

/// Between 0 and 1; without randomness everybody waits the same time, which is no fault.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[async_trait]
impl Handler for Courier {
    async fn run(&self, running: &Running) -> Result<(), Setback> {
        let work = async {
            if running.task().kind == ERASE {
                return self.erase(running, &running.payload()?).await;
            }
            let task: DeliverTask = running.payload()?;
            let span = tracing::info_span!("deliver", job.id = task.job_id);
            self.deliver(running, &task).instrument(span).await
        };
        tokio::select! {
            biased;
            () = running.cancelled().cancelled() => Err(Setback::Interrupted),
            outcome = work => outcome,
        }
    }

    async fn dead(&self, task: &Task, reason: &str, tx: &DatabaseTransaction) -> Result<(), BoxError> {
        if task.kind == ERASE {
            tracing::error!(reason, "A deleted picture may remain in Drive: {reason}");
            return Ok(());
        }
        let DeliverTask { job_id, .. } = serde_json::from_value(task.payload.clone())?;
        let id = JobId(job_id);
        tracing::error!(job.id = %id, reason, "Job {id} could not be delivered: {reason}");
        metrics::counter!("boothline_deliveries_failed_total").increment(1);
        match delivery::give_up(tx, id, reason, self.context.now()).await {
            Err(StoreError::NotInState(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pause_is_short_and_the_last_a_minute() {
        for _ in 0..100 {
            assert!(pause(1) <= Duration::from_secs(2));
            assert!(pause(60) >= Duration::from_secs(32));
            assert!(pause(60) <= LONGEST_PAUSE);
        }
    }
}
