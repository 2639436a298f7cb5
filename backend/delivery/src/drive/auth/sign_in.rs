//! Access tokens for whoever calls Drive: fresh, one refresh at a time.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use boothline_domain::clock::{SharedClock, Timestamp};
use google_drive3::common::GetToken;
use tokio::sync::Mutex;

use super::credentials::AccessToken;
use super::error::SignInError;
use super::vault::{Held, Vault};
use super::{CredentialFiles, Scope};
use crate::drive::DriveError;
use crate::drive::http::HttpClient;

/// A token that ends sooner than this is renewed while it can still be used.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// A token that ends sooner than this is not handed out.
pub(super) const LEAST: Duration = Duration::from_secs(60);
/// The whole request to the token endpoint.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// So long a refusal is taken as the answer, and an early renewal that failed is not repeated.
const PAUSE: Duration = Duration::from_secs(8);
/// A file that is torn now may be whole after this.
const WRITERS_TIME: Duration = Duration::from_millis(100);
/// Somebody may replace the token file while we refresh; then the new one is refreshed, once.
const ROUNDS: usize = 2;

/// Signs in to Google, for all callers together. A clone is the same sign-in.
#[derive(Clone)]
pub struct SignIn {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) vault: Vault,
    pub(super) files: CredentialFiles,
    pub(super) scope: Scope,
    pub(super) http: HttpClient,
    clock: SharedClock,
    /// For a whole request to the token endpoint.
    pub(super) limit: Duration,
    /// Held during a refresh.
    turn: Mutex<()>,
}

/// A token, and whether this very call has renewed it.
pub(super) struct Obtained {
    pub(super) access: AccessToken,
    pub(super) refreshed: bool,
}

impl SignIn {
    /// Signs in with what `files` hold, when a token is first asked for.
    pub fn new(files: CredentialFiles, scope: Scope, http: HttpClient, clock: SharedClock) -> Self {
        Self::with_limit(files, scope, http, clock, LIMIT)
    }

    pub(super) fn with_limit(
        files: CredentialFiles,
        scope: Scope,
        http: HttpClient,
        clock: SharedClock,
        limit: Duration,
    ) -> Self {
        let inner = Inner {
            vault: Vault::new(files.clone(), scope),
            files,
            scope,
            http,
            clock,
            limit,
            turn: Mutex::new(()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether there is anything to sign in with: a token file, or the name of a key file.
    pub fn has_credentials(files: &CredentialFiles) -> bool {
        files.service_account.is_some() || files.token.exists()
    }

    /// An access token that is good for at least 60 seconds. It is renewed five minutes before
    /// its end, by one caller for all; until then the others go on with the old one.
    ///
    /// # Errors
    /// [`Trouble::SignIn`](crate::drive::Trouble::SignIn) and
    /// [`Trouble::Scope`](crate::drive::Trouble::Scope) when a person must act,
    /// [`Trouble::Offline`](crate::drive::Trouble::Offline) when it heals by itself; after 10
    /// seconds at most.
    pub async fn token(&self) -> Result<String, DriveError> {
        Ok(self.obtain(None).await?.access.value.expose().to_owned())
    }

    /// Another access token, after Google has answered 401 to `rejected`. It is asked for only
    /// once, however many callers were rejected.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub async fn renew(&self, rejected: &str) -> Result<String, DriveError> {
        Ok(self
            .obtain(Some(rejected))
            .await?
            .access
            .value
            .expose()
            .to_owned())
    }

    /// A fingerprint (hexadecimal SHA-256) of who signs in. It changes when somebody else signs
    /// in, and does not when a token is renewed. `None` without usable credentials.
    pub fn identity(&self) -> Option<String> {
        let held = self.inner.vault.look_unscoped().ok()?;
        Some(held.credentials.fingerprint())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The files' credentials; a file that is being written just now is given time.
    pub(super) async fn look(&self) -> Result<Held, SignInError> {
        match self.inner.vault.look() {
            Err(SignInError::InvalidFile { .. }) => {
                tokio::time::sleep(WRITERS_TIME).await;
                self.inner.vault.look()
            }
            other => other,
        }
    }

    pub(super) async fn obtain(&self, rejected: Option<&str>) -> Result<Obtained, SignInError> {
        let inner = &*self.inner;
        // Before anything else: a refresh that ends from here on is one that we have waited for.
        let attempts = inner.vault.attempts();
        let held = self.look().await?;
        if let Some(access) = self.usable(&held, AHEAD, rejected) {
            return Ok(Obtained::found(access));
        }
        let spare = self.usable(&held, LEAST, rejected);
        if !held.credentials.can_refresh() {
            let ended = held.access.and_then(|access| access.expiry);
            let ended = ended.filter(|_| rejected.is_none());
            return spare
                .map(Obtained::found)
                .ok_or(SignInError::NoRefreshToken(ended));
        }
        let _turn = match spare {
            None => inner.turn.lock().await,
            Some(spare) => match (inner.turn.try_lock(), self.recent_failure()) {
                (_, Some(refusal)) if !refusal.heals() => return Err(refusal),
                (Ok(turn), None) => turn,
                _ => return Ok(Obtained::found(spare)),
            },
        };
        for _ in 0..ROUNDS {
            let held = self.look().await?;
            if let Some(access) = self.usable(&held, AHEAD, rejected) {
                return Ok(Obtained::found(access));
            }
            if let Some(error) = self.shared_failure(attempts) {
                return Err(error);
            }
            match self.refresh(&held.credentials).await {
                Ok(Some(access)) => {
                    inner.vault.record_success();
                    return Ok(Obtained {
                        access,
                        refreshed: true,
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    if error.was_asked_for() {
                        inner.vault.record_failure(&error, self.now());
                    }
                    let spare = self.usable(&held, LEAST, rejected);
                    return match spare {
                        Some(spare) if error.heals() => Ok(Obtained::found(spare)),
                        _ => Err(error),
                    };
                }
            }
        }
        Err(SignInError::Unreachable {
            problem: "the token file changes all the time".to_owned(),
            retry_after: None,
        })
    }

    /// The known token, when it is good for `span` and not the one that was rejected. A token
    /// of unknown age is only used where there is no way to a newer one.
    fn usable(&self, held: &Held, span: Duration, rejected: Option<&str>) -> Option<AccessToken> {
        let access = held.access.as_ref()?;
        let good = access
            .lasts(span, self.now())
            .unwrap_or(!held.credentials.can_refresh());
        let accepted = rejected != Some(access.value.expose());
        (good && accepted).then(|| access.clone())
    }

    /// The failure of a refresh that ended while this caller waited, or a refusal that is so
    /// young that to ask again would bring the same.
    fn shared_failure(&self, attempts: u64) -> Option<SignInError> {
        let failure = self.inner.vault.failure()?;
        let waited_for = failure.attempt > attempts;
        let refused = !failure.error.heals() && self.recent_failure().is_some();
        (waited_for || refused).then_some(failure.error)
    }

    /// The last refresh, if it failed a few seconds ago. The clock may have been set back.
    pub(super) fn recent_failure(&self) -> Option<SignInError> {
        let failure = self.inner.vault.failure()?;
        let now = self.now();
        (now >= failure.at && now.since(failure.at) < PAUSE).then_some(failure.error)
    }
}

impl Obtained {
    fn found(access: AccessToken) -> Self {
        Self {
            access,
            refreshed: false,
        }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("token", &self.inner.files.token)
            .field("scope", &self.inner.scope)
            .finish_non_exhaustive()
    }
}

/// The scopes that google-drive3 would ask for are ignored: it is the stored grant that counts.
impl GetToken for SignIn {
    fn get_token<'a>(
        &'a self,
        _scopes: &'a [&str],
    ) -> Pin<
        Box<
            dyn Future<Output = Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a,
        >,
    > {
        Box::pin(async move { Ok(Some(self.token().await?)) })
    }
}
