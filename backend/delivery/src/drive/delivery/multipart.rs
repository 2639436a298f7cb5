//! A small file in one request.

use std::io::Cursor;

use google_drive3::api::File;

use super::{Delivery, local};
use crate::drive::answers::FILE_FIELDS;
use crate::drive::call::Errand;
use crate::drive::upload::Stopped;
use crate::drive::{DriveError, Parcel, RemoteFile, Trouble};

impl Delivery<'_> {
    /// One try. It never says [`Stopped::Interrupted`]: there is no session to go on in.
    pub(super) async fn multipart(&mut self) -> Result<RemoteFile, Stopped> {
        self.multipart_once().await.map_err(|error| match error.trouble {
            Trouble::IdRefused => Stopped::Taken(error),
            _ => Stopped::Refused(error),
        })
    }

    async fn multipart_once(&mut self) -> Result<RemoteFile, DriveError> {
        let parcel = self.parcel;
        let mime = parcel.mime.parse().map_err(|_| {
            DriveError::new(Trouble::Rejected, "The type of the file is unknown.")
                .with_detail(parcel.mime.clone())
        })?;
        let bytes = local::whole(parcel).await?;
        self.begin().await?;
        let errand = Errand {
            limit: self.drive.patience().upload(parcel.size),
            ..self.drive.errand(self.class)
        };
        let (bytes, mime, description) = (&bytes, &mime, &description(parcel));
        let file = self
            .drive
            .call_once(errand, move |mut ticket| async move {
                let call = ticket
                    .hub
                    .files()
                    .create(description.clone())
                    .supports_all_drives(true)
                    .param("fields", FILE_FIELDS)
                    .delegate(&mut ticket.witness);
                Ok(call
                    .upload(Cursor::new(bytes.clone()), Clone::clone(mime))
                    .await?
                    .1)
            })
            .await?;
        self.journal.progress(parcel.size, parcel.size);
        Ok(file.into())
    }
}

/// What Drive is told about a new file.
pub(super) fn description(parcel: &Parcel) -> File {
    let properties = parcel.app_properties.clone();
    File {
        id: Some(parcel.file_id.clone()),
        name: Some(parcel.name.clone()),
        mime_type: Some(parcel.mime.clone()),
        parents: (!parcel.folder.is_empty()).then(|| vec![parcel.folder.clone()]),
        created_time: Some(parcel.taken_at.utc()),
        app_properties: (!properties.is_empty()).then(|| properties.into_iter().collect()),
        ..File::default()
    }
}
