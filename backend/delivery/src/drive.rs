//! Google Drive: the link first, exactly once, whatever happens.
//!
//! A file's id is reserved before the file exists, so its links are known and
//! its creation can be repeated: Drive takes an id once. [`Drive::deliver`]
//! brings one file there and answers every doubt by asking for that id.
//!
//! | module     | idea                                                         |
//! |------------|--------------------------------------------------------------|
//! | `auth`     | who we are                                                   |
//! | `http`     | one client with time limits                                  |
//! | `pacer`    | when a request may go                                        |
//! | `errors`   | what a refusal means                                         |
//! | `call`     | one request: turn, token, limit, meaning                     |
//! | `upload`   | the resumable upload protocol, by itself                     |
//! | `delivery` | one file, exactly once                                       |

mod account;
mod answers;
pub mod auth;
mod call;
mod delivery;
pub mod errors;
mod files;
mod folders;
pub mod http;
mod links;
pub mod pacer;
mod parcel;
mod settings;
mod stream;
mod trouble;
pub mod upload;
mod visibility;

use std::fmt;
use std::sync::Arc;

use boothline_domain::clock::SharedClock;

pub use answers::{Account, Delivered, FilePage, FolderState, RemoteFile, StorageQuota, Visibility};
pub use files::Change;
pub use links::DriveLinks;
pub use pacer::{Class, Pacer};
pub use parcel::{Journal, Parcel, Source};
pub use settings::{DriveSettings, Patience, Share};
pub use stream::{StreamError, StreamMeta};
pub use trouble::{DriveError, Trouble};

use auth::SignIn;
use http::HttpClient;
use pacer::SharedPace;

/// One account's Google Drive. Clones share the connection pool, the tokens and the pace.
#[derive(Clone)]
pub struct Drive {
    inner: Arc<Inner>,
}

struct Inner {
    settings: DriveSettings,
    sign_in: SignIn,
    http: HttpClient,
    clock: SharedClock,
    pacer: Pacer,
    shared_pace: Option<SharedPace>,
}

impl fmt::Debug for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

impl Drive {
    /// A client for the account of `sign_in`. Nothing is sent yet.
    pub fn new(settings: DriveSettings, sign_in: SignIn, http: HttpClient, clock: SharedClock) -> Self {
        let pacer = Pacer::new(settings.requests_per_second, settings.patience.first_backoff);
        let shared_pace = settings.pace_file.clone();
        let inner = Inner {
            shared_pace: shared_pace.map(|file| SharedPace::new(file, settings.requests_per_second)),
            settings,
            sign_in,
            http,
            clock,
            pacer,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Who is signed in.
    pub fn sign_in(&self) -> &SignIn {
        &self.inner.sign_in
    }

    /// The pace of all requests.
    pub fn pacer(&self) -> &Pacer {
        &self.inner.pacer
    }

    /// The links that the file with this reserved id will have.
    pub fn links(&self, file_id: &str) -> DriveLinks {
        DriveLinks::predict(&self.inner.settings.link_url, file_id)
    }

    fn patience(&self) -> &Patience {
        &self.inner.settings.patience
    }
}
