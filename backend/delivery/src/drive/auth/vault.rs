//! What is known of the credentials: the files as they are now, and what is in memory only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use boothline_domain::clock::Timestamp;

use super::client_secrets::ClientSecrets;
use super::credentials::{AccessToken, Credentials, UserGrant};
use super::disk::{Reading, Stamp, Watched};
use super::error::SignInError;
use super::service_account::ServiceAccount;
use super::token_file::TokenFile;
use super::{CredentialFiles, Scope};

/// Credentials with the access token that is known for them.
pub(super) struct Held {
    pub(super) credentials: Credentials,
    pub(super) access: Option<AccessToken>,
}

/// A refresh that failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) at: Timestamp,
    pub(super) error: SignInError,
    /// Counts the attempts, so that those who waited for one can tell that it has ended.
    pub(super) attempt: u64,
}

/// The credentials of one sign-in.
pub(super) struct Vault {
    scope: Scope,
    contents: Mutex<Contents>,
}

struct Contents {
    token: Watched<TokenFile>,
    secrets: Watched<ClientSecrets>,
    account: Option<Watched<ServiceAccount>>,
    /// A newer state of the token file with this stamp, which could not be written.
    unsaved: Option<Unsaved>,
    /// The access token of this service account.
    account_token: Option<(Arc<ServiceAccount>, AccessToken)>,
    /// The stamps of the files that the failure belongs to.
    stamps: [Option<Stamp>; 3],
    failure: Option<Failure>,
    attempts: u64,
}

struct Unsaved {
    stamp: Stamp,
    file: Arc<TokenFile>,
    problem: String,
}

impl Vault {
    pub(super) fn new(files: CredentialFiles, scope: Scope) -> Self {
        let account = files
            .service_account
            .map(|path| Watched::new(path, ServiceAccount::parse));
        Self {
            scope,
            contents: Mutex::new(Contents {
                token: Watched::new(files.token, TokenFile::parse),
                secrets: Watched::new(files.client_secrets, ClientSecrets::parse),
                account,
                unsaved: None,
                account_token: None,
                stamps: [None; 3],
                failure: None,
                attempts: 0,
            }),
        }
    }

    /// The credentials as the files have them now.
    ///
    /// # Errors
    /// When there are none, they cannot be used, or they do not include the scope.
    pub(super) fn look(&self) -> Result<Held, SignInError> {
        let held = self.look_unscoped()?;
        if let Credentials::User(grant) = &held.credentials {
            let granted = &grant.file.scopes;
            if !granted.is_empty() && !self.scope.is_covered_by(granted) {
                return Err(SignInError::Scope {
                    needed: self.scope,
                    granted: granted.clone(),
                });
            }
        }
        Ok(held)
    }

    /// The credentials, whatever they allow.
    pub(super) fn look_unscoped(&self) -> Result<Held, SignInError> {
        let mut contents = self.contents();
        if contents.account.is_some() {
            contents.service_account()
        } else {
            contents.user()
        }
    }

    /// How many refreshes have ended.
    pub(super) fn attempts(&self) -> u64 {
        self.contents().attempts
    }

    /// The last refresh, if it failed and the files are still those that it failed with.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.contents().failure.clone()
    }

    pub(super) fn record_failure(&self, error: &SignInError, at: Timestamp) {
        let mut contents = self.contents();
        contents.attempts += 1;
        contents.failure = Some(Failure {
            at,
            error: error.clone(),
            attempt: contents.attempts,
        });
    }

    pub(super) fn record_success(&self) {
        let mut contents = self.contents();
        contents.attempts += 1;
        contents.failure = None;
    }

    pub(super) fn keep_account_token(&self, account: &Arc<ServiceAccount>, token: AccessToken) {
        self.contents().account_token = Some((Arc::clone(account), token));
    }

    /// Keeps what could not be written. True when the failure is news.
    pub(super) fn keep_unsaved(&self, stamp: Stamp, file: TokenFile, problem: String) -> bool {
        let unsaved = Unsaved {
            stamp,
            file: Arc::new(file),
            problem,
        };
        self.contents().unsaved.replace(unsaved).is_none()
    }

    /// The last write has worked.
    pub(super) fn forget_unsaved(&self) {
        self.contents().unsaved = None;
    }

    /// Why the token file cannot be written.
    pub(super) fn unsaved_problem(&self) -> Option<String> {
        let contents = self.contents();
        contents.unsaved.as_ref().map(|unsaved| unsaved.problem.clone())
    }

    /// Every step leaves the contents whole, so that a panic elsewhere does no harm to them.
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn user(&mut self) -> Result<Held, SignInError> {
        let secrets = self.secrets.read();
        let secrets_stamp = stamp(secrets.as_ref().ok().and_then(Option::as_ref));
        let secrets = secrets.map(|reading| reading.map(|reading| reading.value));
        let token = self.token.read();
        let token_stamp = stamp(token.as_ref().ok().and_then(Option::as_ref));
        self.forget_failure_unless([secrets_stamp, token_stamp, None]);
        let token = token.map_err(|problem| SignInError::InvalidFile {
            path: self.token.path().to_owned(),
            problem,
            cure: "Sign in again with `boothline auth drive`.",
        })?;
        let Some(token) = token else {
            self.unsaved = None;
            return Err(match secrets {
                Ok(None) => SignInError::NoCredentials {
                    client_secrets: self.secrets.path().to_owned(),
                },
                _ => SignInError::NotSignedIn,
            });
        };
        self.unsaved.take_if(|unsaved| unsaved.stamp != token.stamp);
        let file = match &self.unsaved {
            Some(unsaved) => Arc::clone(&unsaved.file),
            None => token.value,
        };
        let access = file.access_token.clone().map(|value| AccessToken {
            value,
            expiry: file.expiry,
        });
        let credentials = Credentials::User(UserGrant {
            file,
            stamp: token.stamp,
            secrets,
        });
        Ok(Held { credentials, access })
    }

    fn service_account(&mut self) -> Result<Held, SignInError> {
        let watched = self
            .account
            .as_mut()
            .expect("asked only where a key file is named");
        let path = watched.path().to_owned();
        let reading = watched.read();
        let seen = stamp(reading.as_ref().ok().and_then(Option::as_ref));
        self.forget_failure_unless([None, None, seen]);
        let reading = reading.map_err(|problem| SignInError::InvalidFile {
            path: path.clone(),
            problem,
            cure: "Download the service account's key again from the Google Cloud console.",
        })?;
        let account = reading.ok_or(SignInError::NoAccountKey(path))?.value;
        let access = match &self.account_token {
            Some((owner, token)) if Arc::ptr_eq(owner, &account) => Some(token.clone()),
            _ => None,
        };
        let credentials = Credentials::ServiceAccount(account);
        Ok(Held { credentials, access })
    }

    /// Changed files deserve a new try at once.
    fn forget_failure_unless(&mut self, stamps: [Option<Stamp>; 3]) {
        if self.stamps != stamps {
            self.stamps = stamps;
            self.failure = None;
        }
    }
}

fn stamp<T>(reading: Option<&Reading<T>>) -> Option<Stamp> {
    reading.map(|reading| reading.stamp)
}
