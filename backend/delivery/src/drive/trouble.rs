//! What goes wrong between us and Drive, and what each kind asks for.

use std::time::Duration;

use boothline_domain::Disposition;

/// The kinds of trouble, as far as they ask for different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Drive cannot be reached: no route, no name, no connection.
    Offline,
    /// One request broke or was not answered in time; it may have done its work.
    Interrupted,
    /// 5xx: it may have done its work.
    ServerFault,
    /// Too many requests of ours.
    RateLimited,
    /// Too many permissions in a short time; uploads go on.
    SharingLimited,
    /// The project's share of a day is used up.
    DailyLimit,
    /// No usable credentials: missing, invalid, expired, revoked, wrong client.
    SignIn,
    /// Signed in, but without the scope that this needs.
    Scope,
    /// The Drive API is not switched on in the Google Cloud project.
    ApiDisabled,
    /// The account is full, or the folder holds as many files as Drive allows.
    Quota,
    /// The target folder is missing, trashed, or may not be written.
    Folder,
    /// The organisation forbids public links, or this file may not be shared.
    Policy,
    /// The reserved id cannot be used by this account; another one may.
    IdRefused,
    /// There is no such file.
    NotFound,
    /// The bytes at Drive are not ours and could not be mended.
    WrongBytes,
    /// Our own file cannot be read.
    LocalFile,
    /// Drive refuses the request as such.
    Rejected,
}

/// A failed call, with what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DriveError {
    /// The kind of trouble.
    pub trouble: Trouble,
    /// One plain sentence for the operator that says what to do where there is something to do.
    pub message: String,
    /// Google's own words (reason and message), for the log.
    pub detail: String,
    /// How long the other side asked us to stay away.
    pub retry_after: Option<Duration>,
}

impl DriveError {
    /// Trouble of this kind, with a sentence for the operator.
    pub fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        Self {
            trouble,
            message: message.into(),
            detail: String::new(),
            retry_after: None,
        }
    }

    /// The same trouble, with the other side's own words.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// The same trouble, to be tried again after this pause.
    #[must_use]
    pub fn with_retry_after(self, pause: Option<Duration>) -> Self {
        Self {
            retry_after: pause,
            ..self
        }
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self.trouble,
            Trouble::Interrupted | Trouble::ServerFault | Trouble::RateLimited
        )
    }

    /// What the trouble asks for.
    pub fn disposition(&self) -> Disposition {
        match self.trouble {
            Trouble::Offline => Disposition::WaitForNetwork,
            Trouble::SignIn
            | Trouble::Scope
            | Trouble::ApiDisabled
            | Trouble::Quota
            | Trouble::Folder
            | Trouble::Policy => Disposition::WaitForOperator,
            Trouble::Interrupted
            | Trouble::ServerFault
            | Trouble::RateLimited
            | Trouble::SharingLimited
            | Trouble::DailyLimit
            | Trouble::WrongBytes => self
                .retry_after
                .map_or(Disposition::Retry, Disposition::RetryAfter),
            Trouble::IdRefused => Disposition::Retry,
            Trouble::NotFound | Trouble::LocalFile | Trouble::Rejected => Disposition::GiveUp,
        }
    }
}
