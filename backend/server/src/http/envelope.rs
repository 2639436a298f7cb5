//! Around every request: its id, its log line, its headers, and the shape of its errors.

use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::FutureExt;
use tracing::{Instrument, field};

use super::problem;
use crate::context::Context;
use crate::refusal::{Kind, Refusal};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, as it stands in its answer and in the log.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl FromRequest for RequestId {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(id.ok_or_else(|| Refusal::internal("the request has no id")))
    }
}

pub(super) async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let started = Instant::now();
    let span = tracing::info_span!("request", request.id = %id, job.id = field::Empty);
    let response = answer(request, next, &id).instrument(span.clone()).await?;
    let _entered = span.enter();
    note(&response, started);
    Ok(response)
}

/// The client's own id where it is a plain one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let given = headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(plain);
    given.map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned)
}

/// The request must not be cloned before it is routed: its router writes into it.
async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: &str,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = match over_limit(&request) {
        Some(refusal) => request.into_response(refused(&refusal.into(), id)),
        None => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(answered) => in_problem_shape(answered?.map_into_boxed_body(), id),
            Err(_panic) => {
                return Err(Refusal::internal("a handler panicked; the message above says where").into());
            }
        },
    };
    add_headers(response.headers_mut(), id);
    Ok(response)
}

/// Beyond loopback each address has a budget of calls.
fn over_limit(request: &ServiceRequest) -> Option<Refusal> {
    let context = request.app_data::<web::Data<Context>>()?;
    let seconds = context.rate_limit.as_ref()?.excess(request.peer_addr()?.ip())?;
    let refusal = Refusal::new(
        Kind::TooMany,
        "too_many_calls",
        "Too many calls from this address; slow down.",
    );
    Some(Refusal {
        retry_after: Some(seconds),
        ..refusal
    })
}

/// Errors of the framework get our shape; pages and our own answers keep theirs.
fn in_problem_shape(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let ours = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if ours || status == StatusCode::RANGE_NOT_SATISFIABLE {
        return response;
    }
    let (request, response) = response.into_parts();
    let mut shaped = match response.error() {
        Some(error) => refused(error, id),
        None => problem::answer(&problem::of_status(status), id),
    };
    *shaped.status_mut() = status;
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE
            && *name != header::CONTENT_LENGTH
            && !shaped.headers().contains_key(name)
        {
            shaped.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, shaped)
}

fn refused(error: &actix_web::Error, id: &str) -> actix_web::HttpResponse<BoxBody> {
    let Some(refusal) = error.as_error::<Refusal>() else {
        let status = error.as_response_error().status_code();
        return problem::answer(&problem::of_status(status), id);
    };
    match (refusal.kind, &refusal.cause) {
        (Kind::Internal, cause) => tracing::error!(cause = ?cause, "A request failed inside"),
        (Kind::Unavailable | Kind::StorageFull, cause) => {
            tracing::warn!(code = refusal.code, cause = ?cause, "A request had to be put off: {refusal}");
        }
        _ => {}
    }
    problem::answer(refusal, id)
}

fn add_headers(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(), geolocation=()",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

fn note(response: &ServiceResponse<BoxBody>, started: Instant) {
    let (method, status) = (response.request().method(), response.status().as_u16());
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "(unknown)".to_owned());
    let elapsed = started.elapsed();
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let labels = [
        ("method", method_label(method)),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::histogram!("boothline_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    tracing::debug!(%method, route, status, elapsed_ms, "{method} {route} answered {status} in {elapsed_ms} ms");
}

/// A closed set, so that no client can fill the metrics with invented methods.
fn method_label(method: &Method) -> String {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::PUT,
    ];
    known
        .iter()
        .find(|known| *known == method)
        .map_or_else(|| "other".to_owned(), ToString::to_string)
}
