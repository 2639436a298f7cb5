//! Jobs: accepting, showing, asking again, deleting.

mod dates;

use boothline_delivery::qr_picture_address;
use boothline_domain::clock::Timestamp;
use boothline_domain::{DeliveryState, JobId, JobMode, JobStatus, SessionId};
use boothline_imaging::recipe::Recipe;
use boothline_queue::{NewTask, cancel_key, enqueue};
use boothline_store::jobs::delivery;
use boothline_store::jobs::{Job, NewJob, Page};
use boothline_store::sessions::Session;
use boothline_store::themes::Theme;
use boothline_store::{guests, jobs, overlays, photos, sessions, themes};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::places::{random_code, remove_quietly};
use crate::refusal::Refusal;
use crate::services::drive::{self, DeliverTask, Desk, deliver_key, pool};
use crate::services::once::{Answer, Once};
use crate::services::overlays::name_in;
use crate::services::sessions::{busy, delete_files, session_unknown};
use crate::services::views::{JobPageView, JobView};

/// The kind and lane of the tasks that render.
pub const RENDER: &str = "render";

/// Guests' pictures come before anything that can wait.
const GUEST_PRIORITY: i32 = 0;

/// The payload of a render task: ids, never bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RenderTask {
    /// The job to render.
    pub job_id: i64,
    /// The request that asked for it, for the log.
    #[serde(default)]
    pub request_id: String,
}

/// What a kiosk asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The visit.
    pub session_id: SessionId,
    /// The theme's look, or the photo as it is.
    pub mode: JobMode,
    /// An overlay that was taken before.
    pub overlay_url: Option<String>,
    /// The request that asks, for the log.
    pub request_id: String,
}

/// The texts for the variables of a look, as they were when the job was accepted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Words {
    /// `{event}`
    pub event: String,
    /// `{date}`
    pub date: String,
    /// `{time}`
    pub time: String,
    /// `{guest}`
    pub guest: String,
    /// `{count}`
    pub count: String,
}

/// Accepts a job: its row, its links and its task are born together.
///
/// Errors: 404 for an unknown session or overlay; 400 without theme or photo or
/// with a path that is no overlay's; 409 while another job of the session runs.
pub async fn accept(context: &Context, order: Order, once: Once) -> Result<Answer, Refusal> {
    let here = context.clone();
    once.run(context, 200, move |tx| {
        Box::pin(async move { accept_in(&here, tx, &order).await })
    })
    .await
}

/// The same inside the caller's transaction.
pub async fn accept_in(
    context: &Context,
    tx: &DatabaseTransaction,
    order: &Order,
) -> Result<JobView, Refusal> {
    let now = context.now();
    refuse_when_full(tx, context.config.limits.max_waiting_jobs).await?;
    let session = sessions::lock(tx, order.session_id)
        .await?
        .ok_or_else(session_unknown)?;
    let overlay = find_overlay(tx, order.overlay_url.as_deref()).await?;
    let theme = theme_of(tx, &session).await?;
    let inputs = photos::current(tx, session.id).await?;
    if inputs.is_empty() {
        let detail = "No photo was uploaded for this session; upload one first.";
        return Err(Refusal::bad_request("photo_not_uploaded", detail));
    }
    if jobs::is_busy(tx, session.id).await? {
        return Err(busy());
    }
    let words = words(context, tx, &session, now).await?;
    let mut job = new_job(context, order, &session, &theme, &words, now)?;
    if let Some(desk) = &context.desk {
        promise_link(context, tx, desk, &mut job).await?;
    }
    job.overlay_id = overlay.as_ref().map(|overlay| overlay.id);
    let job = jobs::accept(tx, job, now).await?;
    photos::link_to_job(tx, job.id, &inputs).await?;
    enqueue_render(tx, job.id, &order.request_id, now).await?;
    tracing::info!(job.id = %job.id, session.id = %session.id, photos = inputs.len(), "Accepted job {}", job.id);
    metrics::counter!("boothline_jobs_accepted_total").increment(1);
    Ok(JobView::new(
        job,
        overlay.map(|overlay| overlay.file_name).as_deref(),
    ))
}

async fn refuse_when_full(tx: &DatabaseTransaction, limit: u32) -> Result<(), Refusal> {
    if jobs::count_waiting(tx).await? < u64::from(limit) {
        return Ok(());
    }
    let detail = "Too many pictures are waiting to be made; try again in a moment.";
    Err(Refusal::unavailable("queue_full", detail, 5))
}

async fn find_overlay(
    tx: &DatabaseTransaction,
    url: Option<&str>,
) -> Result<Option<overlays::Overlay>, Refusal> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let found = overlays::find_by_file(tx, &name_in(url)?).await?;
    found
        .map(Some)
        .ok_or_else(|| Refusal::not_found("overlay_not_found", "There is no such overlay."))
}

async fn theme_of(tx: &DatabaseTransaction, session: &Session) -> Result<Theme, Refusal> {
    let picked = session.theme_id.as_deref().and_then(|id| id.parse().ok());
    let theme = match picked {
        Some(id) => themes::find(tx, &id).await?,
        None => None,
    };
    theme.ok_or_else(|| {
        let detail = "No theme is set for this session; pick one first (a theme that was removed must be picked anew).";
        Refusal::bad_request("theme_not_set", detail)
    })
}

async fn words(
    context: &Context,
    tx: &DatabaseTransaction,
    session: &Session,
    now: Timestamp,
) -> Result<Words, Refusal> {
    let guest = guests::find(tx, session.guest_id).await?;
    let local = now.local();
    Ok(Words {
        event: context.config.event.name.clone(),
        date: dates::in_words(&local, &context.config.event.locale),
        time: local.format("%H:%M").to_string(),
        guest: guest.map(|guest| guest.name).unwrap_or_default(),
        count: (jobs::count_all(tx).await? + 1).to_string(),
    })
}

fn new_job(
    context: &Context,
    order: &Order,
    session: &Session,
    theme: &Theme,
    words: &Words,
    now: Timestamp,
) -> Result<NewJob, Refusal> {
    let params: serde_json::Value = serde_json::from_str(&theme.params).map_err(Refusal::internal)?;
    let recipe = Recipe::from_value(&params["recipe"]).map_err(Refusal::internal)?;
    let transparent = order.mode == JobMode::Event && recipe.is_transparent();
    let extension = if transparent { "png" } else { "jpg" };
    let share_code = random_code();
    let stem = format!("{}-{share_code}", now.local().format("%Y%m%d-%H%M%S"));
    let compressed_image_path = format!("compressed/{stem}.{extension}");
    let links = context
        .target
        .links(&share_code, &format!("/static/{compressed_image_path}"), None);
    let api = context.config.server.api_base_url.as_str();
    Ok(NewJob {
        session_id: session.id,
        theme_id: Some(theme.id.clone()),
        overlay_id: None,
        mode: order.mode,
        recipe: serde_json::to_string(&recipe).map_err(Refusal::internal)?,
        variables: serde_json::to_string(words).map_err(Refusal::internal)?,
        share_code,
        target: context.target.kind(),
        drive_file_id: None,
        qr_url: links.qr_target.map(|target| qr_picture_address(api, &target)),
        share_url: links.share_url,
        drive_link: links.drive_link,
        download_link: links.download_link,
        delivery_message: None,
        result_image_path: format!("{stem}.{extension}"),
        compressed_image_path,
        thumbnail_image_path: format!("thumbs/{stem}.jpg"),
        log_line: "Your photo has arrived.".to_owned(),
    })
}

/// The link before the upload: an id that Drive keeps for us, out of the pool.
async fn promise_link(
    context: &Context,
    tx: &DatabaseTransaction,
    desk: &Desk,
    job: &mut NewJob,
) -> Result<(), Refusal> {
    let purpose = format!("code:{}", job.share_code);
    let Some(id) = pool::take(context, tx, desk, &purpose).await? else {
        let later = "The link comes as soon as Google Drive can be reached.";
        job.delivery_message = Some(later.to_owned());
        return Ok(());
    };
    let promise = pool::promise(context, desk, &job.share_code, &id);
    job.drive_file_id = Some(id);
    job.drive_link = Some(promise.drive_link);
    job.download_link = Some(promise.download_link);
    job.qr_url = Some(promise.qr_url);
    Ok(())
}

async fn enqueue_render(
    tx: &DatabaseTransaction,
    job: JobId,
    request_id: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let payload = RenderTask {
        job_id: job.0,
        request_id: request_id.to_owned(),
    };
    let task = NewTask::new(RENDER, RENDER, &payload).map_err(Refusal::internal)?;
    let task = task.unique(render_key(job)).priority(GUEST_PRIORITY);
    enqueue(tx, task, now).await.map_err(Refusal::internal)?;
    Ok(())
}

fn render_key(job: JobId) -> String {
    format!("render:{job}")
}

/// The job as the contract shows it. Errors: 404.
pub async fn show(context: &Context, id: JobId) -> Result<JobView, Refusal> {
    let db = context.database.reader();
    let job = jobs::find(db, id).await?.ok_or_else(job_unknown)?;
    view_of(db, job).await
}

/// The job with the address of its overlay.
pub async fn view_of(db: &impl ConnectionTrait, job: Job) -> Result<JobView, Refusal> {
    let overlay = match job.overlay_id {
        Some(id) => overlays::find(db, id).await?,
        None => None,
    };
    Ok(JobView::new(
        job,
        overlay.map(|overlay| overlay.file_name).as_deref(),
    ))
}

/// A page of jobs, newest first.
pub async fn list(context: &Context, mut page: Page) -> Result<JobPageView, Refusal> {
    let db = context.database.reader();
    let limit = page.limit;
    page.limit = limit + 1;
    let mut found = jobs::list(db, &page).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = found.last().filter(|_| more).map(|job| job.id.to_string());
    let mut items = Vec::with_capacity(found.len());
    for job in found {
        items.push(view_of(db, job).await?);
    }
    Ok(JobPageView { items, next_cursor })
}

/// Asks for a failed job, or for a failed delivery, again. Errors: 404; 409 for a job that did not fail.
pub async fn retry(context: &Context, id: JobId, request_id: String, once: Once) -> Result<Answer, Refusal> {
    let (here, now) = (context.clone(), context.now());
    once.run(context, 200, move |tx| {
        Box::pin(async move {
            let job = jobs::find(tx, id).await?.ok_or_else(job_unknown)?;
            if job.status == JobStatus::Done && job.delivery == DeliveryState::Failed {
                return deliver_again(&here, tx, id).await;
            }
            if job.status != JobStatus::Failed {
                let detail = format!(
                    "This job is {}; only a failed one can be tried again.",
                    job.status
                );
                return Err(Refusal::conflict("job_not_failed", detail));
            }
            jobs::ask_again(tx, id, "The operator asked for this picture again.", now).await?;
            enqueue_render(tx, id, &request_id, now).await?;
            let job = jobs::find(tx, id).await?.ok_or_else(job_unknown)?;
            view_of(tx, job).await
        })
    })
    .await
}

async fn deliver_again(context: &Context, tx: &DatabaseTransaction, id: JobId) -> Result<JobView, Refusal> {
    let task = DeliverTask {
        job_id: id.0,
        again: true,
        batch: false,
    };
    drive::enqueue(context, tx, &task, drive::GUEST).await?;
    delivery::line_up(tx, id, "In line for Google Drive again.", context.now()).await?;
    let job = jobs::find(tx, id).await?.ok_or_else(job_unknown)?;
    view_of(tx, job).await
}

/// Deletes a job with its files, here and in Drive, and the photos that only it was made of.
///
/// Errors: 404; 409 while it is being rendered.
pub async fn delete(context: &Context, id: JobId) -> Result<(), Refusal> {
    let (here, now) = (context.clone(), context.now());
    let (job, unused) = context
        .database
        .write(move |tx| {
            Box::pin(async move {
                let job = jobs::find(tx, id).await?.ok_or_else(job_unknown)?;
                if job.status == JobStatus::Processing {
                    let detail = "This picture is being made right now; delete it when it is done.";
                    return Err(Refusal::conflict("job_processing", detail));
                }
                for key in [render_key(id), deliver_key(id)] {
                    cancel_key(tx, &key, now).await.map_err(Refusal::internal)?;
                }
                if let Some(file_id) = job.drive_file_id.clone() {
                    drive::erase(&here, tx, file_id).await?;
                }
                let used = photos::of_job(tx, id).await?;
                jobs::delete(tx, id, now).await?;
                let unused = photos::take_unused(tx, &used).await?;
                Ok::<_, Refusal>((job, unused))
            })
        })
        .await?;
    context.changed();
    for path in [
        &job.result_image_path,
        &job.compressed_image_path,
        &job.thumbnail_image_path,
    ] {
        remove_quietly(&context.places.result(path));
    }
    for animation in &job.animations {
        remove_quietly(&context.places.result(&animation.path));
    }
    delete_files(context, &unused);
    tracing::info!(job.id = %id, "Deleted job {id} with its pictures and {} photos", unused.len());
    Ok(())
}

/// 404 for a job.
pub fn job_unknown() -> Refusal {
    Refusal::not_found("job_not_found", "There is no such job.")
}
