//! Which OAuth client asks, and whether it is who it says.

use std::collections::HashMap;

use actix_web::HttpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::directory::{CLIENT_ID, CLIENT_SECRET};
use super::error::OAuthError;
use crate::options::{ClientState, Options};

/// The fields of a form.
pub(crate) type Form = HashMap<String, String>;

/// Checks the client's id and secret, from the form or from HTTP Basic.
pub(crate) fn authenticate(
    request: &HttpRequest,
    form: &Form,
    options: &Options,
) -> Result<String, OAuthError> {
    let basic = basic(request);
    let (id, secret) = match &basic {
        Some((id, secret)) => (Some(id), Some(secret)),
        None => (form.get("client_id"), form.get("client_secret")),
    };
    let id = id.ok_or(OAuthError::invalid_request(
        "Could not determine client ID from request.",
    ))?;
    if id != CLIENT_ID {
        return Err(OAuthError::new(
            401,
            "invalid_client",
            "The OAuth client was not found.",
        ));
    }
    if options.client == ClientState::Deleted {
        return Err(OAuthError::new(
            401,
            "deleted_client",
            "The OAuth client was deleted.",
        ));
    }
    match secret {
        None => Err(OAuthError::invalid_request("client_secret is missing.")),
        Some(secret) if secret != CLIENT_SECRET => Err(OAuthError::new(
            401,
            "invalid_client",
            "The provided client secret is invalid.",
        )),
        Some(_) if options.client == ClientState::Unauthorized => {
            Err(OAuthError::new(401, "unauthorized_client", "Unauthorized"))
        }
        Some(_) => Ok(id.clone()),
    }
}

fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let header = request.headers().get("authorization")?.to_str().ok()?;
    let encoded = header.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
