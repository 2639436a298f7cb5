//! The operator's grant: `token.json` as Google's Python client writes it.

use boothline_domain::clock::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::{Map, Value};
use url::Url;

use super::client_secrets::{self, text};
use super::endpoint::Granted;
use super::secret::Secret;

/// Our own key: when the person consented.
const OBTAINED_AT: &str = "obtained_at";
/// Our own key: when the grant itself ends, where Google has said so.
const GRANT_ENDS: &str = "refresh_token_expires_at";

/// A token file. Unknown keys are kept, so that others who use the file lose nothing.
#[derive(Clone)]
pub(super) struct TokenFile {
    pub(super) access_token: Option<Secret>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) token_uri: Option<Url>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<Secret>,
    /// What was granted; empty when the file does not say.
    pub(super) scopes: Vec<String>,
    /// When the access token ends; unknown where the file does not say.
    pub(super) expiry: Option<Timestamp>,
    pub(super) obtained_at: Option<Timestamp>,
    pub(super) grant_ends: Option<Timestamp>,
    content: Map<String, Value>,
}

impl TokenFile {
    /// Reads the file's bytes; the error is the end of a sentence that began with its path.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let file = match serde_json::from_slice(bytes) {
            Ok(Value::Array(entries)) => Self::read(from_yup(&entries)?)?,
            _ => Self::read(client_secrets::object(bytes)?)?,
        };
        if file.access_token.is_none() && file.refresh_token.is_none() {
            return Err("holds no token".to_owned());
        }
        Ok(file)
    }

    /// A first file, after a person's consent.
    pub(super) fn issued(
        client_id: &str,
        client_secret: Option<&Secret>,
        token_uri: &Url,
        granted: &Granted,
        now: Timestamp,
    ) -> Result<Self, String> {
        let content = [
            ("client_id", client_id),
            ("client_secret", client_secret.map_or("", Secret::expose)),
            ("token_uri", token_uri.as_str()),
            ("universe_domain", "googleapis.com"),
            ("account", ""),
            (OBTAINED_AT, &python_time(now)),
        ]
        .map(|(key, value)| (key.to_owned(), Value::from(value)))
        .into_iter()
        .collect();
        Self::read(content)?.with(granted, now)
    }

    /// The same file with what the token endpoint has answered.
    pub(super) fn with(&self, granted: &Granted, now: Timestamp) -> Result<Self, String> {
        let mut content = self.content.clone();
        let mut set = |key: &str, value: Value| content.insert(key.to_owned(), value);
        set("token", granted.access_token.expose().into());
        set("expiry", python_time(granted.ends(now)).into());
        if let Some(token) = &granted.refresh_token {
            set("refresh_token", token.expose().into());
        }
        if let Some(life) = granted.refresh_token_expires_in {
            set(GRANT_ENDS, python_time(now.plus(life)).into());
        }
        if let Some(scopes) = granted.scopes.as_ref().filter(|scopes| !scopes.is_empty()) {
            let as_text = self.content.get("scopes").is_some_and(Value::is_string);
            set(
                "scopes",
                if as_text {
                    scopes.join(" ").into()
                } else {
                    scopes.clone().into()
                },
            );
        }
        // Older libraries look here; a stale value beside the new one would mislead them.
        for (old, new) in [("access_token", "token"), ("token_expiry", "expiry")] {
            if content.contains_key(old) {
                let value = content[new].clone();
                content.insert(old.to_owned(), value);
            }
        }
        Self::read(content)
    }

    /// The file's bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(&self.content).expect("JSON values can always be written");
        bytes.push(b'\n');
        bytes
    }

    fn read(content: Map<String, Value>) -> Result<Self, String> {
        let secret = |key| text(&content, key).map(Secret::new);
        let time = |key| text(&content, key).as_deref().and_then(parse_time);
        let token_uri = text(&content, "token_uri")
            .map(|_| client_secrets::endpoint(&content, "token_uri", ""))
            .transpose()?;
        Ok(Self {
            access_token: secret("token").or_else(|| secret("access_token")),
            refresh_token: secret("refresh_token"),
            token_uri,
            client_id: text(&content, "client_id"),
            client_secret: secret("client_secret"),
            scopes: scopes(&content),
            expiry: time("expiry").or_else(|| time("token_expiry")),
            obtained_at: time(OBTAINED_AT),
            grant_ends: time(GRANT_ENDS),
            content,
        })
    }
}

/// `scopes` or `scope`, as a list or as one text.
fn scopes(content: &Map<String, Value>) -> Vec<String> {
    match content.get("scopes").or_else(|| content.get("scope")) {
        Some(Value::Array(scopes)) => scopes
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(scopes)) => scopes.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// As Python's `datetime.isoformat()` has it, in UTC, with the `Z` that Google appends.
fn python_time(time: Timestamp) -> String {
    time.utc().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// With or without fraction, `Z` or offset; without either it is UTC.
fn parse_time(text: &str) -> Option<Timestamp> {
    let millis = DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
                .map(|time| time.and_utc().timestamp_millis())
        })
        .ok()?;
    Some(Timestamp::from_millis(millis))
}

/// The list that the Rust crate yup-oauth2 stores, in the object's form.
fn from_yup(entries: &[Value]) -> Result<Map<String, Value>, String> {
    let usable = |entry: &&Value| entry.pointer("/token/access_token").is_some_and(Value::is_string);
    let renewable = |entry: &&Value| {
        entry
            .pointer("/token/refresh_token")
            .is_some_and(Value::is_string)
    };
    let entry = entries
        .iter()
        .find(renewable)
        .or_else(|| entries.iter().find(usable))
        .ok_or("holds no token")?;
    let mut content = Map::new();
    for (from, to) in [
        ("/token/access_token", "token"),
        ("/token/refresh_token", "refresh_token"),
        ("/scopes", "scopes"),
    ] {
        if let Some(value) = entry.pointer(from) {
            content.insert(to.to_owned(), value.clone());
        }
    }
    if let Some(expiry) = entry.pointer("/token/expires_at").and_then(yup_time) {
        content.insert("expiry".to_owned(), python_time(expiry).into());
    }
    Ok(content)
}

/// Year, day of the year, hour, minute, second, nanosecond, and an offset of zero.
fn yup_time(value: &Value) -> Option<Timestamp> {
    let number = |index: usize| u32::try_from(value.get(index)?.as_u64()?).ok();
    let year = i32::try_from(number(0)?).ok()?;
    let time = NaiveDate::from_yo_opt(year, number(1)?)?.and_hms_nano_opt(
        number(2)?,
        number(3)?,
        number(4)?,
        number(5)?,
    )?;
    Some(Timestamp::from_millis(time.and_utc().timestamp_millis()))
}
