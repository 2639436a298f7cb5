//! A file in a session: a new one, one of an earlier try, or one that mends wrong bytes.

use google_drive3::api::File;
use google_drive3::common::remove_json_null_values;
use serde_json::{Value, json};

use super::multipart::description;
use super::{Arrival, Delivery, local, session_lost};
use crate::drive::answers::FILE_FIELDS;
use crate::drive::call::Paced;
use crate::drive::files::no_such_file;
use crate::drive::upload::{Beginning, Hosts, Progress, Session, Stopped, Target, Transfer};
use crate::drive::{Drive, DriveError, RemoteFile};

impl<'a> Delivery<'a> {
    /// Sends the file in a new session.
    pub(super) async fn resumable(&mut self) -> Result<Arrival, Stopped> {
        let metadata = plain(description(self.parcel));
        let file = self.in_new_session(Target::Create, metadata).await?;
        Ok(Arrival::new(file, "resumable"))
    }

    /// Goes on in the session of an earlier try. `None` when the address cannot be used.
    pub(super) async fn resume(&mut self, address: &str) -> Result<Option<Arrival>, Stopped> {
        let wire = self.wire();
        let settings = &self.drive.inner.settings;
        let Some(address) = Hosts::of(&settings.api_url).accept(address) else {
            self.spent().await?;
            return Ok(None);
        };
        let mut transfer = Transfer::new(Session::stored(&wire, &settings.patience, address));
        let asked = transfer.resume(self.parcel.size).await;
        match self.noted(asked).await? {
            Progress::Finished(answer) => {
                let file = self.finished(&answer).await?;
                Ok(Some(Arrival {
                    was_there: true,
                    ..Arrival::new(file, "resumed")
                }))
            }
            Progress::Kept(offset) => {
                local::verify(self.parcel).await.map_err(Stopped::Refused)?;
                let file = self.transfer(transfer, offset).await?;
                Ok(Some(Arrival::new(file, "resumed")))
            }
        }
    }

    /// Replaces the bytes under the id by ours.
    pub(super) async fn mend(&mut self) -> Result<RemoteFile, DriveError> {
        local::verify(self.parcel).await?;
        let id = &self.parcel.file_id;
        let mended = self.in_new_session(Target::Replace(id), json!({})).await;
        mended.map_err(|stopped| match stopped {
            Stopped::Gone => session_lost(),
            Stopped::Taken(error) | Stopped::Interrupted(error) | Stopped::Refused(error) => error,
        })
    }

    async fn in_new_session(&mut self, target: Target<'_>, metadata: Value) -> Result<RemoteFile, Stopped> {
        let wire = self.wire();
        let settings = &self.drive.inner.settings;
        let beginning = Beginning {
            target,
            metadata,
            mime: &self.parcel.mime,
            size: Some(self.parcel.size),
            fields: FILE_FIELDS,
        };
        let session = Session::begin(&wire, &settings.patience, &settings.api_url, &beginning).await?;
        self.journal
            .session(Some(session.address()))
            .await
            .map_err(Stopped::Interrupted)?;
        self.transfer(Transfer::new(session), 0).await
    }

    async fn transfer(&mut self, mut transfer: Transfer<'_>, offset: u64) -> Result<RemoteFile, Stopped> {
        self.begin().await.map_err(Stopped::Interrupted)?;
        let total = self.parcel.size;
        let mut content = local::open(self.parcel).await.map_err(Stopped::Refused)?;
        let journal = &mut *self.journal;
        let mut report = |sent| journal.progress(sent, total);
        let sent = transfer.send_all(&mut *content, offset, total, &mut report).await;
        let answer = self.noted(sent).await?;
        self.finished(&answer).await
    }

    /// Forgets the session when nothing more can come of it.
    async fn noted<T>(&mut self, outcome: Result<T, Stopped>) -> Result<T, Stopped> {
        match outcome {
            Err(Stopped::Interrupted(_)) | Ok(_) => {}
            Err(_) => self.spent().await?,
        }
        outcome
    }

    async fn spent(&mut self) -> Result<(), Stopped> {
        self.journal.session(None).await.map_err(Stopped::Interrupted)
    }

    async fn finished(&mut self, answer: &[u8]) -> Result<RemoteFile, Stopped> {
        self.spent().await?;
        described(self.drive, &self.parcel.file_id, answer, self.class)
            .await
            .map_err(Stopped::Interrupted)
    }

    fn wire(&self) -> Paced<'a> {
        Paced {
            drive: self.drive,
            rank: self.class.into(),
        }
    }
}

/// The file that a last answer describes; one that says nothing is asked for.
pub(in crate::drive) async fn described(
    drive: &Drive,
    id: &str,
    answer: &[u8],
    class: crate::drive::Class,
) -> Result<RemoteFile, DriveError> {
    match serde_json::from_slice::<File>(answer) {
        Ok(file) if file.id.is_some() => Ok(file.into()),
        _ => drive.file(id, class).await?.ok_or_else(no_such_file),
    }
}

/// A description as JSON, without what it leaves open.
pub(in crate::drive) fn plain(file: File) -> Value {
    let mut value = serde_json::to_value(file).unwrap_or_default();
    remove_json_null_values(&mut value);
    value
}
