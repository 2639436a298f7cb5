//! An upload session: beginning one, sending to it, asking it, ending it.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use hyper::{Method, Request, Response};
use serde_json::Value;
use url::{Host, Url};

use super::chunk::{content_range, kept, unsatisfied};
use super::{Stopped, Wire};
use crate::drive::{DriveError, Patience, Trouble};

/// The hosts that bytes may be sent to. An answer must not send them elsewhere.
#[derive(Clone, Debug)]
pub struct Hosts {
    api: Url,
}

impl Hosts {
    /// The API's own host, and Google's upload hosts.
    pub fn of(api: &Url) -> Self {
        Self { api: api.clone() }
    }

    /// A session address, if it leads where bytes may go.
    pub fn accept(&self, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let same = self.api.origin() == url.origin() || is_same_loopback(&self.api, &url);
        let api = same && matches!(url.scheme(), "http" | "https");
        let google = url.scheme() == "https"
            && url
                .host_str()
                .is_some_and(|host| host == "googleapis.com" || host.ends_with(".googleapis.com"));
        ((api || google) && url.username().is_empty() && url.password().is_none()).then_some(url)
    }
}

/// A simulator on this machine may call itself `localhost` or `127.0.0.1`.
fn is_same_loopback(api: &Url, url: &Url) -> bool {
    let loopback = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    loopback(api) && loopback(url) && api.scheme() == url.scheme() && api.port() == url.port()
}

/// What the bytes become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A new file.
    Create,
    /// The new bytes of the file with this id.
    Replace(&'a str),
}

/// How a session begins.
#[derive(Clone, Debug)]
pub struct Beginning<'a> {
    /// New file or new bytes.
    pub target: Target<'a>,
    /// The file's description.
    pub metadata: Value,
    /// Its MIME type.
    pub mime: &'a str,
    /// Its bytes, where known.
    pub size: Option<u64>,
    /// What the last answer shall say about the file.
    pub fields: &'a str,
}

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The server has kept so many bytes from the beginning.
    Kept(u64),
    /// The file is complete; the answer describes it.
    Finished(Bytes),
}

/// A session. Its address is a secret: whoever has it can write.
pub struct Session<'a> {
    wire: &'a dyn Wire,
    patience: &'a Patience,
    address: Url,
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// What one request to a session brought when it brought no progress.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nobody knows; the session must be asked.
    Doubt(DriveError),
    /// The upload stops here.
    Stop(Stopped),
}

impl<'a> Session<'a> {
    /// Begins a session. Nothing is created by that, so transient faults are tried again.
    ///
    /// # Errors
    /// [`Stopped::Taken`] when the id is in use; never [`Stopped::Gone`].
    pub async fn begin(
        wire: &'a dyn Wire,
        patience: &'a Patience,
        api: &Url,
        beginning: &Beginning<'_>,
    ) -> Result<Self, Stopped> {
        let mut tries = 0;
        loop {
            let error = match begin_once(wire, patience, api, beginning).await {
                Ok(address) => {
                    return Ok(Self {
                        wire,
                        patience,
                        address,
                    });
                }
                Err(error) => error,
            };
            if error.trouble == Trouble::IdRefused {
                return Err(Stopped::Taken(error));
            }
            if tries >= patience.retries || !wire.worth_another_try(&error) {
                return Err(given_up(error));
            }
            tries += 1;
            tokio::time::sleep(patience.pause()).await;
        }
    }

    /// A session from an earlier try, whose `address` came from [`Hosts::accept`].
    pub fn stored(wire: &'a dyn Wire, patience: &'a Patience, address: Url) -> Self {
        Self {
            wire,
            patience,
            address,
        }
    }

    /// The address, to be stored before the first byte is sent.
    pub fn address(&self) -> &str {
        self.address.as_str()
    }

    /// Ends a session that was not finished; nothing of it remains. Without an
    /// answer, Google forgets it after a week.
    pub async fn cancel(self) {
        if let Ok(request) = self.request(Method::DELETE, None, Bytes::new()) {
            let _ = self.wire.bare(request, self.patience.small).await;
        }
    }

    /// Sends bytes from `offset`. `total` is set on the last chunk at least.
    pub(super) async fn put(&self, offset: u64, bytes: Bytes, total: Option<u64>) -> Result<Progress, Fault> {
        let length = bytes.len() as u64;
        let range = content_range(offset, length, total);
        self.send(range, bytes, self.patience.upload(length)).await
    }

    /// Asks how much the server has kept.
    pub(super) async fn status(&self, total: Option<u64>) -> Result<Progress, Fault> {
        self.send(unsatisfied(total), Bytes::new(), self.patience.small)
            .await
    }

    async fn send(&self, range: String, bytes: Bytes, limit: Duration) -> Result<Progress, Fault> {
        let request = self
            .request(Method::PUT, Some(range), bytes)
            .map_err(|error| Fault::Stop(Stopped::Refused(error)))?;
        match self.wire.bare(request, limit).await {
            Ok(answer) => self.progress(&answer),
            // Not even connected: asking now would meet the same.
            Err(error) if error.trouble == Trouble::Offline => Err(Fault::Stop(Stopped::Interrupted(error))),
            Err(error) => Err(Fault::Doubt(error)),
        }
    }

    fn progress(&self, answer: &Response<Bytes>) -> Result<Progress, Fault> {
        match answer.status().as_u16() {
            200..=299 => Ok(Progress::Finished(answer.body().clone())),
            308 => {
                let range = answer.headers().get(RANGE);
                Ok(Progress::Kept(kept(range.and_then(|range| range.to_str().ok()))))
            }
            // Without the authority to write, a session is as good as gone.
            401 | 404 | 410 => Err(Fault::Stop(Stopped::Gone)),
            409 => Err(Fault::Stop(Stopped::Taken(self.wire.refusal(answer)))),
            // We and the server may count differently: its count goes.
            400 | 416 => Err(Fault::Doubt(self.wire.refusal(answer))),
            _ => {
                let error = self.wire.refusal(answer);
                if error.is_transient() {
                    Err(Fault::Doubt(error))
                } else {
                    Err(Fault::Stop(given_up(error)))
                }
            }
        }
    }

    /// Tries without progress beside the first one.
    pub(super) fn retries(&self) -> u32 {
        self.patience.retries
    }

    /// Whether one more try within this call is worth it.
    pub(super) async fn pause_after(&self, tries: u32, error: &DriveError) -> bool {
        // A 400 is not transient as such, but here the server's count may cure it.
        let worth = error.trouble == Trouble::Rejected || self.wire.worth_another_try(error);
        if tries >= self.patience.retries || !worth {
            return false;
        }
        tokio::time::sleep(self.patience.pause()).await;
        true
    }

    fn request(
        &self,
        method: Method,
        range: Option<String>,
        bytes: Bytes,
    ) -> Result<Request<Bytes>, DriveError> {
        let mut request = Request::builder()
            .method(method)
            .uri(self.address.as_str())
            .header(CONTENT_LENGTH, bytes.len());
        if let Some(range) = range {
            request = request.header(CONTENT_RANGE, range);
        }
        request.body(bytes).map_err(|error| unsendable(&error))
    }
}

/// What is left of an error after the last try.
pub(super) fn given_up(error: DriveError) -> Stopped {
    if error.is_transient() || error.trouble == Trouble::Offline {
        Stopped::Interrupted(error)
    } else {
        Stopped::Refused(error)
    }
}

async fn begin_once(
    wire: &dyn Wire,
    patience: &Patience,
    api: &Url,
    beginning: &Beginning<'_>,
) -> Result<Url, DriveError> {
    let answer = wire.signed(beginning.request(api)?, patience.small).await?;
    if !answer.status().is_success() {
        return Err(wire.refusal(&answer));
    }
    let location = answer.headers().get(LOCATION);
    location
        .and_then(|address| address.to_str().ok())
        .and_then(|address| Hosts::of(api).accept(address))
        .ok_or_else(|| {
            DriveError::new(
                Trouble::ServerFault,
                "Google Drive began an upload without a usable address for it.",
            )
        })
}

impl Beginning<'_> {
    fn request(&self, api: &Url) -> Result<Request<Bytes>, DriveError> {
        let (method, id) = match self.target {
            Target::Create => (Method::POST, String::new()),
            Target::Replace(id) => (Method::PATCH, format!("/{id}")),
        };
        let mut url = api.clone();
        url.set_path(&format!("{}upload/drive/v3/files{id}", api.path()));
        url.query_pairs_mut()
            .append_pair("uploadType", "resumable")
            .append_pair("supportsAllDrives", "true")
            .append_pair("fields", self.fields);
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(CONTENT_TYPE, "application/json; charset=UTF-8")
            .header("X-Upload-Content-Type", self.mime);
        if let Some(size) = self.size {
            request = request.header("X-Upload-Content-Length", size);
        }
        request
            .body(Bytes::from(self.metadata.to_string()))
            .map_err(|error| unsendable(&error))
    }
}

fn unsendable(error: &hyper::http::Error) -> DriveError {
    DriveError::new(Trouble::Rejected, "The upload could not be asked for.").with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_only_to_the_api_and_to_google() {
        let real = Hosts::of(&Url::parse("https://www.googleapis.com/").unwrap());
        assert!(
            real.accept("https://www.googleapis.com/upload/x?upload_id=1")
                .is_some()
        );
        assert!(real.accept("https://storage.googleapis.com/upload/x").is_some());
        for elsewhere in [
            "http://www.googleapis.com/upload/x",
            "https://evil.example/upload/x",
            "https://evilgoogleapis.com/x",
            "https://googleapis.com.evil.example/x",
            "https://www.googleapis.com@evil.example/x",
            "https://user:pw@www.googleapis.com/x",
            "file:///etc/passwd",
            "/upload/x",
            "",
        ] {
            assert!(real.accept(elsewhere).is_none(), "{elsewhere}");
        }
        let local = Hosts::of(&Url::parse("http://127.0.0.1:9000/").unwrap());
        assert!(local.accept("http://127.0.0.1:9000/u?upload_id=1").is_some());
        assert!(local.accept("http://localhost:9000/u?upload_id=1").is_some());
        assert!(local.accept("http://127.0.0.1:9001/u").is_none());
        assert!(local.accept("http://192.168.1.5:9000/u").is_none());
    }
}
