//! What Drive tells us, in our own types.

use std::collections::BTreeMap;

use boothline_domain::clock::Timestamp;
use google_drive3::api;

use super::DriveLinks;

/// The fields of a file that every call asks for.
pub(crate) const FILE_FIELDS: &str = "id,name,mimeType,size,md5Checksum,webViewLink,webContentLink,resourceKey,permissionIds,trashed,parents,createdTime,modifiedTime,appProperties";
/// The id of the permission that makes a file public to whoever has the link.
const ANYONE_WITH_LINK: &str = "anyoneWithLink";
/// What makes a file a folder.
pub(crate) const FOLDER_TYPE: &str = "application/vnd.google-apps.folder";

/// A file as Drive describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteFile {
    /// Drive's id.
    pub id: String,
    /// Its name; not unique.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// Bytes. None for folders.
    pub size: Option<u64>,
    /// MD5 of the bytes, lower-case hex. None for folders.
    pub md5: Option<String>,
    /// Drive's page of the file.
    pub web_view_link: Option<String>,
    /// Drive's download link.
    pub web_content_link: Option<String>,
    /// The key that links of some older files need.
    pub resource_key: Option<String>,
    /// Ids of its permissions, inherited ones included. None where Drive does not say.
    pub permission_ids: Option<Vec<String>>,
    /// In the trash.
    pub trashed: bool,
    /// The folders that hold it; one at most.
    pub parents: Vec<String>,
    /// When the photo was taken, as told at upload.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Properties that only this app sees.
    pub app_properties: BTreeMap<String, String>,
}

impl RemoteFile {
    /// Whether Drive says that whoever has the link can see it. False also where it does not say.
    pub fn is_public(&self) -> bool {
        let ids = self.permission_ids.as_deref().unwrap_or_default();
        ids.iter().any(|id| id == ANYONE_WITH_LINK)
    }

    /// Whether it holds exactly these bytes. None where Drive has not said yet.
    pub fn holds(&self, md5: &str, size: u64) -> Option<bool> {
        let known = self.md5.as_deref()?;
        Some(known.eq_ignore_ascii_case(md5) && self.size.is_none_or(|bytes| bytes == size))
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.mime == FOLDER_TYPE
    }
}

impl From<api::File> for RemoteFile {
    fn from(file: api::File) -> Self {
        let moment = |time: chrono::DateTime<chrono::Utc>| Timestamp::from_millis(time.timestamp_millis());
        Self {
            id: file.id.unwrap_or_default(),
            name: file.name.unwrap_or_default(),
            mime: file.mime_type.unwrap_or_default(),
            size: file.size.and_then(|bytes| u64::try_from(bytes).ok()),
            md5: file.md5_checksum,
            web_view_link: file.web_view_link,
            web_content_link: file.web_content_link,
            resource_key: file.resource_key,
            permission_ids: file.permission_ids,
            trashed: file.trashed.unwrap_or(false),
            parents: file.parents.unwrap_or_default(),
            created_at: file.created_time.map(moment),
            modified_at: file.modified_time.map(moment),
            app_properties: file.app_properties.unwrap_or_default().into_iter().collect(),
        }
    }
}

/// One page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePage {
    /// At most 1,000 files.
    pub files: Vec<RemoteFile>,
    /// The token of the next page. None on the last one.
    pub next: Option<String>,
}

/// The account that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Google's id of it, stable over changes of the address.
    pub id: String,
    /// Its address.
    pub email: String,
    /// Its storage.
    pub quota: StorageQuota,
}

/// Storage of an account, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageQuota {
    /// All there is. None where it is unlimited.
    pub limit: Option<u64>,
    /// Used by all of Google's services.
    pub usage: u64,
    /// Used by Drive.
    pub usage_in_drive: u64,
    /// Used by Drive's trash.
    pub usage_in_trash: u64,
}

/// A folder that files can be delivered to, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderState {
    /// Its name.
    pub name: String,
    /// Whether this sign-in may put files into it.
    pub writable: bool,
    /// Whether whoever has the link can see it.
    pub public: bool,
    /// In the trash; its files are, too.
    pub trashed: bool,
    /// Drive's page of the folder.
    pub link: Option<String>,
}

/// What a guest without an account gets from a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The file.
    Public,
    /// A sign-in page, or a refusal.
    NotPublic,
    /// Nothing: it does not exist any more.
    Gone,
}

/// A file that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// As Drive describes it.
    pub file: RemoteFile,
    /// The predicted links, or Drive's own where those lead elsewhere.
    pub links: DriveLinks,
    /// Whether they differ from the prediction.
    pub links_changed: bool,
    /// An earlier try had already brought it there.
    pub was_there: bool,
    /// How it got there: `multipart`, `resumable`, `resumed`, `found` or `mended`.
    pub how: &'static str,
}
