//! Why a command failed: one sentence, what to do, and the exit code.

use std::error::Error;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use boothline_store::StoreError;

use super::demo::DemoError;
use crate::config::ConfigError;
use crate::lan::LanError;
use crate::refusal::{Kind, Refusal};
use crate::secrets::KeyFileError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys cannot be read or kept.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// There is no network for `--lan`.
    #[error(transparent)]
    Lan(#[from] LanError),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The demonstration failed.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The service could not start or go on.
    #[error(transparent)]
    Service(Box<dyn Error + Send + Sync>),
    /// What was asked for is not there, or not so; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// What the service refused because of what was asked for; everything else is a failure of the service.
    pub(super) fn of_service(error: Box<dyn Error + Send + Sync>) -> Self {
        match error.downcast::<Refusal>() {
            Ok(refusal) if matches!(refusal.kind, Kind::NotFound | Kind::Conflict) => {
                Self::Refused(refusal.detail.into_owned())
            }
            Ok(refusal) => Self::Service(refusal),
            Err(error) => Self::Service(error),
        }
    }

    /// The process's exit code, as `--help` documents it.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }

    /// Tells the operator.
    pub(super) fn report(&self) {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
        anstream::eprintln!("{red}error:{red:#} {}", sentence(self));
        if let Some(advice) = self.advice() {
            anstream::eprintln!("{advice}");
        }
    }

    const fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Store(_) => Some("`boothline doctor` looks at the database and says what to do."),
            Self::Service(_) => Some("`boothline doctor` says what is not ready."),
            _ => None,
        }
    }
}

/// The error and its causes, each said once.
fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let cause = std::io::Error::other("permission denied");
        let failure = Failure::Store(StoreError::LockFile(cause));
        let text = sentence(&failure);
        assert!(text.ends_with(": permission denied"), "{text}");
        assert_eq!(text.matches("denied").count(), 1);
    }
}
