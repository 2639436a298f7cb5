//! The header `Idempotency-Key`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::refusal::Refusal;
use crate::services::once::{Answer, Once};

/// The client's key, where it sent one.
#[derive(Clone, Debug)]
pub(super) struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else {
            return ready(Ok(Self(None)));
        };
        let key = value
            .to_str()
            .ok()
            .map(str::trim)
            .filter(|key| (1..=255).contains(&key.len()));
        ready(key.map(|key| Self(Some(key.to_owned()))).ok_or_else(|| {
            let detail = "Idempotency-Key must be 1 to 255 visible ASCII characters.";
            Refusal::bad_request("idempotency_key_invalid", detail)
        }))
    }
}

impl IdempotencyKey {
    /// The key as the client sent it.
    pub(super) fn text(self) -> Option<String> {
        self.0
    }

    /// What is to be done once: the call, and everything that decides its answer.
    pub(super) fn once(self, scope: &'static str, parts: &[&str]) -> Once {
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths keep ("ab", "c") apart from ("a", "bc").
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Once {
            scope,
            key: self.0,
            fingerprint: hex::encode(hash.finalize()),
        }
    }
}

/// The answer as HTTP.
pub(super) fn respond(answer: Answer) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    if answer.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response.content_type("application/json").body(answer.body)
}
