//! Changes to files: names, folders, trash, new bytes, and their end.

use boothline_domain::clock::Timestamp;

use super::create::{merge, stamp, writes};
use super::{Caller, Content, File, FileInput, World};
use crate::error::ApiError;
use crate::options::Options;

/// A change of a file.
#[derive(Debug, Default)]
pub(crate) struct UpdateRequest {
    pub(crate) input: FileInput,
    pub(crate) add_parents: Vec<String>,
    pub(crate) remove_parents: Vec<String>,
    pub(crate) content: Option<Content>,
}

impl World {
    /// Changes a file. The caller must be allowed to write it.
    pub(crate) fn update(
        &mut self,
        caller: &Caller,
        id: &str,
        request: UpdateRequest,
        options: &Options,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let parent = self.check_update(caller, id, &request, options)?;
        let id = self.resolve(caller, id).to_owned();
        let Some(file) = self.files.get_mut(&id) else {
            return Err(ApiError::not_found(&id));
        };
        file.parent = parent;
        apply(file, &caller.client, request, now);
        self.note_change(&id, now);
        Ok(())
    }

    /// Whether the change is allowed; the file's new folder.
    pub(crate) fn check_update(
        &self,
        caller: &Caller,
        id: &str,
        request: &UpdateRequest,
        options: &Options,
    ) -> Result<Option<String>, ApiError> {
        writes(caller)?;
        let file = self.writable(caller, id)?;
        if request.input.parents.is_some() {
            return Err(ApiError::new(
                403,
                "fieldNotWritable",
                "The parents field is not directly writable in update requests. Use the addParents and \
                 removeParents parameters instead.",
            ));
        }
        if request.input.id.as_ref().is_some_and(|other| *other != file.id) {
            return Err(ApiError::new(
                403,
                "fieldNotWritable",
                "The resource body includes fields which are not directly writable.",
            ));
        }
        if request.input.trashed.is_some() && self.role(&caller.account, file) != Some("owner") {
            return Err(ApiError::new(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            ));
        }
        if let Some(content) = &request.content {
            let more = (content.bytes.len() as u64).saturating_sub(file.size());
            self.check_space(&file.owner, more, options)?;
        }
        self.new_parent(caller, file, request)
    }

    /// A file is in exactly one folder.
    fn new_parent(
        &self,
        caller: &Caller,
        file: &File,
        request: &UpdateRequest,
    ) -> Result<Option<String>, ApiError> {
        let removed = |id: &str| {
            request
                .remove_parents
                .iter()
                .any(|other| self.resolve(caller, other) == id)
        };
        let mut parents: Vec<String> = file.parent.iter().filter(|id| !removed(id)).cloned().collect();
        for added in &request.add_parents {
            let added = self.resolve(caller, added).to_owned();
            if !parents.contains(&added) {
                parents.push(added);
            }
        }
        if parents == file.parent.iter().cloned().collect::<Vec<_>>() {
            return Ok(file.parent.clone());
        }
        self.check_parents(caller, &parents)?;
        let Some(parent) = parents.pop() else {
            let owner = self.accounts.get(&file.owner);
            return Ok(owner.map(|owner| owner.root.clone()));
        };
        let into_itself = self
            .files
            .get(&parent)
            .is_some_and(|folder| self.lineage(folder).any(|above| above.id == file.id));
        if into_itself {
            return Err(ApiError::new(
                403,
                "cyclicalParent",
                "A folder cannot be moved into itself.",
            ));
        }
        Ok(Some(parent))
    }

    /// Ends a file for good, and with a folder all that is in it.
    pub(crate) fn delete(&mut self, caller: &Caller, id: &str, now: Timestamp) -> Result<(), ApiError> {
        writes(caller)?;
        let file = self.visible(caller, id)?;
        if self.role(&caller.account, file) != Some("owner") || self.roots.contains_key(&file.id) {
            return Err(ApiError::new(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            ));
        }
        let id = file.id.clone();
        self.remove_subtree(&id, now);
        Ok(())
    }

    /// Ends everything in an account's trash.
    pub(crate) fn empty_trash(&mut self, account: &str, now: Timestamp) {
        let trashed = self
            .files
            .values()
            .filter(|file| file.owner == account && file.explicitly_trashed);
        let trashed: Vec<String> = trashed.map(|file| file.id.clone()).collect();
        for id in trashed {
            self.remove_subtree(&id, now);
        }
    }

    /// A person's hand in Drive's web page: no token, no refusal. False when the file is missing.
    pub(crate) fn set_trashed(&mut self, id: &str, trashed: bool, now: Timestamp) -> bool {
        let Some(file) = self.files.get_mut(id) else {
            return false;
        };
        file.explicitly_trashed = trashed;
        file.trashed_at = trashed.then_some(now);
        file.version += 1;
        self.note_change(id, now);
        true
    }

    /// The same hand, deleting for good.
    pub(crate) fn delete_for_good(&mut self, id: &str, now: Timestamp) -> bool {
        let known = self.files.contains_key(id);
        self.remove_subtree(id, now);
        known
    }

    fn remove_subtree(&mut self, id: &str, now: Timestamp) {
        for id in self.subtree(id) {
            if let Some(file) = self.files.remove(&id) {
                self.note_removal(&id, file.owner, file.client, now);
            }
        }
    }
}

fn apply(file: &mut File, client: &str, request: UpdateRequest, now: Timestamp) {
    let UpdateRequest { input, content, .. } = request;
    file.version += 1;
    let only_trash = input.trashed.is_some() && input.name.is_none() && content.is_none();
    if let Some(time) = input.modified_time {
        file.modified = stamp(time);
    } else if !only_trash {
        file.modified = now;
    }
    if let Some(time) = input.created_time {
        file.created = stamp(time);
    }
    if let Some(name) = input.name {
        file.name = name;
    }
    if let Some(mime_type) = input.mime_type {
        file.mime_type = mime_type;
    }
    if let Some(starred) = input.starred {
        file.starred = starred;
    }
    if let Some(trashed) = input.trashed {
        file.explicitly_trashed = trashed;
        file.trashed_at = trashed.then_some(now);
    }
    file.description = input.description.or(file.description.take());
    merge(&mut file.properties, input.properties.as_ref());
    let own = file.app_properties.entry(client.to_owned()).or_default();
    merge(own, input.app_properties.as_ref());
    if content.is_some() {
        file.content = content;
    }
}
