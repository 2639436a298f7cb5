//! Who signs in, and with what.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use boothline_domain::clock::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use super::client_secrets::{ClientSecrets, google_token_uri};
use super::disk::Stamp;
use super::error::{GrantAge, SignInError};
use super::secret::Secret;
use super::service_account::ServiceAccount;
use super::token_file::TokenFile;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Between these ages a refusal is most likely the end that "Testing" gives a grant.
const TESTING_LIFE: std::ops::Range<Duration> =
    Duration::from_secs(7 * 24 * 3600 - 3600)..DAY.saturating_mul(9);

/// Who signs in.
pub(super) enum Credentials {
    User(UserGrant),
    ServiceAccount(Arc<ServiceAccount>),
}

/// A person's consent, as the token file has it.
pub(super) struct UserGrant {
    pub(super) file: Arc<TokenFile>,
    /// The stamp of the file on disk that this is, or that this was derived from.
    pub(super) stamp: Stamp,
    /// The client's own file; it matters only for what the token file lacks.
    pub(super) secrets: Result<Option<Arc<ClientSecrets>>, String>,
}

/// What a refresh has to be sent with.
pub(super) struct Client<'a> {
    pub(super) id: &'a str,
    pub(super) secret: Option<&'a Secret>,
    pub(super) token_uri: Url,
}

/// An access token with its end.
#[derive(Clone, Debug)]
pub(super) struct AccessToken {
    pub(super) value: Secret,
    /// Unknown where a token file does not say.
    pub(super) expiry: Option<Timestamp>,
}

impl AccessToken {
    /// Whether it is good for at least `span` from `now`; unknown without an end.
    pub(super) fn lasts(&self, span: Duration, now: Timestamp) -> Option<bool> {
        self.expiry.map(|expiry| expiry >= now.plus(span))
    }
}

impl Credentials {
    /// A fingerprint of who signs in, from which nothing can be read.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        match self {
            Self::User(grant) => {
                let file = &grant.file;
                let lasting = file.refresh_token.as_ref().or(file.access_token.as_ref());
                add("user");
                add(grant.client_id().unwrap_or_default());
                add(lasting.map_or("", Secret::expose));
            }
            Self::ServiceAccount(account) => {
                add("service account");
                add(account.email());
            }
        }
        hex::encode(hash.finalize())
    }

    /// Whether new access tokens can be had without a person.
    pub(super) fn can_refresh(&self) -> bool {
        match self {
            Self::User(grant) => grant.file.refresh_token.is_some(),
            Self::ServiceAccount(_) => true,
        }
    }
}

impl UserGrant {
    fn secrets(&self) -> Option<&ClientSecrets> {
        self.secrets.as_ref().ok()?.as_deref()
    }

    fn client_id(&self) -> Option<&str> {
        let own = self.file.client_id.as_deref();
        own.or_else(|| self.secrets().map(|secrets| secrets.client_id.as_str()))
    }

    /// The client that the grant belongs to: the token file's own, completed from the client's
    /// file where that is the same client.
    pub(super) fn client(&self, secrets_path: &Path) -> Result<Client<'_>, SignInError> {
        let missing = || match &self.secrets {
            Err(problem) => invalid_client_file(secrets_path, problem.clone()),
            Ok(_) => SignInError::NoClient(secrets_path.to_owned()),
        };
        let id = self.client_id().ok_or_else(missing)?;
        let same = self.secrets().filter(|secrets| secrets.client_id == id);
        let own = self.file.client_secret.as_ref();
        if own.is_none() && same.is_none() {
            return Err(missing());
        }
        let token_uri = self.file.token_uri.clone();
        Ok(Client {
            id,
            secret: own.or_else(|| same.and_then(|secrets| secrets.client_secret.as_ref())),
            token_uri: token_uri
                .or_else(|| same.map(|secrets| secrets.token_uri.clone()))
                .unwrap_or_else(google_token_uri),
        })
    }

    /// Whether the client's file names another client than the token file.
    pub(super) fn clients_differ(&self) -> bool {
        match (&self.file.client_id, self.secrets()) {
            (Some(own), Some(secrets)) => *own != secrets.client_id,
            _ => false,
        }
    }

    /// What the grant's age says about its refusal at `now`.
    pub(super) fn age(&self, now: Timestamp) -> GrantAge {
        match (self.file.grant_ends, self.file.obtained_at) {
            (Some(end), _) if end <= now.plus(DAY) => GrantAge::Ended(end),
            (None, Some(start)) if TESTING_LIFE.contains(&now.since(start)) => GrantAge::SevenDays,
            _ => GrantAge::Unexplained,
        }
    }
}

/// The client's file is there, but of no use.
pub(super) fn invalid_client_file(path: &Path, problem: String) -> SignInError {
    SignInError::InvalidFile {
        path: path.to_owned(),
        problem,
        cure: "Download the OAuth client's file again from the Google Cloud console.",
    }
}
