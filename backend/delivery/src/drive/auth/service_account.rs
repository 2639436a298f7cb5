//! A service account: it signs in with a key of its own, without any person.
//!
//! The key's form, the signed assertion and its exchange for a token are yup-oauth2's. Ours is
//! what it leaves open: a key file is checked when it is read, a request has a time limit, an
//! answer without a token is no token, and each refusal says what to do. Its authenticator is
//! made for one request, so that tokens are kept in one place only.

use std::error::Error as _;
use std::iter;
use std::time::Duration;

use boothline_domain::clock::{Clock as _, SystemClock, Timestamp};
use bytes::Bytes;
use hyper::{Request, Uri};
use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use yup_oauth2::error::AuthError;
use yup_oauth2::{AccessToken, ServiceAccountAuthenticator, ServiceAccountKey};

use super::client_secrets::{self, google_token_uri, text};
use super::endpoint::{self, EndpointError, Granted, Refusal, unreachable};
use super::scope::Scope;
use super::secret::Secret;
use super::skew::Skew;
use crate::drive::http::{self, HttpClient, HttpError};

/// A service account, as its key file has it. It has no `Debug` output.
pub(super) struct ServiceAccount {
    key: ServiceAccountKey,
}

impl ServiceAccount {
    /// Reads the file's bytes; the error is the end of a sentence that began with its path.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut root = client_secrets::object(bytes)?;
        if root.contains_key("installed") || root.contains_key("web") {
            return Err("is an OAuth client's file, not a service account's key".to_owned());
        }
        for field in ["client_email", "private_key"] {
            text(&root, field).ok_or_else(|| format!("has no \"{field}\""))?;
        }
        let token_uri = client_secrets::endpoint(&root, "token_uri", google_token_uri().as_str())?;
        // yup-oauth2 would panic at an address that hyper does not take.
        Uri::try_from(token_uri.as_str()).map_err(|_| "has no proper address in \"token_uri\"")?;
        root.insert("token_uri".to_owned(), token_uri.as_str().into());
        let key: ServiceAccountKey = serde_json::from_value(Value::Object(root))
            .map_err(|_| "is not a service account's key as Google gives it")?;
        // yup-oauth2 would only say so at the first upload.
        let der = PrivateKeyDer::from_pem_slice(key.private_key.as_bytes())
            .map_err(|_| "has a \"private_key\" that is not in PEM form")?;
        RsaSigningKey::new(&der).map_err(|_| "has a \"private_key\" that is no RSA key")?;
        Ok(Self { key })
    }

    /// The account's address, which is its name.
    pub(super) fn email(&self) -> &str {
        &self.key.client_email
    }

    /// Asks for an access token, within `limit`.
    pub(super) async fn token(
        &self,
        http: &HttpClient,
        scope: Scope,
        limit: Duration,
        now: Timestamp,
    ) -> Result<Granted, EndpointError> {
        let deadline = Instant::now() + limit;
        let mut answer = timeout_at(deadline, request(self.key.clone(), scope))
            .await
            .unwrap_or_else(|_| Err(unreachable(&HttpError::Timeout(limit).to_string())));
        if let Err(EndpointError::Refused(refusal)) = &mut answer
            && refusal.code == "invalid_grant"
        {
            let left = deadline.saturating_duration_since(Instant::now());
            refusal.skew = skew(http, &self.key.token_uri, left, now).await;
        }
        answer
    }
}

/// Lets yup-oauth2 sign and send. Its debug lines hold assertions and tokens, so that it gets no
/// log; and its arithmetic can panic at an answer with an absurd number, which the task of its
/// own turns into an error.
async fn request(key: ServiceAccountKey, scope: Scope) -> Result<Granted, EndpointError> {
    let asked = async move {
        let authenticator = ServiceAccountAuthenticator::builder(key).build().await?;
        authenticator.force_refreshed_token(&[scope.url()]).await
    };
    let mut task = JoinSet::new();
    task.spawn(asked.with_subscriber(NoSubscriber::default()));
    match task.join_next().await {
        Some(Ok(Ok(token))) => granted(&token),
        Some(Ok(Err(error))) => Err(meaning(error)),
        _ => Err(unusable()),
    }
}

/// What a token that yup-oauth2 hands out is worth: it takes any JSON object for one.
fn granted(token: &AccessToken) -> Result<Granted, EndpointError> {
    let value = token.token().map(str::trim).filter(|value| !value.is_empty());
    // It has counted from the machine's clock, so that the difference to it is what Google said.
    let life = token.expiration_time().map(|end| {
        let end = Timestamp::from_millis(end.unix_timestamp().saturating_mul(1000));
        end.since(SystemClock.now())
    });
    Ok(Granted {
        access_token: value.map(Secret::new).ok_or_else(endpoint::no_token)?,
        expires_in: endpoint::sane_life(life),
        refresh_token: None,
        refresh_token_expires_in: None,
        scopes: None,
    })
}

/// yup-oauth2 tells neither the status nor the headers of an answer: what is not an OAuth error
/// counts as a fault that heals.
fn meaning(error: yup_oauth2::Error) -> EndpointError {
    use yup_oauth2::Error;
    match error {
        Error::AuthError(error) if endpoint::is_transient(error.error.as_str()) => unusable(),
        Error::AuthError(error) => EndpointError::Refused(refusal(&error)),
        Error::HttpError(_) | Error::HttpClientError(_) => {
            let innermost = iter::successors(error.source(), |&error| error.source()).last();
            let cause = innermost.map_or_else(String::new, ToString::to_string);
            unreachable(&format!("the connection failed: {cause}"))
        }
        Error::JSONError(_) => unusable(),
        other => unreachable(&other.to_string()),
    }
}

fn refusal(error: &AuthError) -> Refusal {
    let code = without_assertions(error.error.as_str());
    let description = error.error_description.as_deref().map(without_assertions);
    Refusal {
        words: endpoint::words([Some(code.clone()), description]),
        code,
        skew: None,
    }
}

/// Whatever answers may repeat what was sent to it; a log must not. Every assertion begins alike,
/// as its header does.
fn without_assertions(words: &str) -> String {
    words
        .split(' ')
        .map(|word| if word.contains("eyJ") { "(hidden)" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// How far our clock is off. The answer to any request says so, also where yup-oauth2 has kept the
/// headers of the refusal to itself.
async fn skew(http: &HttpClient, address: &str, limit: Duration, now: Timestamp) -> Option<Skew> {
    let request = Request::get(address).body(Bytes::new()).ok()?;
    let answer = http::send(http, request, limit).await.ok()?;
    Skew::of(answer.headers(), now)
}

fn unusable() -> EndpointError {
    unreachable("an answer that we cannot use")
}
