//! Errors as `application/problem+json` (RFC 9457), with the contract's `detail`.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::{Kind, Refusal};

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// A name for this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:boothline:problem:session_not_found")]
    kind: String,
    /// What the status means.
    #[schema(example = "Not Found")]
    title: &'static str,
    /// HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// Stable, for programs.
    #[schema(example = "session_not_found")]
    code: String,
    /// One plain sentence, for people.
    #[schema(example = "There is no such session.")]
    detail: String,
    /// Finds the request in the log.
    request_id: String,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self.kind {
            Kind::BadRequest => StatusCode::BAD_REQUEST,
            Kind::Unauthorized => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Timeout => StatusCode::REQUEST_TIMEOUT,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Refusal {
    fn leaves_body_unread(&self) -> bool {
        matches!(self.kind, Kind::TooLarge | Kind::UnsupportedMedia | Kind::Timeout)
            || self.code == "form_malformed"
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Without its request id; the envelope knows it and writes the body anew.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        answer(self, "")
    }
}

/// The answer to a request that was refused.
pub(super) fn answer(refusal: &Refusal, request_id: &str) -> HttpResponse<BoxBody> {
    let status = refusal.status();
    let problem = Problem {
        kind: format!("urn:boothline:problem:{}", refusal.code),
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: refusal.code.to_owned(),
        detail: refusal.detail.to_string(),
        request_id: request_id.to_owned(),
    };
    let body = serde_json::to_string(&problem).expect("six plain fields always become JSON");
    let mut response = HttpResponse::build(status);
    response
        .content_type("application/problem+json")
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if refusal.leaves_body_unread() {
        // Else a client that drips its body on would hold the connection for ever.
        response.force_close();
    }
    if let Some(seconds) = refusal.retry_after {
        response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
    }
    if refusal.kind == Kind::Unauthorized {
        let challenge = if refusal.code.starts_with("booth") {
            "X-Booth-Key"
        } else {
            "Bearer"
        };
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    response.body(body)
}

/// The refusal that a status of the framework amounts to.
pub(super) fn of_status(status: StatusCode) -> Refusal {
    match status {
        StatusCode::NOT_FOUND => Refusal::not_found("not_found", "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => Refusal::new(
            Kind::MethodNotAllowed,
            "method_not_allowed",
            "This address does not take this method.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(Kind::TooLarge, "body_too_large", "The body is too large.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::new(
            Kind::UnsupportedMedia,
            "media_type_unsupported",
            "This kind of body is not taken here.",
        ),
        StatusCode::REQUEST_TIMEOUT => body_late(),
        status if status.is_client_error() => {
            Refusal::bad_request("request_malformed", "The request cannot be understood.")
        }
        status => Refusal::internal(format!("the framework answered {status}")),
    }
}

/// 408 for a body that did not arrive in time.
pub(super) fn body_late() -> Refusal {
    Refusal::new(
        Kind::Timeout,
        "body_late",
        "The request did not arrive in time; send it again.",
    )
}

pub(super) async fn unknown_route(_request: HttpRequest) -> Result<HttpResponse, Refusal> {
    Err(of_status(StatusCode::NOT_FOUND))
}
