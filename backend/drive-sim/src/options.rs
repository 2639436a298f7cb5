//! How the simulated Google behaves; changeable while it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of a simulator. All but `port` can be changed while it runs
/// ([`Sim::change`](crate::Sim::change), `PATCH /sim/options`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How long every answer of the API is held back.
    #[serde(rename = "latency_ms", with = "millis")]
    pub latency: Duration,
    /// Over this rate, calls of Drive are answered 403 `userRateLimitExceeded`. A burst of as many
    /// calls, and at least 10, is let through. Chunks of an upload session do not count.
    pub requests_per_second: Option<f64>,
    /// Storage of each account in bytes; `None` is without an end.
    pub quota_bytes: Option<u64>,
    /// How long an access token lives.
    #[serde(rename = "token_lifetime_s", with = "seconds")]
    pub token_lifetime: Duration,
    /// How long a refresh token lives, as those of apps in publishing status "Testing" do. When it is
    /// set, answers carry `refresh_token_expires_in`.
    #[serde(rename = "refresh_token_lifetime_s", with = "optional_seconds")]
    pub refresh_token_lifetime: Option<Duration>,
    /// Where the links in `webViewLink` and `webContentLink` lead.
    pub links: LinkBase,
    /// The scope of the token that [`Sim::write_credentials`](crate::Sim::write_credentials) writes.
    pub scope: String,
    /// How the person at the consent page answers.
    pub consent: Consent,
    /// What the token endpoint thinks of the OAuth client.
    pub client: ClientState,
    /// Answers 403 `accessNotConfigured`: the Drive API is not switched on in the Cloud project.
    pub api_disabled: bool,
    /// Answers 403 `publishOutNotPermitted` to `anyone` permissions, as some Workspaces do.
    pub public_links_forbidden: bool,
    /// New files get a resource key, which then is part of their links.
    pub resource_keys: bool,
    /// When an upload to an id in use is refused.
    pub duplicate_ids: DuplicateIds,
    /// Lets a service account store bytes, as if it worked in a shared drive.
    pub service_account_storage: bool,
    /// Lets a service account speak for other accounts (`sub`), as a Workspace administrator may allow.
    pub delegation: bool,
    /// Refuses chunks that overlap what is stored; otherwise the overlap is skipped.
    pub strict_ranges: bool,
    /// The status of a session that is over its time: 404 or 410.
    pub gone_status: u16,
    /// How long an upload session lives.
    #[serde(rename = "session_lifetime_s", with = "seconds")]
    pub session_lifetime: Duration,
    /// Seconds between two polls of the device flow.
    pub device_interval: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            latency: Duration::ZERO,
            requests_per_second: None,
            quota_bytes: None,
            token_lifetime: Duration::from_secs(3599),
            refresh_token_lifetime: None,
            links: LinkBase::Google,
            scope: crate::oauth::scope::DRIVE_FILE.to_owned(),
            consent: Consent::default(),
            client: ClientState::Active,
            api_disabled: false,
            public_links_forbidden: false,
            resource_keys: false,
            duplicate_ids: DuplicateIds::SessionStart,
            service_account_storage: false,
            delegation: false,
            strict_ranges: false,
            gone_status: 404,
            session_lifetime: Duration::from_secs(7 * 24 * 3600),
            device_interval: 5,
        }
    }
}

/// Where links to files lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkBase {
    /// `https://drive.google.com/`, as Google answers.
    #[default]
    Google,
    /// The simulator's own address, so that a guest can open them.
    Here,
}

/// When an upload to an id in use is refused with 409. Google does not document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateIds {
    /// Already when the session is opened.
    #[default]
    SessionStart,
    /// Only when the last byte has arrived.
    LastByte,
}

/// How the person at the consent page answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Consent {
    /// The e-mail address of the account that signs in.
    pub account: String,
    /// Whether the person says no.
    pub deny: bool,
    /// The scopes that the person leaves ticked, separated by spaces; `None` is all that were asked.
    pub scope: Option<String>,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            account: crate::world::OPERATOR.to_owned(),
            deny: false,
            scope: None,
        }
    }
}

/// What the token endpoint thinks of the OAuth client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// In order.
    #[default]
    Active,
    /// Deleted in the Cloud console.
    Deleted,
    /// Not allowed to use this kind of grant.
    Unauthorized,
}

mod millis {
    use super::{Deserialize, Duration};

    pub(super) fn serialize<S: serde::Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'a, D: serde::Deserializer<'a>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

mod seconds {
    use super::{Deserialize, Duration};

    pub(super) fn serialize<S: serde::Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(value.as_secs())
    }

    pub(super) fn deserialize<'a, D: serde::Deserializer<'a>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}

mod optional_seconds {
    use super::{Deserialize, Duration, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(
        value: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|time| time.as_secs()).serialize(to)
    }

    pub(super) fn deserialize<'a, D: serde::Deserializer<'a>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_secs))
    }
}
