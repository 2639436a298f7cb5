//! A folder of credentials, a clock that is moved by hand, and a sign-in over both.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use boothline_domain::clock::{ManualClock, SharedClock, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::Server;
use crate::drive::auth::{CredentialFiles, Scope, SignIn};
use crate::drive::http::{self, HttpClient};

/// 2026-11-21T12:00:00Z
pub(super) const NOON: Timestamp = Timestamp::from_millis(1_795_262_400_000);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const DRIVE_FILE: &str = "https://www.googleapis.com/auth/drive.file";

pub(super) struct Booth {
    pub(super) folder: TempDir,
    pub(super) clock: Arc<ManualClock>,
    pub(super) http: HttpClient,
}

impl Booth {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(NOON)),
            http: http::client().unwrap(),
        }
    }

    pub(super) fn files(&self) -> CredentialFiles {
        CredentialFiles {
            client_secrets: self.path("client_secrets.json"),
            token: self.path("token.json"),
            service_account: None,
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn shared_clock(&self) -> SharedClock {
        Arc::clone(&self.clock) as SharedClock
    }

    pub(super) fn sign_in(&self) -> SignIn {
        self.sign_in_with(self.files())
    }

    pub(super) fn sign_in_with(&self, files: CredentialFiles) -> SignIn {
        SignIn::new(files, Scope::File, self.http.clone(), self.shared_clock())
    }

    /// A sign-in that waits only a moment for an answer.
    pub(super) fn impatient_sign_in(&self) -> SignIn {
        self.impatient_sign_in_with(self.files())
    }

    pub(super) fn impatient_sign_in_with(&self, files: CredentialFiles) -> SignIn {
        let limit = Duration::from_millis(300);
        SignIn::with_limit(files, Scope::File, self.http.clone(), self.shared_clock(), limit)
    }

    pub(super) fn write(&self, name: &str, content: &Value) {
        fs::write(self.path(name), content.to_string()).unwrap();
    }

    pub(super) fn token_file(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("token.json")).unwrap()).unwrap()
    }

    /// A token file as Google's Python client writes it, with an end at `expiry`.
    pub(super) fn write_token(&self, server: &Server, token: &str, expiry: &str) {
        self.write("token.json", &token_content(server, token, expiry));
    }

    pub(super) fn write_client(&self, server: &Server) {
        self.write(
            "client_secrets.json",
            &json!({"installed": {
                "client_id": "the-client",
                "client_secret": "GOCSPX-secret",
                "auth_uri": server.url("/auth"),
                "token_uri": server.url("/token"),
                "redirect_uris": ["http://localhost"],
            }}),
        );
    }
}

pub(super) fn token_content(server: &Server, token: &str, expiry: &str) -> Value {
    json!({
        "token": token,
        "refresh_token": "1//refresh",
        "token_uri": server.url("/token"),
        "client_id": "the-client",
        "client_secret": "GOCSPX-secret",
        "scopes": [DRIVE_FILE],
        "universe_domain": "googleapis.com",
        "account": "",
        "expiry": expiry,
    })
}
