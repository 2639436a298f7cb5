//! JSON bodies: read in time, or refused with the reason.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::JsonPayloadError;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::problem::body_late;
use crate::refusal::{Kind, Refusal};

/// A JSON body is small and comes at once.
const PATIENCE: Duration = Duration::from_secs(15);
const LIMIT: usize = 64 * 1024;

/// A JSON body of this shape.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = web::Json::<T>::from_request(request, payload);
        Box::pin(async move {
            let read = tokio::time::timeout(PATIENCE, read)
                .await
                .map_err(|_| body_late())?;
            Ok(Self(read?.into_inner()))
        })
    }
}

pub(super) fn json_config() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(LIMIT)
        .error_handler(|error, _| refused(&error).into())
}

fn refused(error: &JsonPayloadError) -> Refusal {
    match error {
        JsonPayloadError::ContentType => Refusal::new(
            Kind::UnsupportedMedia,
            "json_expected",
            "The body must be JSON, with its Content-Type.",
        ),
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => {
            Refusal::new(Kind::TooLarge, "body_too_large", "The body is too large.")
        }
        JsonPayloadError::Deserialize(error) if error.is_data() => {
            Refusal::unprocessable("json_invalid", format!("The body does not fit: {error}."))
        }
        _ => Refusal::bad_request("json_malformed", "The body is not JSON."),
    }
}
