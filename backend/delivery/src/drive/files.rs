//! Files that are there: look, list, change, remove, make public.

use std::collections::HashMap;

use google_drive3::api::{File, Permission};

use super::account::is_sound;
use super::answers::FILE_FIELDS;
use super::call::Errand;
use super::{Class, Drive, DriveError, FilePage, RemoteFile, Trouble, errors};

/// What to change of a file; what is `None` or empty stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// A new name.
    pub name: Option<String>,
    /// In or out of the trash.
    pub trashed: Option<bool>,
    /// The folder to move it to, out of the one it is in.
    pub folder: Option<String>,
    /// Properties to set.
    pub app_properties: HashMap<String, String>,
}

impl Drive {
    /// The file with this id; `None` when there is none that this sign-in may see.
    pub async fn file(&self, id: &str, class: Class) -> Result<Option<RemoteFile>, DriveError> {
        self.get(id, FILE_FIELDS, class)
            .await
            .map(|file| file.map(RemoteFile::from))
    }

    pub(super) async fn get(&self, id: &str, fields: &str, class: Class) -> Result<Option<File>, DriveError> {
        if !is_sound(id) {
            return Ok(None);
        }
        let answer = self
            .call(self.errand(class), move |mut ticket| async move {
                let call = ticket.hub.files().get(id).supports_all_drives(true);
                let call = call.param("fields", fields).delegate(&mut ticket.witness);
                Ok(call.doit().await?.1)
            })
            .await;
        match answer {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.trouble == Trouble::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page, up to 1,000, of the files that match Drive's search `query`.
    pub async fn list(
        &self,
        query: &str,
        page_token: Option<&str>,
        class: Class,
    ) -> Result<FilePage, DriveError> {
        let fields = format!("nextPageToken,files({FILE_FIELDS})");
        let fields = fields.as_str();
        let page = self
            .call(self.errand(class), move |mut ticket| async move {
                let mut call = ticket
                    .hub
                    .files()
                    .list()
                    .q(query)
                    .page_size(1000)
                    .supports_all_drives(true)
                    .include_items_from_all_drives(true)
                    .param("fields", fields)
                    .delegate(&mut ticket.witness);
                if let Some(token) = page_token {
                    call = call.page_token(token);
                }
                Ok(call.doit().await?.1)
            })
            .await?;
        let files = page.files.unwrap_or_default();
        Ok(FilePage {
            files: files.into_iter().map(RemoteFile::from).collect(),
            next: page.next_page_token.filter(|token| !token.is_empty()),
        })
    }

    /// Puts a file into the trash, or takes it out.
    pub async fn trash(&self, id: &str, trashed: bool, class: Class) -> Result<(), DriveError> {
        let change = Change {
            trashed: Some(trashed),
            ..Change::default()
        };
        self.update_metadata(id, change, class).await.map(drop)
    }

    /// Changes what Drive says about a file, not its bytes.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] when there is no such file.
    pub async fn update_metadata(
        &self,
        id: &str,
        change: Change,
        class: Class,
    ) -> Result<RemoteFile, DriveError> {
        known(id)?;
        let (folder, leaving) = match change.folder {
            Some(folder) => {
                let parents = self.file(id, class).await?.ok_or_else(no_such_file)?.parents;
                let stays = parents.contains(&folder);
                let leaving = parents.into_iter().filter(|parent| *parent != folder);
                let leaving = leaving.collect::<Vec<_>>().join(",");
                ((!stays).then_some(folder), leaving)
            }
            None => (None, String::new()),
        };
        let request = File {
            name: change.name,
            trashed: change.trashed,
            app_properties: (!change.app_properties.is_empty()).then_some(change.app_properties),
            ..File::default()
        };
        let (request, leaving, folder) = (&request, leaving.as_str(), folder.as_deref());
        let file = self
            .call(self.errand(class), move |mut ticket| async move {
                let mut call = ticket
                    .hub
                    .files()
                    .update(request.clone(), id)
                    .supports_all_drives(true)
                    .param("fields", FILE_FIELDS)
                    .delegate(&mut ticket.witness);
                if let Some(folder) = folder {
                    call = call.add_parents(folder).remove_parents(leaving);
                }
                Ok(call.doit_without_upload().await?.1)
            })
            .await?;
        Ok(file.into())
    }

    /// Deletes a file for good. One that is not there counts as deleted.
    pub async fn delete(&self, id: &str, class: Class) -> Result<(), DriveError> {
        known(id)?;
        let answer = self
            .call(self.errand(class), move |mut ticket| async move {
                let call = ticket.hub.files().delete(id).supports_all_drives(true);
                call.delegate(&mut ticket.witness).doit().await?;
                Ok(())
            })
            .await;
        match answer {
            Err(error) if error.trouble == Trouble::NotFound => Ok(()),
            other => other,
        }
    }

    /// Makes a file public to whoever has its link. Twice equals once.
    ///
    /// # Errors
    /// [`Trouble::SharingLimited`] at once while Google allows no more permissions.
    pub async fn share(&self, id: &str, class: Class) -> Result<(), DriveError> {
        known(id)?;
        if let Some(pause) = self.pacer().sharing_pause() {
            return Err(errors::classify(403, "sharingRateLimitExceeded", "", Some(pause)));
        }
        let errand = Errand {
            sharing: true,
            ..self.errand(class)
        };
        let answer = self
            .call(errand, move |mut ticket| async move {
                let anyone = Permission {
                    type_: Some("anyone".to_owned()),
                    role: Some("reader".to_owned()),
                    allow_file_discovery: Some(false),
                    ..Permission::default()
                };
                let call = ticket.hub.permissions().create(anyone, id);
                let call = call.supports_all_drives(true).param("fields", "id");
                call.delegate(&mut ticket.witness).doit().await?;
                Ok(())
            })
            .await;
        answer.map_err(|error| self.sharing_refused(error))
    }

    fn sharing_refused(&self, error: DriveError) -> DriveError {
        match error.trouble {
            // The right to write is there, the right to share is not.
            Trouble::Folder => DriveError {
                trouble: Trouble::Policy,
                message: "This account may not make the file public. Allow sharing for it in Google Drive."
                    .to_owned(),
                ..error
            },
            Trouble::SharingLimited => {
                let pause = error.retry_after.or_else(|| self.pacer().sharing_pause());
                error.with_retry_after(pause)
            }
            _ => error,
        }
    }
}

pub(super) fn known(id: &str) -> Result<(), DriveError> {
    if is_sound(id) { Ok(()) } else { Err(no_such_file()) }
}

pub(super) fn no_such_file() -> DriveError {
    errors::classify(404, "notFound", "", None)
}
