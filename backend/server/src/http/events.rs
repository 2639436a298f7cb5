//! `/events`, `/jobs/{id}/events`, `/sessions/{id}/events`: changes as they happen, by Server-Sent Events.
//!
//! Each change is the event `job` with the job as it now is, or `job_deleted`, or `photo`
//! with the small copy of a photo that came. `resync` tells a listener that fell behind to
//! look anew. Source of the format:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use boothline_domain::{JobId, SessionId};
use boothline_store::events::{self, Cursor, Event};
use boothline_store::photos;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, interval_at};

use super::callers::{Kiosk, Operator};
use super::jobs::job_id;
use super::sessions::session_id;
use crate::context::Context;
use crate::feed::News;
use crate::refusal::Refusal;
use crate::services::views::PhotoView;
use crate::services::{jobs, sessions};

/// Proxies and phones drop a connection that is silent for a minute; and who has gone is noticed
/// only by the second thing that is sent to nobody.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// More missed changes than this are not replayed: the listener looks anew.
const REPLAY: u32 = 500;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/events").route(web::get().to(all)))
        .service(web::resource("/jobs/{job_id}/events").route(web::get().to(one)))
        .service(web::resource("/sessions/{session_id}/events").route(web::get().to(visit)));
}

/// Changes of all jobs, and photos as they come. `Last-Event-ID` replays changes that were missed.
#[utoipa::path(get, path = "/api/v1/events", tag = "Jobs", security(("operator" = [])),
    params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, description = "Events `job`, `job_deleted`, `photo`, `resync`", content_type = "text/event-stream")))]
pub(super) async fn all(_: Operator, context: web::Data<Context>, request: HttpRequest) -> HttpResponse {
    let feed = context.feed.listen();
    let last = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    stream(
        context,
        Listener {
            feed,
            subject: Subject::Everything,
            last,
        },
    )
}

/// Changes of one job; first the job as it is now and, until it is done, its photos.
#[utoipa::path(get, path = "/api/v1/jobs/{job_id}/events", tag = "Jobs", params(("job_id" = i64, Path)),
    responses((status = 200, description = "Events `job`, `job_deleted`, `photo`", content_type = "text/event-stream"),
        (status = 404, body = super::problem::Problem)))]
pub(super) async fn one(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    let id = job_id(&id)?;
    // Listening begins before the look, so that no change falls between them.
    let feed = context.feed.listen();
    jobs::show(&context, id).await?;
    Ok(stream(
        context,
        Listener {
            feed,
            subject: Subject::Job(id),
            last: None,
        },
    ))
}

/// Photos of one visit, as soon as their small copies can be shown; the first event is the session as it is now.
#[utoipa::path(get, path = "/api/v1/sessions/{session_id}/events", tag = "Sessions", params(("session_id" = i64, Path)),
    responses((status = 200, description = "Events `session`, `photo`", content_type = "text/event-stream"),
        (status = 404, body = super::problem::Problem)))]
pub(super) async fn visit(
    _: Kiosk,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    let id = session_id(&id)?;
    let feed = context.feed.listen();
    sessions::show(&context, id).await?;
    Ok(stream(
        context,
        Listener {
            feed,
            subject: Subject::Session(id),
            last: None,
        },
    ))
}

struct Listener {
    feed: Receiver<News>,
    subject: Subject,
    last: Option<Cursor>,
}

/// What a listener wants to hear of.
#[derive(Clone, Copy)]
enum Subject {
    Everything,
    Job(JobId),
    Session(SessionId),
}

impl Subject {
    fn has(self, news: &News) -> bool {
        match (self, news) {
            (Self::Everything, _) => true,
            (Self::Job(id), News::Job(event)) => event.job_id == id,
            (Self::Session(id), News::Photo(photo)) => photo.session_id == id,
            (Self::Job(_), News::Photo(_)) | (Self::Session(_), News::Job(_)) => false,
        }
    }
}

/// The client is gone.
struct Gone;

/// A listener, for as long as it listens, in the metrics.
struct Counted(metrics::Gauge);

impl Counted {
    fn new() -> Self {
        let listeners = metrics::gauge!("boothline_listeners");
        listeners.increment(1);
        Self(listeners)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the task ends with its client, or with the service"
)]
fn stream(context: web::Data<Context>, listener: Listener) -> HttpResponse {
    let (sender, receiver) = mpsc::channel::<Bytes>(16);
    let stopping = context.stopping.clone();
    tokio::spawn(async move {
        let _counted = Counted::new();
        tokio::select! {
            () = sender.closed() => {}
            _ = tell(&context, listener, &sender) => {}
            () = stopping.cancelled() => {
                let _ = sender.try_send(Bytes::from_static(b"retry: 1000\n\n"));
            }
        }
    });
    let body = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let body = futures_util::StreamExt::map(body, Ok::<_, std::convert::Infallible>);
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(body)
}

async fn tell(context: &Context, mut listener: Listener, sender: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    let subject = listener.subject;
    send(sender, ": listening\nretry: 2000\n\n".to_owned()).await?;
    match subject {
        Subject::Everything => {}
        Subject::Job(id) => {
            tell_job(context, id, None, sender).await?;
            tell_photos_of(context, id, sender).await?;
        }
        Subject::Session(id) => tell_session(context, id, sender).await?,
    }
    let mut last = match listener.last {
        Some(last) => replay(context, last, sender).await?,
        None => Cursor::default(),
    };
    let mut pulse = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    loop {
        match next(&mut listener.feed, subject, &mut pulse).await {
            Next::Sign => send(sender, ": still here\n\n".to_owned()).await?,
            Next::Heard(News::Job(event)) => {
                if event.cursor > last {
                    last = event.cursor;
                    tell_event(context, &event, sender).await?;
                }
            }
            Next::Heard(News::Photo(photo)) => tell_data("photo", &PhotoView::from(&*photo), sender).await?,
            Next::Missed => match subject {
                Subject::Everything => send(sender, "event: resync\ndata: {}\n\n".to_owned()).await?,
                Subject::Job(id) => tell_job(context, id, None, sender).await?,
                Subject::Session(id) => tell_session(context, id, sender).await?,
            },
            Next::Over => return Ok(()),
        }
    }
}

/// What a listener is told next.
#[derive(Debug)]
enum Next {
    Heard(News),
    /// Some news are lost.
    Missed,
    /// Time for a sign of life.
    Sign,
    Over,
}

/// News of others are passed over, and put no sign of life off.
async fn next(feed: &mut Receiver<News>, subject: Subject, pulse: &mut Interval) -> Next {
    loop {
        let news = tokio::select! {
            biased;
            _ = pulse.tick() => return Next::Sign,
            news = feed.recv() => news,
        };
        match news {
            Ok(news) if subject.has(&news) => return Next::Heard(news),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return Next::Missed,
            Err(RecvError::Closed) => return Next::Over,
        }
    }
}

/// The session as it is now.
async fn tell_session(context: &Context, id: SessionId, sender: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    match sessions::show(context, id).await {
        Ok(session) => tell_data("session", &session, sender).await,
        Err(_) => Ok(()),
    }
}

/// What a waiting screen can show until the job is done: the small copies of its photos.
async fn tell_photos_of(context: &Context, id: JobId, sender: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    let waits = jobs::show(context, id)
        .await
        .is_ok_and(|job| job.result_url.is_none());
    if !waits {
        return Ok(());
    }
    let photos = photos::of_job(context.database.reader(), id).await;
    for photo in photos.unwrap_or_default() {
        tell_data("photo", &PhotoView::from(&photo), sender).await?;
    }
    Ok(())
}

async fn tell_data(event: &str, data: &impl Serialize, sender: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    let Ok(data) = serde_json::to_string(data) else {
        return Ok(());
    };
    send(sender, format!("event: {event}\ndata: {data}\n\n")).await
}

async fn replay(context: &Context, last: Cursor, sender: &mpsc::Sender<Bytes>) -> Result<Cursor, Gone> {
    let missed = events::after(context.database.reader(), last, REPLAY)
        .await
        .unwrap_or_default();
    if missed.len() as u64 >= u64::from(REPLAY) {
        send(sender, "event: resync\ndata: {}\n\n".to_owned()).await?;
        return Ok(missed.last().map_or(last, |event| event.cursor));
    }
    let mut told = last;
    for event in missed {
        told = event.cursor;
        tell_event(context, &event, sender).await?;
    }
    Ok(told)
}

async fn tell_event(context: &Context, event: &Event, sender: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    if event.kind == "deleted" {
        let data = json!({ "job_id": event.job_id });
        return send(
            sender,
            format!("event: job_deleted\nid: {}\ndata: {data}\n\n", event.cursor),
        )
        .await;
    }
    tell_job(context, event.job_id, Some(event.cursor), sender).await
}

/// The job as it is now; one that is deleted by now has an event of its own.
async fn tell_job(
    context: &Context,
    id: JobId,
    cursor: Option<Cursor>,
    sender: &mpsc::Sender<Bytes>,
) -> Result<(), Gone> {
    let Ok(job) = jobs::show(context, id).await else {
        return Ok(());
    };
    let Ok(data) = serde_json::to_string(&job) else {
        return Ok(());
    };
    let id = cursor.map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
    send(sender, format!("event: job\n{id}data: {data}\n\n")).await
}

async fn send(sender: &mpsc::Sender<Bytes>, text: String) -> Result<(), Gone> {
    sender.send(Bytes::from(text)).await.map_err(|_| Gone)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::broadcast;
    use tokio::time::{interval, timeout};

    use super::*;

    /// Fails the test where it would hang.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn change_of(job: i64) -> News {
        News::Job(Arc::new(Event {
            cursor: Cursor::default(),
            job_id: JobId(job),
            kind: "changed".to_owned(),
        }))
    }

    #[tokio::test]
    async fn a_listener_in_a_busy_booth_gets_signs_of_life() {
        let (booth, mut feed) = broadcast::channel(1024);
        let others = async {
            let mut busy = interval(Duration::from_millis(1));
            loop {
                busy.tick().await;
                booth.send(change_of(2)).unwrap();
            }
        };
        let mut pulse = interval_at(Instant::now() + HEARTBEAT / 50, HEARTBEAT / 50);
        let told = next(&mut feed, Subject::Job(JobId(1)), &mut pulse);
        tokio::select! {
            told = timeout(PATIENCE, told) => assert!(matches!(told, Ok(Next::Sign)), "{told:?}"),
            () = others => unreachable!("they go on"),
        }
    }
}
