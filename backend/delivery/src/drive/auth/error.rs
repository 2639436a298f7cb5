//! Why there is no token, in words that say what to do.

use std::path::PathBuf;
use std::time::Duration;

use boothline_domain::clock::Timestamp;

use super::endpoint::{EndpointError, Refusal};
use super::scope::Scope;
use super::skew::Skew;
use crate::drive::{DriveError, Trouble};

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignInError {
    #[error(
        "There are no Google credentials: put the OAuth client's file at {} and sign in with `boothline auth drive`.",
        .client_secrets.display()
    )]
    NoCredentials { client_secrets: PathBuf },
    #[error("Nobody has signed in to Google yet: run `boothline auth drive`.")]
    NotSignedIn,
    #[error("The service account's key file {} is missing.", .0.display())]
    NoAccountKey(PathBuf),
    #[error("The file {} {problem}. {cure}", .path.display())]
    InvalidFile {
        path: PathBuf,
        /// The end of the sentence; holds nothing of the file's content.
        problem: String,
        cure: &'static str,
    },
    #[error(
        "The Google token has to be renewed, but the OAuth client's id and secret are missing: put the client's file at {}.",
        .0.display()
    )]
    NoClient(PathBuf),
    #[error("The Google token {} and there is no refresh token: sign in again with `boothline auth drive`.", ended(.0))]
    NoRefreshToken(Option<Timestamp>),
    #[error(
        "Google has not been allowed to give us `{needed}`, only {}: sign in again with `boothline auth drive` and allow it.",
        list(.granted)
    )]
    Scope { needed: Scope, granted: Vec<String> },
    #[error("Google has withdrawn the sign-in{}: {}{}", described(.age), cure(*.age), aside(.refusal.skew))]
    Revoked { refusal: Refusal, age: GrantAge },
    #[error(
        "Google does not accept the OAuth client ({}): it was deleted, or its secret was replaced. Download the client's file again and sign in with `boothline auth drive`.",
        .0.code
    )]
    WrongClient(Refusal),
    #[error("This machine's clock is {}: set it right, as Google accepts no signature with a wrong time.", off(.skew))]
    ClockWrong { refusal: Refusal, skew: Option<Skew> },
    #[error("Google refuses the service account's key ({}): check that the account exists and the key is still valid.", .0.code)]
    AccountRefused(Refusal),
    #[error("Google refuses the sign-in ({}): look at the OAuth client in the Google Cloud console, then sign in again with `boothline auth drive`.{}", .0.code, aside(.0.skew))]
    Refused(Refusal),
    #[error("Google's sign-in cannot be reached ({problem}). It is tried again by itself.{}", clock_hint(.problem))]
    Unreachable {
        problem: String,
        retry_after: Option<Duration>,
    },
}

/// How old a grant was when it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GrantAge {
    /// Nothing is known that would explain the refusal.
    Unexplained,
    /// Google had said that it would end at this time.
    Ended(Timestamp),
    /// About the seven days after which the grants of a client in "Testing" end.
    SevenDays,
}

impl SignInError {
    /// What the endpoint's answer to a request with a user's refresh token means.
    pub(super) fn for_user(error: EndpointError, age: GrantAge) -> Self {
        match error {
            EndpointError::Refused(refusal) if refusal.code == "invalid_grant" => {
                Self::Revoked { refusal, age }
            }
            other => Self::other(other),
        }
    }

    /// What the endpoint's answer to a service account's assertion means.
    pub(super) fn for_account(error: EndpointError) -> Self {
        match error {
            EndpointError::Refused(refusal) if refusal.code == "invalid_grant" => {
                // A bad signature is refused with the same code, whatever the time is.
                let about_time = ["short-lived", "reasonable timeframe", "iat and exp"]
                    .iter()
                    .any(|words| refusal.words.contains(words));
                let about_key = refusal.words.contains("Signature");
                if about_time || (refusal.skew.is_some() && !about_key) {
                    let skew = refusal.skew;
                    Self::ClockWrong { refusal, skew }
                } else {
                    Self::AccountRefused(refusal)
                }
            }
            EndpointError::Refused(refusal) => Self::AccountRefused(refusal),
            other => Self::other(other),
        }
    }

    fn other(error: EndpointError) -> Self {
        match error {
            EndpointError::Unreachable { problem, retry_after } => Self::Unreachable { problem, retry_after },
            EndpointError::Refused(refusal) => match refusal.code.as_str() {
                "invalid_client" | "deleted_client" | "unauthorized_client" => Self::WrongClient(refusal),
                _ => Self::Refused(refusal),
            },
        }
    }

    /// Whether it heals without anybody's help.
    pub(super) fn heals(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Whether it is what a request has brought, and not only what the files say.
    pub(super) fn was_asked_for(&self) -> bool {
        matches!(
            self,
            Self::Revoked { .. }
                | Self::WrongClient(_)
                | Self::ClockWrong { .. }
                | Self::AccountRefused(_)
                | Self::Refused(_)
                | Self::Unreachable { .. }
        )
    }

    /// The word for it in `GET /drive/status`.
    pub(super) fn status(&self) -> &'static str {
        match self {
            Self::NoCredentials { .. } | Self::NotSignedIn | Self::NoAccountKey(_) => "missing_token",
            Self::InvalidFile { .. } => "invalid_token_file",
            Self::NoRefreshToken(_) => "expired_no_refresh_token",
            Self::Scope { .. } => "unauthorized",
            Self::Unreachable { .. } => "offline",
            Self::NoClient(_)
            | Self::Revoked { .. }
            | Self::WrongClient(_)
            | Self::ClockWrong { .. }
            | Self::AccountRefused(_)
            | Self::Refused(_) => "refresh_failed",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Revoked { refusal, .. }
            | Self::WrongClient(refusal)
            | Self::ClockWrong { refusal, .. }
            | Self::AccountRefused(refusal)
            | Self::Refused(refusal) => refusal.words.clone(),
            Self::Unreachable { problem, .. } => problem.clone(),
            _ => String::new(),
        }
    }
}

impl From<SignInError> for DriveError {
    fn from(error: SignInError) -> Self {
        Self {
            trouble: match error {
                SignInError::Scope { .. } => Trouble::Scope,
                SignInError::Unreachable { .. } => Trouble::Offline,
                _ => Trouble::SignIn,
            },
            message: error.to_string(),
            detail: error.detail(),
            retry_after: match error {
                SignInError::Unreachable { retry_after, .. } => retry_after,
                _ => None,
            },
        }
    }
}

/// A time for people, on the venue's wall clock.
pub(super) fn wall_clock(time: Timestamp) -> String {
    time.local().format("%Y-%m-%d %H:%M").to_string()
}

fn ended(time: &Option<Timestamp>) -> String {
    time.map_or_else(
        || "is no longer accepted".to_owned(),
        |time| format!("has expired ({})", wall_clock(time)),
    )
}

fn list(scopes: &[String]) -> String {
    let short = |scope: &String| {
        let name = scope.rsplit('/').next().unwrap_or(scope);
        format!("`{name}`")
    };
    match scopes {
        [] => "nothing".to_owned(),
        _ => scopes.iter().map(short).collect::<Vec<_>>().join(", "),
    }
}

fn described(age: &GrantAge) -> String {
    match age {
        GrantAge::Unexplained => String::new(),
        GrantAge::Ended(time) => format!(", which was to end at {}", wall_clock(*time)),
        GrantAge::SevenDays => " after seven days".to_owned(),
    }
}

fn cure(age: GrantAge) -> &'static str {
    match age {
        GrantAge::Unexplained => "sign in again with `boothline auth drive`.",
        GrantAge::Ended(_) | GrantAge::SevenDays => {
            "Google does so while the app is in \"Testing\". Publish it (\"In production\") in the Google Cloud console, then sign in again with `boothline auth drive`."
        }
    }
}

fn off(skew: &Option<Skew>) -> String {
    skew.map_or_else(|| "wrong".to_owned(), |skew| skew.to_string())
}

fn aside(skew: Option<Skew>) -> String {
    skew.map_or_else(String::new, |skew| format!(" This machine's clock is {skew}."))
}

/// A certificate that is "not valid yet" mostly means that our clock has forgotten the date.
fn clock_hint(problem: &str) -> &'static str {
    let about_time = ["certificate expired", "certificate not valid yet"];
    if about_time.iter().any(|words| problem.contains(words)) {
        " Check the date of this machine's clock."
    } else {
        ""
    }
}
