//! Refusals in the form that Google's APIs give them.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::{Value, json};

pub(crate) const JSON: &str = "application/json; charset=UTF-8";

/// A refused call.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: u16,
    domain: &'static str,
    reason: String,
    message: String,
    location: Option<(&'static str, &'static str)>,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, reason: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            domain: "global",
            reason: reason.to_owned(),
            message: message.into(),
            location: None,
            retry_after: None,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "badRequest", message)
    }

    /// A parameter that cannot be read.
    pub(crate) fn invalid_value(parameter: &'static str) -> Self {
        Self::new(400, "invalid", "Invalid Value").at("parameter", parameter)
    }

    /// Missing, or not visible for this caller; Google does not say which.
    pub(crate) fn not_found(id: &str) -> Self {
        Self::new(404, "notFound", format!("File not found: {id}.")).at("parameter", "fileId")
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            401,
            "authError",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
             other valid authentication credential. See \
             https://developers.google.com/identity/sign-in/web/devconsole-project.",
        )
        .at("header", "Authorization")
    }

    /// An error that a script asked for.
    pub(crate) fn scripted(status: u16, reason: &str, retry_after: Option<u64>) -> Self {
        let message = match reason {
            "userRateLimitExceeded" => {
                "User Rate Limit Exceeded. Rate of requests for user exceed configured \
                                        project quota, you may consider re-evaluating expected per-user traffic \
                                        to the API and adjust project quota limits accordingly."
            }
            "rateLimitExceeded" => "Rate Limit Exceeded",
            "sharingRateLimitExceeded" => {
                "Rate limit exceeded. User message: \"Sorry, you have exceeded your sharing quota.\""
            }
            "storageQuotaExceeded" => "The user's Drive storage quota has been exceeded.",
            "authError" => "Invalid Credentials",
            "backendError" => "Backend Error",
            "internalError" => "Internal Error",
            _ => "A scripted fault.",
        };
        let reason = if reason.is_empty() {
            default_reason(status)
        } else {
            reason
        };
        let mut error = Self::new(status, reason, message);
        error.retry_after = retry_after;
        error.domain = domain_of(reason);
        error
    }

    pub(crate) fn in_domain(mut self, domain: &'static str) -> Self {
        self.domain = domain;
        self
    }

    pub(crate) fn at(mut self, kind: &'static str, name: &'static str) -> Self {
        self.location = Some((kind, name));
        self
    }

    fn body(&self) -> Value {
        let mut error = json!({
            "domain": self.domain,
            "reason": self.reason,
            "message": self.message,
        });
        if let Some((kind, name)) = self.location {
            error["locationType"] = kind.into();
            error["location"] = name.into();
        }
        json!({"error": {
            "code": self.status,
            "message": self.message,
            "errors": [error],
            "status": status_word(self.status),
        }})
    }
}

fn domain_of(reason: &str) -> &'static str {
    match reason {
        "userRateLimitExceeded" | "rateLimitExceeded" | "dailyLimitExceeded" | "accessNotConfigured" => {
            "usageLimits"
        }
        _ => "global",
    }
}

fn default_reason(status: u16) -> &'static str {
    match status {
        401 => "authError",
        403 => "forbidden",
        404 => "notFound",
        409 => "conflict",
        429 => "rateLimitExceeded",
        503 => "backendError",
        500.. => "internalError",
        _ => "badRequest",
    }
}

fn status_word(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 | 410 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        502 | 503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INVALID_ARGUMENT",
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.reason, self.message)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponseBuilder::new(self.status_code());
        answer.insert_header((CONTENT_TYPE, JSON));
        if let Some(seconds) = self.retry_after {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if self.status == 401 {
            answer.insert_header((
                WWW_AUTHENTICATE,
                r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#,
            ));
        }
        answer.body(self.body().to_string())
    }
}

/// JSON as Google sends it: 200, two spaces of indentation.
pub(crate) fn json_answer(value: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, JSON))
        .body(format!("{value:#}\n"))
}
