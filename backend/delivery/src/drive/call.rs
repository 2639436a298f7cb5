//! One way for every request: turn, token, time limit, meaning of the answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use boothline_domain::clock::SharedClock;
use bytes::Bytes;
use google_drive3::common::{Delegate, Response as HubResponse, Retry};
use google_drive3::{DriveHub, Error as HubError};
use hyper::header::{AUTHORIZATION, HeaderValue};
use hyper::{Request, Response};

use super::http::{self, Connector, HttpError};
use super::pacer::{Rank, Turn};
use super::upload::Wire;
use super::{Drive, DriveError, Trouble, errors};

pub(super) type Hub = DriveHub<Connector>;

/// For whom a request is, how long it may take, and what it counts as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    pub(super) rank: Rank,
    pub(super) limit: Duration,
    /// Makes something public: has limits of its own.
    pub(super) sharing: bool,
}

/// Why one request brought nothing.
pub(super) enum Fault {
    /// From google-drive3.
    Hub(HubError),
    /// No answer to a request of our own.
    Http(HttpError),
    /// An answer to a request of our own that is no success.
    Refused(Response<Bytes>),
    /// A success that cannot be read.
    Unreadable,
}

impl From<HubError> for Fault {
    fn from(error: HubError) -> Self {
        Self::Hub(error)
    }
}

/// What one request needs: the hub with a fresh token, and a witness of the answer's head.
pub(super) struct Ticket {
    pub(super) hub: Hub,
    pub(super) witness: Witness,
    token: String,
    http: http::HttpClient,
    limit: Duration,
}

impl Ticket {
    /// Sends a request of our own, with the token; only 2xx is a success.
    pub(super) async fn send(self, request: Request<Bytes>) -> Result<Response<Bytes>, Fault> {
        let answer = http::send(&self.http, signed(request, &self.token), self.limit)
            .await
            .map_err(Fault::Http)?;
        if answer.status().is_success() {
            Ok(answer)
        } else {
            Err(Fault::Refused(answer))
        }
    }
}

/// Copies what google-drive3 drops: the status and `Retry-After` of a refusal. Forbids its retries.
#[derive(Clone)]
pub(super) struct Witness {
    seen: Arc<Mutex<Seen>>,
    clock: SharedClock,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    status: Option<u16>,
    retry_after: Option<Duration>,
}

impl Delegate for Witness {
    fn http_failure(&mut self, response: &HubResponse, _: Option<&serde_json::Value>) -> Retry {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            status: Some(response.status().as_u16()),
            retry_after: errors::retry_after(response.headers(), self.clock.now()),
        };
        Retry::Abort
    }
}

impl Drive {
    /// A call that may be repeated: transient faults are tried again, at most
    /// [`super::Patience::retries`] times and with short pauses.
    pub(super) async fn call<T, F, Fut>(&self, errand: Errand, make: F) -> Result<T, DriveError>
    where
        F: Fn(Ticket) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let mut tries = 0;
        loop {
            let error = match self.call_once(errand, &make).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if tries >= self.patience().retries || !self.worth_another_try(&error) {
                return Err(error);
            }
            tries += 1;
            tokio::time::sleep(self.patience().pause()).await;
        }
    }

    /// A call that must not be repeated blindly. Only an expired token is renewed.
    pub(super) async fn call_once<T, F, Fut>(&self, errand: Errand, make: F) -> Result<T, DriveError>
    where
        F: Fn(Ticket) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let token = self.sign_in().token().await?;
        match self.attempt(errand, &token, &make).await {
            Err(error) if error.trouble == Trouble::SignIn => {
                let token = self.sign_in().renew(&token).await?;
                self.attempt(errand, &token, &make).await
            }
            other => other,
        }
    }

    /// Whether trying again within the same call makes sense: what Drive wants
    /// to wait for longer is left to the queue.
    pub(super) fn worth_another_try(&self, error: &DriveError) -> bool {
        let pause = error.retry_after.max(self.pacer().pause());
        error.is_transient() && pause.is_none_or(|pause| pause <= SHORT_PAUSE)
    }

    async fn attempt<T, F, Fut>(&self, errand: Errand, token: &str, make: &F) -> Result<T, DriveError>
    where
        F: Fn(Ticket) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let token = sound(token)?;
        let turn = self.turn(errand.rank).await?;
        let witness = Witness {
            seen: Arc::default(),
            clock: Arc::clone(&self.inner.clock),
        };
        let ticket = Ticket {
            hub: self.hub(token),
            witness: witness.clone(),
            token: token.to_owned(),
            http: self.inner.http.clone(),
            limit: errand.limit,
        };
        let result = match tokio::time::timeout(errand.limit, make(ticket)).await {
            Ok(result) => result.map_err(|fault| self.meaning(fault, &witness)),
            Err(_) => Err(errors::from_http(&HttpError::Timeout(errand.limit))),
        };
        self.tell_pacer(turn, errand.sharing, result.as_ref().err());
        result
    }

    /// Waits for a turn; but a pause of many minutes is for the queue to wait, not for a worker.
    async fn turn(&self, rank: Rank) -> Result<Turn, DriveError> {
        match self.pacer().pause() {
            Some(pause) if pause > LONGEST_WAIT => Err(errors::classify(429, "", "", Some(pause))),
            _ => {
                let turn = self.pacer().turn_of(rank).await;
                self.wait_for_others().await;
                Ok(turn)
            }
        }
    }

    /// Other processes of this machine use the same account.
    async fn wait_for_others(&self) {
        let Some(pace) = &self.inner.shared_pace else {
            return;
        };
        match pace.take(self.inner.clock.now()) {
            Ok(wait) => tokio::time::sleep(wait).await,
            // Our own pace goes on, and Drive says when it is too much.
            Err(error) => tracing::debug!(%error, "The pace cannot be shared: {error}"),
        }
    }

    fn hub(&self, token: &str) -> Hub {
        // The token itself is the hub's authenticator: its own scopes and renewals do not apply,
        // and we know which token a 401 is about.
        let mut hub = DriveHub::new(self.inner.http.clone(), token.to_owned());
        let api = &self.inner.settings.api_url;
        hub.base_url(format!("{api}drive/v3/"));
        hub.root_url(api.to_string());
        hub.user_agent(USER_AGENT.to_owned());
        hub
    }

    fn meaning(&self, fault: Fault, witness: &Witness) -> DriveError {
        let seen = *witness.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Fault::Http(error) => errors::from_http(&error),
            Fault::Refused(answer) => self.refusal(&answer),
            Fault::Hub(HubError::HttpError(error)) => errors::from_http(&http::fault_of(&error)),
            Fault::Hub(HubError::BadRequest(body)) => errors::from_json(seen.status, &body, seen.retry_after),
            Fault::Hub(HubError::Failure(answer)) => {
                errors::classify(answer.status().as_u16(), "", "", seen.retry_after)
            }
            Fault::Unreadable | Fault::Hub(HubError::JsonDecodeError(..)) => DriveError::new(
                Trouble::Interrupted,
                "What came in Google Drive's place is no answer of its.",
            ),
            Fault::Hub(error) => DriveError::new(
                Trouble::Rejected,
                "The request to Google Drive could not be made.",
            )
            .with_detail(error.to_string()),
        }
    }

    fn refusal(&self, answer: &Response<Bytes>) -> DriveError {
        let retry_after = errors::retry_after(answer.headers(), self.inner.clock.now());
        errors::from_answer(answer.status().as_u16(), answer.body(), retry_after)
    }

    pub(super) fn tell_pacer(&self, turn: Turn, sharing: bool, error: Option<&DriveError>) {
        let pacer = self.pacer();
        let Some(error) = error else {
            pacer.went_well(turn);
            if sharing {
                pacer.sharing_went_well(turn);
            }
            return;
        };
        match error.trouble {
            Trouble::RateLimited => pacer.limited(turn, error.retry_after),
            // One fault without a wish delays only its own delivery.
            Trouble::ServerFault if error.retry_after.is_some() => pacer.limited(turn, error.retry_after),
            Trouble::SharingLimited => pacer.sharing_limited(turn, error.retry_after),
            _ => return,
        }
        tracing::warn!(detail = error.detail, "Google Drive asks us to slow down");
    }
}

/// Who asks, as Google's logs see it.
const USER_AGENT: &str = concat!("boothline/", env!("CARGO_PKG_VERSION"));
/// A pause that a call may sit out by itself.
const SHORT_PAUSE: Duration = Duration::from_secs(5);

/// A pause that a request waits for in line.
const LONGEST_WAIT: Duration = Duration::from_secs(90);

/// The uploader's way to Drive.
pub(super) struct Paced<'a> {
    pub(super) drive: &'a Drive,
    pub(super) rank: Rank,
}

impl Paced<'_> {
    async fn send_with(
        &self,
        request: Request<Bytes>,
        limit: Duration,
    ) -> Result<Response<Bytes>, DriveError> {
        let turn = self.drive.turn(self.rank).await?;
        let answer = http::send(&self.drive.inner.http, request, limit)
            .await
            .map_err(|error| errors::from_http(&error))?;
        let status = answer.status().as_u16();
        // 308 is the protocol's way to say "go on", 404 and 410 belong to the session.
        let fine = answer.status().is_success() || matches!(status, 308 | 404 | 410);
        let refusal = (!fine).then(|| self.drive.refusal(&answer));
        self.drive.tell_pacer(turn, false, refusal.as_ref());
        Ok(answer)
    }
}

#[async_trait]
impl Wire for Paced<'_> {
    async fn signed(&self, request: Request<Bytes>, limit: Duration) -> Result<Response<Bytes>, DriveError> {
        let token = self.drive.sign_in().token().await?;
        let answer = self
            .send_with(signed(request.clone(), sound(&token)?), limit)
            .await?;
        if answer.status() != hyper::StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let token = self.drive.sign_in().renew(&token).await?;
        self.send_with(signed(request, sound(&token)?), limit).await
    }

    async fn bare(&self, request: Request<Bytes>, limit: Duration) -> Result<Response<Bytes>, DriveError> {
        self.send_with(request, limit).await
    }

    fn refusal(&self, answer: &Response<Bytes>) -> DriveError {
        self.drive.refusal(answer)
    }

    fn worth_another_try(&self, error: &DriveError) -> bool {
        self.drive.worth_another_try(error)
    }
}

fn signed(mut request: Request<Bytes>, token: &str) -> Request<Bytes> {
    if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}")) {
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    request
}

/// A token that fits into a header; google-drive3 panics on any other.
fn sound(token: &str) -> Result<&str, DriveError> {
    if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(token)
    } else {
        Err(DriveError::new(
            Trouble::SignIn,
            "The stored sign-in is damaged. Connect Google Drive again.",
        ))
    }
}
