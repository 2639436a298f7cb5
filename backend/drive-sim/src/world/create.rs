//! New files and folders.

use std::collections::BTreeMap;

use boothline_domain::clock::Timestamp;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Caller, Content, FOLDER, File, Permission, Reach, SERVICE_ACCOUNT, World};
use crate::error::ApiError;
use crate::options::Options;
use crate::random;

/// The metadata that a caller sends for a new or changed file. Members that we have no use for are
/// ignored, as Google ignores what is not writable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileInput {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) parents: Option<Vec<String>>,
    pub(crate) trashed: Option<bool>,
    pub(crate) starred: Option<bool>,
    pub(crate) created_time: Option<DateTime<Utc>>,
    pub(crate) modified_time: Option<DateTime<Utc>>,
    /// `null` takes a key away.
    pub(crate) app_properties: Option<BTreeMap<String, Option<String>>>,
    pub(crate) properties: Option<BTreeMap<String, Option<String>>>,
}

impl FileInput {
    /// Reads the JSON of a request body; nothing at all is an empty object.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        serde_json::from_slice(body)
            .map_err(|error| ApiError::new(400, "parseError", format!("Parse Error: {error}")))
    }
}

impl World {
    /// Whether the caller could create this file now. Everything that [`World::create`] refuses.
    pub(crate) fn check_create(
        &self,
        caller: &Caller,
        input: &FileInput,
        size: Option<u64>,
        options: &Options,
    ) -> Result<(), ApiError> {
        writes(caller)?;
        self.check_parents(caller, input.parents.as_deref().unwrap_or_default())?;
        if let Some(id) = &input.id {
            self.check_id(caller, id)?;
        }
        match size {
            Some(size) => self.check_space(&caller.account, size, options),
            None => Ok(()),
        }
    }

    /// Makes a file; a folder or another file without bytes when `content` is `None`.
    pub(crate) fn create(
        &mut self,
        caller: &Caller,
        input: &FileInput,
        content: Option<Content>,
        content_type: Option<&str>,
        options: &Options,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let size = content.as_ref().map(|content| content.bytes.len() as u64);
        self.check_create(caller, input, size, options)?;
        let account = self.account(&caller.account, now);
        let owner_permission = Permission::owner(&account.email, account.permission_id.clone());
        let root = account.root.clone();
        let parent = match input.parents.as_deref() {
            None | Some([]) => root,
            Some([first, ..]) => self.resolve(caller, first).to_owned(),
        };
        let id = input.id.clone().unwrap_or_else(random::file_id);
        let mime_type = input
            .mime_type
            .as_deref()
            .or(content_type)
            .unwrap_or("application/octet-stream");
        let name = input.name.as_deref().unwrap_or("Untitled");
        let mut file = File::new(id.clone(), name, mime_type, &caller.account, &caller.client, now);
        file.permissions.push(owner_permission);
        file.description = input.description.clone();
        file.starred = input.starred.unwrap_or_default();
        file.created = input.created_time.map_or(now, stamp);
        file.modified = input.modified_time.map_or(now, stamp);
        file.sequence = self.next_sequence();
        merge(&mut file.properties, input.properties.as_ref());
        let own = file.app_properties.entry(caller.client.clone()).or_default();
        merge(own, input.app_properties.as_ref());
        if options.resource_keys {
            file.resource_key = Some(format!("0-{}", random::text(22)));
        }
        file.content = content;
        file.parent = Some(parent);
        if self.has_sibling_named(&file) {
            self.duplicate_names += 1;
        }
        self.used.insert(id.clone());
        self.files.insert(id.clone(), file);
        self.note_change(&id, now);
        Ok(id)
    }

    pub(super) fn check_parents(&self, caller: &Caller, parents: &[String]) -> Result<(), ApiError> {
        if parents.len() > 1 {
            return Err(ApiError::new(
                403,
                "cannotAddParent",
                "A file cannot be placed in more than one folder. Increasing the number of parents is not allowed",
            ));
        }
        let Some(parent) = parents.first() else {
            return Ok(());
        };
        let folder = self.visible(caller, parent)?;
        if !folder.is_folder() {
            return Err(ApiError::new(
                403,
                "parentNotAFolder",
                "The specified parent is not a folder.",
            ));
        }
        if !matches!(
            self.role(&caller.account, folder),
            Some("owner" | "writer" | "fileOrganizer")
        ) {
            return Err(ApiError::new(
                403,
                "insufficientParentPermissions",
                "Insufficient permissions for the specified parent.",
            ));
        }
        Ok(())
    }

    /// An id must come from generateIds of the same account, and serve once.
    fn check_id(&self, caller: &Caller, id: &str) -> Result<(), ApiError> {
        if self.used.contains(id) {
            return Err(ApiError::new(
                409,
                "fileIdInUse",
                "A file already exists with the provided ID.",
            ));
        }
        if self.generated.get(id) == Some(&caller.account) {
            Ok(())
        } else {
            Err(ApiError::invalid("The provided file ID is not usable.").at("parameter", "file.id"))
        }
    }

    /// Whether `more` bytes fit.
    pub(crate) fn check_space(&self, account: &str, more: u64, options: &Options) -> Result<(), ApiError> {
        if account == SERVICE_ACCOUNT && !options.service_account_storage {
            return Err(ApiError::new(
                403,
                "storageQuotaExceeded",
                "Service Accounts do not have storage quota. Leverage shared drives \
                 (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth \
                 delegation (http://support.google.com/a/answer/7281227) instead.",
            ));
        }
        let Some(quota) = options.quota_bytes else {
            return Ok(());
        };
        if self.usage(account).0.saturating_add(more) > quota {
            return Err(ApiError::new(
                403,
                "storageQuotaExceeded",
                "The user's Drive storage quota has been exceeded.",
            ));
        }
        Ok(())
    }

    fn has_sibling_named(&self, file: &File) -> bool {
        self.files
            .values()
            .any(|other| other.parent == file.parent && other.name == file.name && !other.explicitly_trashed)
    }
}

/// Refuses tokens that only read.
pub(crate) fn writes(caller: &Caller) -> Result<(), ApiError> {
    if caller.reach == Reach::ReadOnly {
        return Err(insufficient_scope());
    }
    Ok(())
}

/// The token's scopes do not cover the call.
pub(crate) fn insufficient_scope() -> ApiError {
    ApiError::new(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
    )
}

pub(super) fn stamp(time: DateTime<Utc>) -> Timestamp {
    Timestamp::from_millis(time.timestamp_millis())
}

pub(super) fn merge(
    properties: &mut BTreeMap<String, String>,
    changes: Option<&BTreeMap<String, Option<String>>>,
) {
    for (key, value) in changes.into_iter().flatten() {
        match value {
            Some(value) => properties.insert(key.clone(), value.clone()),
            None => properties.remove(key),
        };
    }
}

/// Whether a file of this type has bytes of its own.
pub(crate) fn is_native(mime_type: &str) -> bool {
    mime_type == FOLDER || mime_type.starts_with("application/vnd.google-apps.")
}
