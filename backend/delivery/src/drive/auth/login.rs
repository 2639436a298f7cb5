//! Signing in with a person's consent, once: in a browser on this machine, or with a code that
//! is typed in on any other device.
//!
//! Both ways end with a token file that [`SignIn`](super::SignIn) goes on with.

mod browser;
mod device;
mod listener;
mod pkce;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use boothline_domain::clock::{SharedClock, Timestamp};

pub use browser::by_browser;
#[cfg(test)]
pub(super) use device::Asker;
pub use device::{DeviceCode, by_device};

use super::client_secrets::ClientSecrets;
use super::disk::{self, Watched};
use super::endpoint::{EndpointError, Granted};
use super::token_file::TokenFile;
use super::{CredentialFiles, Scope};

/// How to ask for consent.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port that the browser comes back to; any free one without. A "Web application"
    /// client has it in its registered address, which then must have this port.
    pub port: Option<u16>,
    /// How long the person may take.
    pub timeout: Duration,
    /// Also come back to a registered `http` address that is not on this machine. The code
    /// then crosses the network in clear; PKCE keeps others from using it.
    pub allow_insecure_redirect: bool,
}

impl Default for Options {
    /// Any port, five minutes, this machine only.
    fn default() -> Self {
        Self {
            port: None,
            timeout: Duration::from_secs(5 * 60),
            allow_insecure_redirect: false,
        }
    }
}

/// A sign-in that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// What was granted, as scope addresses.
    pub scopes: Vec<String>,
    /// Whether tokens can be renewed without a person; a sign-in without is refused.
    pub refresh_token: bool,
    /// When Google ends the grant by itself: after seven days while the app is in "Testing".
    pub ends: Option<Timestamp>,
}

/// Why nobody is signed in. What was stored before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// There is no client to ask with.
    #[error(
        "The OAuth client's file {} is missing: create a client (\"Desktop app\") in the Google Cloud console and put its JSON file there.",
        .0.display()
    )]
    NoClient(PathBuf),
    /// The client's file cannot be used.
    #[error("The OAuth client's file {} {problem}.", .path.display())]
    InvalidClientFile {
        /// The file.
        path: PathBuf,
        /// The end of the sentence.
        problem: String,
    },
    /// Google allows no full access by a code.
    #[error(
        "Google gives full Drive access only in a browser: sign in with a browser, or use the scope `drive.file`."
    )]
    ScopeNeedsBrowser,
    /// A web client without an address that we can listen at.
    #[error(
        "The OAuth client is a \"Web application\" without a suitable http://localhost redirect address: create a \"Desktop app\" client, or register such an address{}.",
        .port.map_or_else(String::new, |port| format!(" with port {port}"))
    )]
    NoRedirect {
        /// The port that was asked for.
        port: Option<u16>,
    },
    /// The browser cannot come back to us.
    #[error("Cannot listen at {address} for the browser to come back: {source}.")]
    Listen {
        /// The address.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// The person said no.
    #[error("The access was refused in the browser. Sign in again and allow it.")]
    Denied,
    /// The person did not answer.
    #[error("Nobody answered in time. Start again.")]
    TimedOut,
    /// The code to type in is no longer good.
    #[error("The code has expired. Start again.")]
    CodeExpired,
    /// The box of the access was not ticked.
    #[error("Access to Drive (`{missing}`) was not ticked on Google's page. Start again and tick it.")]
    MissingScope {
        /// What was asked for and not granted.
        missing: Scope,
    },
    /// Without one the sign-in would end within the hour.
    #[error(
        "Google gave no refresh token. Remove the app at https://myaccount.google.com/connections, then start again."
    )]
    NoRefreshToken,
    /// The client is of the wrong type, was deleted, or has another secret.
    #[error("Google does not accept the OAuth client ({words}).{}", if *.device {
        " A code needs a client of the type \"TVs and Limited Input devices\"."
    } else {
        " Download its file again from the Google Cloud console."
    })]
    WrongClient {
        /// Google's words.
        words: String,
        /// Whether a code was asked for, which needs another type of client.
        device: bool,
    },
    /// Any other refusal.
    #[error("Google refuses the sign-in ({words}). Start again.")]
    Refused {
        /// Google's words.
        words: String,
    },
    /// The network, or a fault on the other side.
    #[error("Google cannot be reached ({problem}). Start again when the network is back.")]
    Unreachable {
        /// What is so.
        problem: String,
    },
    /// The token file cannot be written.
    #[error("Signed in, but the token cannot be written to {}: {source}.", .path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The operating system has no random numbers.
    #[error("The operating system gives no random numbers: {0}.")]
    Randomness(#[from] getrandom::Error),
}

impl LoginError {
    fn from_endpoint(error: EndpointError, device: bool) -> Self {
        match error {
            EndpointError::Unreachable { problem, .. } => Self::Unreachable { problem },
            EndpointError::Refused(refusal) => match refusal.code.as_str() {
                "access_denied" => Self::Denied,
                "invalid_client" | "deleted_client" | "unauthorized_client" => Self::WrongClient {
                    words: refusal.words,
                    device,
                },
                _ => Self::Refused { words: refusal.words },
            },
        }
    }
}

/// The client that asks.
fn read_client(files: &CredentialFiles) -> Result<ClientSecrets, LoginError> {
    let path = &files.client_secrets;
    match Watched::new(path.clone(), ClientSecrets::parse).read() {
        Ok(Some(reading)) => Ok(ClientSecrets::clone(&reading.value)),
        Ok(None) => Err(LoginError::NoClient(path.clone())),
        Err(problem) => Err(LoginError::InvalidClientFile {
            path: path.clone(),
            problem,
        }),
    }
}

/// Judges what was granted and stores it.
async fn store(
    files: &CredentialFiles,
    client: &ClientSecrets,
    scope: Scope,
    mut granted: Granted,
    clock: &SharedClock,
) -> Result<SignedIn, LoginError> {
    // An answer without scopes grants what was asked for (RFC 6749, section 5.1).
    let scopes = granted
        .scopes
        .get_or_insert_with(|| vec![scope.url().to_owned()])
        .clone();
    if !scope.is_covered_by(&scopes) {
        return Err(LoginError::MissingScope { missing: scope });
    }
    if granted.refresh_token.is_none() {
        return Err(LoginError::NoRefreshToken);
    }
    let secret = client.client_secret.as_ref();
    let file = TokenFile::issued(
        &client.client_id,
        secret,
        &client.token_uri,
        &granted,
        clock.now(),
    )
    .map_err(|problem| LoginError::InvalidClientFile {
        path: files.client_secrets.clone(),
        problem,
    })?;
    let (path, bytes) = (files.token.clone(), file.to_bytes());
    tokio::task::spawn_blocking(move || disk::replace(&path, &bytes))
        .await
        .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        .map_err(|source| LoginError::Store {
            path: files.token.clone(),
            source,
        })?;
    Ok(SignedIn {
        scopes,
        refresh_token: file.refresh_token.is_some(),
        ends: file.grant_ends,
    })
}
