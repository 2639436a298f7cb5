//! One request to a token endpoint, and what its answer means.

use std::time::Duration;

use boothline_domain::clock::Timestamp;
use bytes::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::client_secrets::text;
use super::secret::Secret;
use super::skew::Skew;
use crate::drive::http::{self, HttpClient};

/// How long an access token is taken to live where the answer does not say: Google's hour.
const USUAL_LIFE: Duration = Duration::from_secs(3600);
/// No token of ours lives longer than a year; a larger number is a fault.
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// More of the other side's words than this would not be read.
const LONGEST_WORDS: usize = 300;

/// What the token endpoint grants.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    pub(super) access_token: Secret,
    pub(super) expires_in: Duration,
    /// Only with a first consent, or when Google replaces it.
    pub(super) refresh_token: Option<Secret>,
    /// Only with grants that end by themselves.
    pub(super) refresh_token_expires_in: Option<Duration>,
    pub(super) scopes: Option<Vec<String>>,
}

impl Granted {
    /// When the access token ends.
    pub(super) fn ends(&self, now: Timestamp) -> Timestamp {
        now.plus(self.expires_in)
    }

    fn read(answer: &Map<String, Value>) -> Option<Self> {
        let bearer = text(answer, "token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let access_token = text(answer, "access_token").filter(|_| bearer)?;
        Some(Self {
            access_token: Secret::new(access_token),
            expires_in: sane_life(seconds(answer, "expires_in")),
            refresh_token: text(answer, "refresh_token").map(Secret::new),
            refresh_token_expires_in: seconds(answer, "refresh_token_expires_in"),
            scopes: text(answer, "scope")
                .map(|scopes| scopes.split_whitespace().map(str::to_owned).collect()),
        })
    }
}

/// Why there is no answer that we can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EndpointError {
    /// The network, the other side's fault, or not the other side at all: it heals by itself.
    Unreachable {
        problem: String,
        retry_after: Option<Duration>,
    },
    /// The other side has understood and refuses.
    Refused(Refusal),
}

/// An OAuth error, by RFC 6749 section 5.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `invalid_grant` and the like.
    pub(super) code: String,
    /// The code with the description.
    pub(super) words: String,
    /// How far our clock is off, by the answer's date.
    pub(super) skew: Option<Skew>,
}

/// Asks for a token.
pub(super) async fn token(
    http: &HttpClient,
    address: &Url,
    form: &[(&str, &str)],
    limit: Duration,
    now: Timestamp,
) -> Result<Granted, EndpointError> {
    let answer = post(http, address, form, limit, now).await?;
    Granted::read(&answer).ok_or_else(no_token)
}

/// Sends a form and reads a JSON object.
pub(super) async fn post(
    http: &HttpClient,
    address: &Url,
    form: &[(&str, &str)],
    limit: Duration,
    now: Timestamp,
) -> Result<Map<String, Value>, EndpointError> {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = Request::post(address.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(Bytes::from(body))
        .map_err(|error| unreachable(&error.to_string()))?;
    let answer = http::send(http, request, limit)
        .await
        .map_err(|error| unreachable(&error.to_string()))?;
    judge(&answer, now).map_err(|error| without_secrets(error, form))
}

fn judge(answer: &Response<Bytes>, now: Timestamp) -> Result<Map<String, Value>, EndpointError> {
    let status = answer.status();
    let object = match serde_json::from_slice(answer.body()) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    if let Some(code) = text(&object, "error") {
        // While a device waits for consent, Google paces it with these, whatever the status is.
        let pacing = ["authorization_pending", "slow_down"].contains(&code.as_str());
        if !is_transient(&code) && (pacing || !heals(status)) {
            let more = ["error_subtype", "error_description"].map(|key| text(&object, key));
            return Err(EndpointError::Refused(Refusal {
                words: words([Some(code.clone())].into_iter().chain(more)),
                code,
                skew: Skew::of(answer.headers(), now),
            }));
        }
    } else if status.is_success() && !object.is_empty() && !object.contains_key("error") {
        return Ok(object);
    }
    Err(EndpointError::Unreachable {
        problem: format!("an answer that we cannot use: HTTP {}", status.as_u16()),
        retry_after: retry_after(answer),
    })
}

/// Whether the status says that a later try may succeed.
fn heals(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}

fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Whether the code says that a later try may succeed.
pub(super) fn is_transient(code: &str) -> bool {
    [
        "server_error",
        "temporarily_unavailable",
        "internal_failure",
        "rate_limit_exceeded",
    ]
    .contains(&code)
}

/// The other side's words in one line of bounded length.
pub(super) fn words(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts
        .join(": ")
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_WORDS)
        .collect()
}

/// Whatever answers may repeat what we have sent; a log must not.
fn without_secrets(error: EndpointError, form: &[(&str, &str)]) -> EndpointError {
    const OPEN: [&str; 4] = ["grant_type", "client_id", "redirect_uri", "scope"];
    let EndpointError::Refused(mut refusal) = error else {
        return error;
    };
    for (name, value) in form {
        if !OPEN.contains(name) && !value.is_empty() {
            refusal.code = refusal.code.replace(value, "(hidden)");
            refusal.words = refusal.words.replace(value, "(hidden)");
        }
    }
    EndpointError::Refused(refusal)
}

/// An answer that looks like a success and is none.
pub(super) fn no_token() -> EndpointError {
    unreachable("the answer holds no token; perhaps it is not Google that answers")
}

/// What heals by itself, in the words for the operator.
pub(super) fn unreachable(problem: &str) -> EndpointError {
    EndpointError::Unreachable {
        problem: problem.to_owned(),
        retry_after: None,
    }
}

/// How long an access token lives, where the answer says nothing that can be.
pub(super) fn sane_life(said: Option<Duration>) -> Duration {
    said.filter(|life| (Duration::from_secs(1)..LONGEST_LIFE).contains(life))
        .unwrap_or(USUAL_LIFE)
}

/// A positive number of seconds, also where it was sent as text.
pub(super) fn seconds(answer: &Map<String, Value>, key: &str) -> Option<Duration> {
    let value = answer.get(key)?;
    value
        .as_u64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|seconds| (1..LONGEST_LIFE.as_secs()).contains(seconds))
        .map(Duration::from_secs)
}
