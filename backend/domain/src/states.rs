//! The states of sessions, jobs and deliveries, and which may follow which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A move that the rules do not know, such as from `failed` to `done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{from} cannot become {to}")]
pub struct InvalidTransition {
    /// The state it is in.
    pub from: &'static str,
    /// The state that was asked for.
    pub to: &'static str,
}

/// The text names no state of this kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no such state")]
pub struct UnknownState(pub String);

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal -> [$($next:ident),*],)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every state, in the order of its life.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the database, the API and the logs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The states that may follow this one.
            pub const fn next(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$next),*]),* }
            }

            /// This state moved to `to`, where the rules allow it.
            pub fn transition(self, to: Self) -> Result<Self, InvalidTransition> {
                if self.next().contains(&to) {
                    Ok(to)
                } else {
                    Err(InvalidTransition { from: self.as_str(), to: to.as_str() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;

            fn from_str(text: &str) -> Result<Self, UnknownState> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    other => Err(UnknownState(other.to_owned())),
                }
            }
        }
    };
}

states! {
    /// How far a guest's visit has come. The guest may turn back at any point.
    SessionStatus {
        /// Nothing is chosen yet.
        Draft = "draft" -> [ThemeSelected, PhotoUploaded],
        /// The look is chosen.
        ThemeSelected = "theme_selected" -> [ThemeSelected, PhotoUploaded],
        /// There is at least one photo.
        PhotoUploaded = "photo_uploaded" -> [ThemeSelected, PhotoUploaded],
    }
}

states! {
    /// How far a result has come. `done` can be shown and printed; delivery has its own state.
    JobStatus {
        /// Accepted: on disk and in the database.
        Queued = "queued" -> [Processing, Failed],
        /// A worker renders it. It falls back to `queued` when the worker dies or tries again.
        Processing = "processing" -> [Queued, Done, Failed],
        /// The result, the compressed copy and the thumbnail exist.
        Done = "done" -> [],
        /// It will not be made, unless an operator asks for it again.
        Failed = "failed" -> [Queued],
    }
}

states! {
    /// How far a result is on its way to its target.
    DeliveryState {
        /// Nothing was sent yet.
        Pending = "pending" -> [Uploading, Waiting, Delivered, Failed],
        /// Bytes are on their way.
        Uploading = "uploading" -> [Pending, Waiting, Delivered, Failed],
        /// It waits for the network or for an operator.
        Waiting = "waiting" -> [Pending, Uploading, Delivered, Failed],
        /// Bytes and public permission are proven.
        Delivered = "delivered" -> [Pending],
        /// It cannot be delivered, unless an operator asks for it again.
        Failed = "failed" -> [Pending],
    }
}

/// Where a job's result is delivered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// Our own share pages.
    Local,
    /// A Google Drive folder.
    Drive,
}

impl TargetKind {
    /// The word in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Drive => "drive",
        }
    }
}

impl FromStr for TargetKind {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "local" => Ok(Self::Local),
            "drive" => Ok(Self::Drive),
            other => Err(UnknownState(other.to_owned())),
        }
    }
}

/// What a job makes of the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobMode {
    /// The theme's look.
    Event,
    /// The photo as it is, untouched by the theme.
    Debugging,
}

impl JobMode {
    /// The word in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Debugging => "debugging",
        }
    }
}

impl FromStr for JobMode {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "event" => Ok(Self::Event),
            "debugging" => Ok(Self::Debugging),
            other => Err(UnknownState(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_from_its_word() {
        for state in JobStatus::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        for state in DeliveryState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert!("Done".parse::<JobStatus>().is_err());
    }

    #[test]
    fn a_done_job_never_fails() {
        assert!(JobStatus::Done.transition(JobStatus::Failed).is_err());
        assert!(JobStatus::Done.next().is_empty());
    }

    #[test]
    fn only_a_failed_job_can_be_asked_for_again() {
        assert_eq!(
            JobStatus::Failed.transition(JobStatus::Queued),
            Ok(JobStatus::Queued)
        );
        assert!(JobStatus::Done.transition(JobStatus::Queued).is_err());
    }

    #[test]
    fn the_refusal_names_both_states() {
        let refusal = JobStatus::Done.transition(JobStatus::Processing).unwrap_err();
        assert_eq!(refusal.to_string(), "done cannot become processing");
    }

    #[test]
    fn the_words_in_json_are_those_of_the_contract() {
        assert_eq!(
            serde_json::to_string(&SessionStatus::ThemeSelected).unwrap(),
            "\"theme_selected\""
        );
        assert_eq!(
            serde_json::to_string(&JobMode::Debugging).unwrap(),
            "\"debugging\""
        );
    }
}
