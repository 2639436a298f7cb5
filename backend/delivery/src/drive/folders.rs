//! The folder that photos go to: is it fit, and making one.

use bytes::Bytes;
use google_drive3::api::File;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use serde_json::json;

use super::answers::FOLDER_TYPE;
use super::call::Fault;
use super::files::known;
use super::{Class, Drive, DriveError, FolderState, RemoteFile, Share, Trouble};

const FOLDER_FIELDS: &str = "id,name,mimeType,trashed,capabilities(canAddChildren),permissionIds,webViewLink";

impl Drive {
    /// What Drive says about a folder that photos shall go to.
    ///
    /// # Errors
    /// [`Trouble::Folder`] when it is not there, or not a folder.
    pub async fn check_folder(&self, id: &str) -> Result<FolderState, DriveError> {
        let Some(file) = self.get(id, FOLDER_FIELDS, Class::Guest).await? else {
            return Err(invisible_folder());
        };
        let writable = file
            .capabilities
            .as_ref()
            .and_then(|rights| rights.can_add_children)
            // Where Drive does not say, the first upload will.
            .unwrap_or(true);
        let folder = RemoteFile::from(file);
        if !folder.is_folder() {
            return Err(DriveError::new(
                Trouble::Folder,
                "TARGET_FOLDER_ID names a file, not a folder. Use the id from the folder's address.",
            ));
        }
        Ok(FolderState {
            public: folder.is_public(),
            name: folder.name,
            writable,
            trashed: folder.trashed,
            link: folder.web_view_link,
        })
    }

    /// Makes a folder in the account's own Drive under a reserved id, and
    /// shares it where folders are shared. Twice equals once.
    pub async fn make_folder(&self, id: &str, name: &str) -> Result<(), DriveError> {
        known(id)?;
        let created = match self.create_folder(id, name).await {
            Ok(folder) => folder,
            // Whatever went wrong: it may be there all the same.
            Err(error) if error.trouble == Trouble::Offline => return Err(error),
            Err(error) => match self.file(id, Class::Guest).await {
                Ok(Some(folder)) => folder,
                _ => return Err(error),
            },
        };
        if created.trashed {
            self.trash(id, false, Class::Guest).await?;
        }
        if self.inner.settings.share == Share::Folder && !created.is_public() {
            self.share_folder(id).await?;
        }
        Ok(())
    }

    /// Makes a folder, and with it all that is in it, public to whoever has its link.
    pub async fn share_folder(&self, id: &str) -> Result<(), DriveError> {
        self.share(id, Class::Guest).await
    }

    async fn create_folder(&self, id: &str, name: &str) -> Result<RemoteFile, DriveError> {
        // google-drive3 can create only together with bytes.
        let mut url = self.inner.settings.api_url.clone();
        url.set_path(&format!("{}drive/v3/files", url.path()));
        url.query_pairs_mut()
            .append_pair("supportsAllDrives", "true")
            .append_pair("fields", FOLDER_FIELDS);
        let body = Bytes::from(json!({"id": id, "name": name, "mimeType": FOLDER_TYPE}).to_string());
        let request = Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/json; charset=UTF-8")
            .body(body)
            .map_err(|error| {
                DriveError::new(Trouble::Rejected, "The folder could not be asked for.")
                    .with_detail(error.to_string())
            })?;
        let request = &request;
        self.call_once(self.errand(Class::Guest), move |ticket| async move {
            let answer = ticket.send(request.clone()).await?;
            let file: File = serde_json::from_slice(answer.body()).map_err(|_| Fault::Unreadable)?;
            Ok(RemoteFile::from(file))
        })
        .await
    }
}

/// The folder of the settings is not there, or was made by hand and is hidden by a narrow scope.
pub(super) fn invisible_folder() -> DriveError {
    DriveError::new(
        Trouble::Folder,
        "The target folder is not in this Google Drive, or was made by hand: with DRIVE_SCOPE=drive.file we see only folders that we made. Set DRIVE_SCOPE=drive and connect again, or leave TARGET_FOLDER_ID empty.",
    )
}
