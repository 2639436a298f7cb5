//! What every request goes through first: outage, counting, latency, faults, the rate limit.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, SizedStream, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::rt::time::sleep;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;

use crate::connection::Connection;
use crate::error::{ApiError, JSON};
use crate::faults::FaultKind;
use crate::method_override;
use crate::operation::{Kind, Operation, classify};
use crate::shared::Shared;

/// A fault that strikes inside an upload, found by its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageFault {
    /// Keep so many bytes of the piece, or half of it.
    Part(Option<u64>),
    /// Turn a bit of what is kept.
    Damage,
}

type Answer = Result<ServiceResponse<BoxBody>, Error>;

/// The middleware.
pub(crate) async fn admit(request: ServiceRequest, next: Next<BoxBody>) -> Answer {
    let Some(shared) = request.app_data::<web::Data<Shared>>().cloned() else {
        return next.call(request).await;
    };
    let request = method_override::undo(request).await;
    let range = request.headers().get("content-range");
    let range = range.and_then(|value| value.to_str().ok());
    let kind = classify(
        request.method().as_str(),
        request.path(),
        request.query_string(),
        range,
    );
    let Kind::Call(op) = kind else {
        return next.call(request).await;
    };
    if shared.is_out() {
        return Ok(cut(request));
    }
    let allowed = op == Operation::Link || shared.arrive(op);
    let latency = shared.options().latency;
    if !latency.is_zero() && op != Operation::Link {
        sleep(latency).await;
    }
    if let Some(fault) = shared.faults.strike(op) {
        return suffer(fault, op, request, next).await;
    }
    if let Some(refusal) = refusal(&shared, op, allowed) {
        return refuse(request, &refusal).await;
    }
    next.call(request).await
}

fn refusal(shared: &Shared, op: Operation, allowed: bool) -> Option<ApiError> {
    if !allowed {
        return Some(ApiError::scripted(403, "userRateLimitExceeded", None));
    }
    (op.is_drive() && shared.options().api_disabled).then(|| {
        ApiError::new(
            403,
            "accessNotConfigured",
            "Google Drive API has not been used in project 100000000000 before or it is disabled. Enable it by \
             visiting https://console.developers.google.com/apis/api/drive.googleapis.com/overview?project=100000000000 \
             then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our \
             systems and retry.",
        )
        .in_domain("usageLimits")
    })
}

async fn suffer(fault: FaultKind, op: Operation, mut request: ServiceRequest, next: Next<BoxBody>) -> Answer {
    match fault {
        FaultKind::CutBefore => Ok(cut(request)),
        FaultKind::CutAfter => Ok(cut_answer(next.call(request).await?)),
        FaultKind::Hang { seconds } => {
            sleep(span(seconds)).await;
            next.call(request).await
        }
        FaultKind::HangAfter { seconds } => {
            let answer = next.call(request).await;
            sleep(span(seconds)).await;
            answer
        }
        FaultKind::Slow { bytes_per_second } => {
            trickle_in(&mut request, bytes_per_second);
            let answer = next.call(request).await?;
            trickle_out(answer, bytes_per_second).await
        }
        FaultKind::Answer {
            status,
            content_type,
            body,
        } => {
            drain(&mut request).await;
            let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
            let answer = HttpResponse::build(status)
                .insert_header((CONTENT_TYPE, content_type))
                .body(body);
            Ok(request.into_response(answer))
        }
        FaultKind::Status {
            status,
            reason,
            retry_after,
            after_work,
        } => {
            let answer = scripted_answer(op, status, &reason, retry_after);
            if after_work {
                let (request, _) = next.call(request).await?.into_parts();
                return Ok(ServiceResponse::new(request, answer));
            }
            drain(&mut request).await;
            Ok(request.into_response(answer))
        }
        FaultKind::StorePart { bytes } => {
            request.extensions_mut().insert(StorageFault::Part(bytes));
            next.call(request).await
        }
        FaultKind::CutAfterPart { bytes } => {
            request.extensions_mut().insert(StorageFault::Part(bytes));
            Ok(cut_answer(next.call(request).await?))
        }
        FaultKind::WrongBytes => {
            request.extensions_mut().insert(StorageFault::Damage);
            next.call(request).await
        }
    }
}

/// OAuth has a form of its own for errors.
fn scripted_answer(op: Operation, status: u16, reason: &str, retry_after: Option<u64>) -> HttpResponse {
    if !matches!(op, Operation::Token | Operation::DeviceCode | Operation::Revoke) {
        return ApiError::scripted(status, reason, retry_after).error_response();
    }
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CONTENT_TYPE, JSON));
    if let Some(seconds) = retry_after {
        answer.insert_header(("Retry-After", seconds.to_string()));
    }
    let error = if reason.is_empty() {
        "internal_failure"
    } else {
        reason
    };
    let body = serde_json::json!({"error": error, "error_description": "A scripted fault."});
    answer.body(body.to_string())
}

async fn refuse(mut request: ServiceRequest, refusal: &ApiError) -> Answer {
    drain(&mut request).await;
    Ok(request.into_response(refusal.error_response()))
}

/// Reads what the caller still sends, so that the answer reaches it instead of a reset connection.
async fn drain(request: &mut ServiceRequest) {
    let mut payload = request.take_payload();
    while let Some(Ok(_)) = payload.next().await {}
}

fn cut(request: ServiceRequest) -> ServiceResponse<BoxBody> {
    cut_answer(request.into_response(HttpResponse::Ok().finish()))
}

/// Closes the socket under an answer, so that no byte of it leaves.
fn cut_answer(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if let Some(connection) = answer.request().conn_data::<Arc<Connection>>() {
        connection.cut();
    }
    answer
}

fn span(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// Pieces small enough that a slow body moves ten times a second.
fn pace(bytes_per_second: u64) -> (usize, Duration) {
    let piece = usize::try_from(bytes_per_second / 10)
        .unwrap_or(usize::MAX)
        .max(1);
    (piece, span(piece as f64 / bytes_per_second.max(1) as f64))
}

fn trickle_in(request: &mut ServiceRequest, bytes_per_second: u64) {
    let payload = request.take_payload();
    let slowed = payload.then(move |chunk| async move {
        if let Ok(chunk) = &chunk {
            sleep(span(chunk.len() as f64 / bytes_per_second.max(1) as f64)).await;
        }
        chunk
    });
    request.set_payload(Payload::Stream {
        payload: Box::pin(slowed),
    });
}

async fn trickle_out(answer: ServiceResponse<BoxBody>, bytes_per_second: u64) -> Answer {
    let (request, response) = answer.into_parts();
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body)
        .await
        .map_err(actix_web::error::ErrorInternalServerError)?;
    let length = bytes.len() as u64;
    let (piece, pause) = pace(bytes_per_second);
    let pieces = stream::unfold(bytes, move |mut rest: Bytes| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(pause).await;
        let piece = rest.split_to(piece.min(rest.len()));
        Some((Ok::<_, std::io::Error>(piece), rest))
    });
    let body = SizedStream::new(length, pieces);
    let response = response.set_body(BoxBody::new(body));
    Ok(ServiceResponse::new(request, response))
}
