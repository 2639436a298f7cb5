//! A booth in front of that Drive: impatient, with a journal in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use boothline_delivery::drive::auth::{CredentialFiles, Scope, SignIn};
use boothline_delivery::drive::{
    Class, Delivered, Drive, DriveError, DriveSettings, Journal, Parcel, Patience, Share, Source, http,
};
use boothline_domain::clock::{SharedClock, SystemClock, Timestamp};
use bytes::Bytes;
use serde_json::json;
use tempfile::TempDir;

use crate::google::{FOLDER, GOOD_TOKEN, Google, md5};

pub(crate) const ID: &str = "1reserved-ID_x";
pub(crate) const MULTIPART_LIMIT: u64 = 700_000;
pub(crate) const SMALL: usize = 300_000;
pub(crate) const LARGE: usize = 3_500_000;

pub(crate) struct Booth {
    pub(crate) google: Google,
    pub(crate) drive: Drive,
    folder: TempDir,
}

impl Booth {
    pub(crate) async fn new() -> Self {
        Self::sharing(Share::File, GOOD_TOKEN).await
    }

    pub(crate) async fn sharing(share: Share, token: &str) -> Self {
        let google = Google::start().await;
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("token.json");
        let grant = json!({
            "token": token, "refresh_token": "1//r", "token_uri": google.url.join("token").unwrap().as_str(),
            "client_id": "c", "client_secret": "s",
            "scopes": ["https://www.googleapis.com/auth/drive.file"], "expiry": "2099-01-01T00:00:00Z",
        });
        std::fs::write(&token_file, grant.to_string()).unwrap();
        let files = CredentialFiles {
            client_secrets: folder.path().join("client_secrets.json"),
            token: token_file,
            service_account: None,
        };
        let clock: SharedClock = Arc::new(SystemClock);
        let http = http::client().unwrap();
        let sign_in = SignIn::new(files, Scope::File, http.clone(), Arc::clone(&clock));
        let settings = DriveSettings {
            api_url: google.url.clone(),
            link_url: google.url.clone(),
            share,
            requests_per_second: 2000.0,
            pace_file: None,
            multipart_limit: MULTIPART_LIMIT,
            patience: patience(),
        };
        let drive = Drive::new(settings, sign_in, http, clock);
        Self {
            google,
            drive,
            folder,
        }
    }

    /// A photo on disk, on its way.
    pub(crate) fn parcel(&self, size: usize) -> Parcel {
        let bytes = photo(size);
        let path = self.folder.path().join("photo.jpg");
        std::fs::write(&path, &bytes).unwrap();
        Parcel {
            file_id: ID.to_owned(),
            name: "photo.jpg".to_owned(),
            mime: "image/jpeg".to_owned(),
            folder: FOLDER.to_owned(),
            source: Source::File(path),
            md5: md5(&bytes),
            size: bytes.len() as u64,
            taken_at: Timestamp::from_millis(1_795_262_400_000),
            app_properties: BTreeMap::from([("job".to_owned(), "42".to_owned())]),
            session: None,
            doubt: false,
        }
    }

    pub(crate) async fn deliver(&self, parcel: &Parcel) -> (Result<Delivered, DriveError>, Diary) {
        let mut diary = Diary::default();
        let result = self.drive.deliver(parcel, Class::Guest, &mut diary).await;
        (result, diary)
    }

    /// There is one file, it holds this photo, and guests can see it.
    pub(crate) fn assert_arrived(&self, size: usize) {
        let state = self.google.state();
        let files: Vec<_> = state.files.iter().filter(|(id, _)| *id != FOLDER).collect();
        assert_eq!(files.len(), 1);
        let (id, file) = files[0];
        assert_eq!(id, ID);
        assert!(file.bytes == photo(size), "other bytes");
        assert!(!file.trashed);
        assert!(file.public || (state.inherits && state.files[FOLDER].public));
        assert_eq!(file.metadata["name"], "photo.jpg");
        assert_eq!(file.metadata["createdTime"], "2026-11-21T12:00:00Z");
        assert_eq!(file.metadata["appProperties"]["job"], "42");
    }
}

/// Limits of a booth that has no time to lose.
pub(crate) fn patience() -> Patience {
    Patience {
        small: Duration::from_millis(600),
        slowest_line: 20_000_000,
        probe: Duration::from_millis(300),
        retries: 2,
        shortest_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(5),
        first_backoff: Duration::from_millis(10),
    }
}

/// Bytes that differ everywhere, so that a misplaced chunk shows.
pub(crate) fn photo(size: usize) -> Bytes {
    let mut state = 0x2545_F491_u32;
    (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[1]
        })
        .collect()
}

/// What a crash leaves behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary {
    pub(crate) session: Option<String>,
    pub(crate) sessions: usize,
    pub(crate) begun: bool,
    pub(crate) progress: Vec<u64>,
}

impl Diary {
    /// The same parcel on its next try.
    pub(crate) fn next(&self, parcel: &Parcel) -> Parcel {
        Parcel {
            session: self.session.clone(),
            doubt: self.begun,
            ..parcel.clone()
        }
    }
}

#[async_trait]
impl Journal for Diary {
    async fn session(&mut self, address: Option<&str>) -> Result<(), DriveError> {
        self.session = address.map(str::to_owned);
        self.sessions += usize::from(address.is_some());
        Ok(())
    }

    async fn begun(&mut self) -> Result<(), DriveError> {
        self.begun = true;
        Ok(())
    }

    fn progress(&mut self, sent: u64, _total: u64) {
        self.progress.push(sent);
    }
}
