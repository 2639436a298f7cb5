//! The token endpoint and its opposite, revocation.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::client::{Form, authenticate};
use super::directory::{Code, Grant};
use super::error::OAuthError;
use super::{assertion, device};
use crate::error::json_answer;
use crate::shared::Shared;

/// `POST /token`
pub(crate) async fn answer(
    shared: web::Data<Shared>,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, OAuthError> {
    let grant_type = form.get("grant_type").map_or("", String::as_str);
    let answer = match grant_type {
        "authorization_code" => exchange(&shared, &request, &form),
        "refresh_token" => refresh(&shared, &request, &form),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => assert(&shared, &form),
        "urn:ietf:params:oauth:grant-type:device_code" | "http://oauth.net/grant_type/device/1.0" => {
            poll(&shared, &request, &form)
        }
        "" => Err(OAuthError::invalid_request(
            "Missing required parameter: grant_type",
        )),
        _ => Err(OAuthError::new(
            400,
            "unsupported_grant_type",
            "Invalid grant_type",
        )),
    }?;
    Ok(json_answer(&answer))
}

fn exchange(shared: &Shared, request: &HttpRequest, form: &Form) -> Result<Value, OAuthError> {
    let options = shared.options();
    let client = authenticate(request, form, &options)?;
    let code = form
        .get("code")
        .ok_or(OAuthError::invalid_request("Missing required parameter: code"))?;
    let code = shared.directory().take_code(code, shared.now())?;
    if code.grant.client != client {
        return Err(OAuthError::invalid_grant("Bad Request"));
    }
    if form.get("redirect_uri") != Some(&code.redirect_uri) {
        return Err(OAuthError::new(400, "redirect_uri_mismatch", "Bad Request"));
    }
    check_verifier(&code, form.get("code_verifier"))?;
    Ok(first_answer(shared, code.grant, code.wants_refresh_token))
}

fn check_verifier(code: &Code, verifier: Option<&String>) -> Result<(), OAuthError> {
    match (&code.challenge, verifier) {
        (None, None) => Ok(()),
        (Some((challenge, hashed)), Some(verifier)) => {
            let proof = if *hashed { s256(verifier) } else { verifier.clone() };
            let proven = proof == *challenge && (43..=128).contains(&verifier.len());
            proven
                .then_some(())
                .ok_or(OAuthError::invalid_grant("Invalid code verifier."))
        }
        (Some(_), None) => Err(OAuthError::invalid_grant("Missing code verifier.")),
        (None, Some(_)) => Err(OAuthError::invalid_grant(
            "code_verifier or verifier is not needed.",
        )),
    }
}

/// RFC 7636, section 4.2.
fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// The answer to a consent, which may bring a refresh token.
fn first_answer(shared: &Shared, grant: Grant, with_refresh_token: bool) -> Value {
    let (options, now) = (shared.options(), shared.now());
    let mut directory = shared.directory();
    let mut answer = access_answer(&grant.scope, options.token_lifetime.as_secs());
    if with_refresh_token {
        answer["refresh_token"] = directory.refresh_token(grant.clone(), &options, now).into();
        if let Some(lifetime) = options.refresh_token_lifetime {
            answer["refresh_token_expires_in"] = lifetime.as_secs().into();
        }
    }
    answer["access_token"] = directory.access_token(grant, &options, now).into();
    answer
}

fn access_answer(scope: &str, seconds: u64) -> Value {
    json!({"expires_in": seconds, "scope": scope, "token_type": "Bearer"})
}

/// The answer to a refresh has no new refresh token.
fn refresh(shared: &Shared, request: &HttpRequest, form: &Form) -> Result<Value, OAuthError> {
    let (options, now) = (shared.options(), shared.now());
    let client = authenticate(request, form, &options)?;
    let token = form.get("refresh_token").ok_or(OAuthError::invalid_request(
        "Missing required parameter: refresh_token",
    ))?;
    let mut directory = shared.directory();
    let (grant, left) = directory.refresh(token, &client, now)?;
    let mut answer = access_answer(&grant.scope, options.token_lifetime.as_secs());
    if let Some(left) = left {
        answer["refresh_token_expires_in"] = left.as_secs().into();
    }
    answer["access_token"] = directory.access_token(grant, &options, now).into();
    Ok(answer)
}

fn assert(shared: &Shared, form: &Form) -> Result<Value, OAuthError> {
    let (options, now) = (shared.options(), shared.now());
    let assertion = form.get("assertion").ok_or(OAuthError::invalid_request(
        "Missing required parameter: assertion",
    ))?;
    let grant = assertion::verify(assertion, &shared.url, &options, now)?;
    let mut answer = json!({"expires_in": options.token_lifetime.as_secs(), "token_type": "Bearer"});
    answer["access_token"] = shared.directory().access_token(grant, &options, now).into();
    Ok(answer)
}

fn poll(shared: &Shared, request: &HttpRequest, form: &Form) -> Result<Value, OAuthError> {
    let client = authenticate(request, form, &shared.options())?;
    let code = form.get("device_code").or_else(|| form.get("code"));
    let code = code.ok_or(OAuthError::invalid_request(
        "Missing required parameter: device_code",
    ))?;
    let grant = device::poll(shared, &client, code)?;
    Ok(first_answer(shared, grant, true))
}

/// `POST /revoke`
pub(crate) async fn revoke(
    shared: web::Data<Shared>,
    query: web::Query<Form>,
    form: Option<web::Form<Form>>,
) -> Result<HttpResponse, OAuthError> {
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let token = form.get("token").or_else(|| query.get("token"));
    let token = token.ok_or(OAuthError::invalid_request("Missing required parameter: token"))?;
    if !shared.directory().revoke(token) {
        return Err(OAuthError::new(400, "invalid_token", "Token expired or revoked"));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, crate::error::JSON))
        .body("{}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        assert_eq!(
            s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
