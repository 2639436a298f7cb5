//! A file that comes as a stream and is kept nowhere: one chunk of it is in
//! memory, so that what a bad line loses of that chunk can be sent again.

use std::error::Error;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use google_drive3::api::File;
use md5::{Digest, Md5};

use super::answers::FILE_FIELDS;
use super::call::Paced;
use super::delivery::{described, plain};
use super::files::known;
use super::upload::{Beginning, Progress, Session, Stopped, Target, Transfer, UNIT};
use super::{Class, Delivered, Drive, DriveError, RemoteFile, Trouble};

/// One chunk, and what is in memory of a stream at any time.
const CHUNK: usize = 4 * UNIT as usize;

/// What is known of a stream before it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMeta {
    /// Its name in Drive.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// Id of the folder that it goes to; empty for the top of the account's Drive.
    pub folder: String,
    /// Its bytes, where the sender says so.
    pub size: Option<u64>,
}

/// Why a stream did not arrive. There is no file of it then, unless the network
/// went away with the last bytes: then there may be one under its id.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The sender broke off.
    #[error("the upload broke off")]
    Body(#[source] Box<dyn Error + Send + Sync>),
    /// The sender sent another number of bytes than it said.
    #[error("{found} bytes came instead of {expected}")]
    Length {
        /// What it said.
        expected: u64,
        /// What came; of a longer stream, what was read of it.
        found: u64,
    },
    /// Drive did not take it.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

impl Drive {
    /// Uploads a stream under the reserved `id` and makes it public. Its MD5 is
    /// taken on the way and compared at the end.
    ///
    /// # Errors
    /// See [`StreamError`]. A stream cannot be tried again from here.
    pub async fn upload_stream<S, E>(
        &self,
        id: &str,
        meta: StreamMeta,
        body: S,
        class: Class,
    ) -> Result<Delivered, StreamError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        known(id)?;
        let wire = Paced {
            drive: self,
            rank: class.into(),
        };
        let settings = &self.inner.settings;
        let beginning = Beginning {
            target: Target::Create,
            metadata: plain(File {
                id: Some(id.to_owned()),
                name: Some(meta.name),
                mime_type: Some(meta.mime.clone()),
                parents: (!meta.folder.is_empty()).then(|| vec![meta.folder]),
                ..File::default()
            }),
            mime: &meta.mime,
            size: meta.size,
            fields: FILE_FIELDS,
        };
        let session = Session::begin(&wire, &settings.patience, &settings.api_url, &beginning)
            .await
            .map_err(stopped)?;
        let mut relay = Relay::new(Transfer::new(session), meta.size);
        let answer = match relay.run(pin!(body)).await {
            Ok(answer) => answer,
            Err(error) => {
                let finishing = relay.finishing;
                relay.transfer.cancel().await;
                if finishing {
                    self.remove_remains(id, class).await;
                }
                return Err(error);
            }
        };
        let file = match self.relayed(id, answer, &relay.received(), class).await {
            Ok(file) => file,
            Err(error) => {
                self.remove_remains(id, class).await;
                return Err(error.into());
            }
        };
        let predicted = self.links(id);
        let links = predicted.corrected(&file);
        Ok(Delivered {
            links_changed: links != predicted,
            links,
            file,
            was_there: false,
            how: "resumable",
        })
    }

    /// A file that nobody gets a link of must not stay.
    async fn remove_remains(&self, id: &str, class: Class) {
        if let Err(error) = self.delete(id, class).await {
            tracing::warn!(
                drive.file = id,
                detail = error.detail,
                "A file of a broken upload may remain at Google Drive: {error}"
            );
        }
    }

    /// The file of a stream, proven and public.
    async fn relayed(
        &self,
        id: &str,
        answer: Option<Bytes>,
        (md5, size): &(String, u64),
        class: Class,
    ) -> Result<RemoteFile, DriveError> {
        let file = described(self, id, answer.as_deref().unwrap_or_default(), class).await?;
        if file.holds(md5, *size) != Some(true) {
            return Err(DriveError::new(
                Trouble::WrongBytes,
                "Google Drive received other bytes than were sent. Send the file again.",
            ));
        }
        if !file.is_public() {
            self.share(id, class).await?;
        }
        Ok(file)
    }
}

/// From the body to the session.
struct Relay<'a> {
    transfer: Transfer<'a>,
    expected: Option<u64>,
    md5: Md5,
    /// Bytes taken from the body.
    taken: u64,
    /// Bytes that Drive has kept.
    kept: u64,
    /// The last chunk is under way: the file may be there.
    finishing: bool,
}

impl<'a> Relay<'a> {
    fn new(transfer: Transfer<'a>, expected: Option<u64>) -> Self {
        Self {
            transfer,
            expected,
            md5: Md5::new(),
            taken: 0,
            kept: 0,
            finishing: false,
        }
    }

    fn received(&self) -> (String, u64) {
        (hex::encode(self.md5.clone().finalize()), self.taken)
    }

    /// The last answer; `None` when the session was lost at its end, where it may have finished.
    async fn run<S, E>(&mut self, mut body: std::pin::Pin<&mut S>) -> Result<Option<Bytes>, StreamError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut waiting = BytesMut::with_capacity(CHUNK);
        while let Some(piece) = body.next().await {
            let mut piece = piece.map_err(|error| StreamError::Body(error.into()))?;
            self.taken += piece.len() as u64;
            self.check_length(false)?;
            self.md5.update(&piece);
            while !piece.is_empty() {
                // A full chunk goes only when more follows: the last one has to say that it is.
                if waiting.len() == CHUNK {
                    self.send(waiting.split().freeze(), None).await?;
                    waiting.reserve(CHUNK);
                }
                let room = CHUNK - waiting.len();
                waiting.extend_from_slice(&piece.split_to(room.min(piece.len())));
            }
        }
        self.check_length(true)?;
        self.finishing = true;
        self.send(waiting.freeze(), Some(self.taken)).await
    }

    /// Sends one chunk whole, what was lost of it again. `total` on the last one.
    async fn send(&mut self, chunk: Bytes, total: Option<u64>) -> Result<Option<Bytes>, StreamError> {
        let begin = self.kept;
        let end = begin + chunk.len() as u64;
        loop {
            let rest = chunk.slice(usize::try_from(self.kept - begin).unwrap_or(usize::MAX)..);
            let sent = self
                .transfer
                .send_chunk(self.kept, rest, total.or(self.expected))
                .await;
            match sent {
                Ok(Progress::Finished(answer)) if total.is_some() => return Ok(Some(answer)),
                Ok(Progress::Kept(kept)) if (begin..=end).contains(&kept) => {
                    self.kept = kept;
                    if kept == end && total.is_none() {
                        return Ok(None);
                    }
                }
                Ok(_) => return Err(beyond_repair().into()),
                Err(Stopped::Gone | Stopped::Taken(_)) if total.is_some() => return Ok(None),
                Err(error) => return Err(stopped(error).into()),
            }
        }
    }

    fn check_length(&self, at_end: bool) -> Result<(), StreamError> {
        let found = self.taken;
        match self.expected {
            Some(expected) if found > expected || (at_end && found < expected) => {
                Err(StreamError::Length { expected, found })
            }
            _ => Ok(()),
        }
    }
}

fn stopped(stopped: Stopped) -> DriveError {
    match stopped {
        Stopped::Gone => beyond_repair(),
        Stopped::Taken(error) | Stopped::Interrupted(error) | Stopped::Refused(error) => error,
    }
}

fn beyond_repair() -> DriveError {
    DriveError::new(
        Trouble::Interrupted,
        "Google Drive lost a part of the file that is not in memory any more. Send it again.",
    )
}
