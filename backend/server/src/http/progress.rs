//! Work that tells how far it is, line by line, for those who ask for that.

use std::convert::Infallible;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::refusal::Refusal;

/// The form of the lines.
#[derive(Clone, Copy)]
pub(super) enum Lines {
    /// A JSON object in each line, with its `event`.
    Ndjson,
    /// Server-Sent Events.
    Sse,
}

impl Lines {
    /// What the request accepts; `None` where it wants one answer at the end.
    pub(super) fn asked_for(request: &HttpRequest) -> Option<Self> {
        let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
        if accept.contains("application/x-ndjson") {
            Some(Self::Ndjson)
        } else if accept.contains("text/event-stream") {
            Some(Self::Sse)
        } else {
            None
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Sse => "text/event-stream",
        }
    }

    fn line(self, event: &'static str, value: &impl Serialize) -> Bytes {
        let mut json = serde_json::to_value(value).unwrap_or_default();
        match self {
            Self::Ndjson => {
                if let Some(fields) = json.as_object_mut() {
                    fields.insert("event".to_owned(), event.into());
                }
                Bytes::from(format!("{json}\n"))
            }
            Self::Sse => Bytes::from(format!("event: {event}\ndata: {json}\n\n")),
        }
    }

    /// The answer to a call whose `work` tells its steps: `progress` for each, then `report` or `error`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the task ends with its work, which ends by itself or when the service stops"
    )]
    pub(super) fn told<S, R, F>(
        self,
        work: impl FnOnce(mpsc::Sender<S>) -> F + Send + 'static,
    ) -> HttpResponse
    where
        S: Serialize + Send + 'static,
        R: Serialize + Send + 'static,
        F: Future<Output = Result<R, Refusal>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel::<Bytes>(16);
        tokio::spawn(async move {
            let (steps, mut progress) = mpsc::channel::<S>(64);
            let teller = sender.clone();
            let tell = async move {
                while let Some(step) = progress.recv().await {
                    // A client that went away does not stop the work.
                    let _ = teller.send(self.line("progress", &step)).await;
                }
            };
            let (outcome, ()) = tokio::join!(work(steps), tell);
            let last = match outcome {
                Ok(report) => self.line("report", &report),
                Err(refusal) => {
                    let problem = serde_json::json!({"code": refusal.code, "detail": refusal.to_string()});
                    self.line("error", &problem)
                }
            };
            let _ = sender.send(last).await;
        });
        let body = ReceiverStream::new(receiver).map(Ok::<_, Infallible>);
        HttpResponse::Ok()
            .content_type(self.kind())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_ENCODING, "identity"))
            .insert_header(("X-Accel-Buffering", "no"))
            .streaming(body)
    }
}
