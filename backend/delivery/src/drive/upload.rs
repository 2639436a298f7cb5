//! Google's resumable upload protocol, by itself.
//!
//! A session is begun with the file's description; its address then takes the
//! bytes in chunks. Three rules make it safe on a venue's line:
//!
//! - the server alone says how much it has kept: the `Range` of a 308, and
//!   nothing at all when there is none;
//! - after any doubt (a cut line, no answer, a 5xx) it is asked before another byte is sent;
//! - tries are counted from the last progress, so that a bad line that moves arrives in the end.
//!
//! The module knows no accounts, paces and files: a [`Wire`] carries its
//! requests, a [`Content`] gives it bytes.
//! <https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable>

mod chunk;
mod content;
mod session;
mod transfer;

pub use chunk::{ChunkSize, UNIT};
pub(crate) use content::unreadable;
pub use content::{Content, FileContent};
pub use session::{Beginning, Hosts, Progress, Session, Target};
pub use transfer::Transfer;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::{Request, Response};

use super::DriveError;

/// What carries requests. Answers of every status are `Ok`; only a request without an answer fails.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends a request of the account, with its token.
    async fn signed(&self, request: Request<Bytes>, limit: Duration) -> Result<Response<Bytes>, DriveError>;

    /// Sends a request to a session, whose address is its own authority.
    async fn bare(&self, request: Request<Bytes>, limit: Duration) -> Result<Response<Bytes>, DriveError>;

    /// What an answer means that is no success.
    fn refusal(&self, answer: &Response<Bytes>) -> DriveError;

    /// Whether trying again at once makes sense.
    fn worth_another_try(&self, error: &DriveError) -> bool;
}

/// Why an upload stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The session does not exist any more. It may have finished before.
    Gone,
    /// The id is taken: the file may be there already.
    Taken(DriveError),
    /// It may go on later, in the same session.
    Interrupted(DriveError),
    /// It cannot go on in this session.
    Refused(DriveError),
}
