//! The feed of changes.

use std::collections::HashSet;

use boothline_domain::clock::Timestamp;
use serde_json::{Value, json};

use super::{Caller, World};
use crate::error::ApiError;

#[derive(Debug)]
pub(super) struct Change {
    file: String,
    /// Who sees that it is gone: its last owner and app.
    removed_of: Option<(String, String)>,
    at: Timestamp,
}

impl World {
    pub(super) fn note_change(&mut self, file: &str, at: Timestamp) {
        self.changes.push(Change {
            file: file.to_owned(),
            removed_of: None,
            at,
        });
    }

    pub(super) fn note_removal(&mut self, file: &str, owner: String, client: String, at: Timestamp) {
        self.changes.push(Change {
            file: file.to_owned(),
            removed_of: Some((owner, client)),
            at,
        });
    }

    /// The token from which everything that changes from now on is found.
    pub(crate) fn start_page_token(&self) -> String {
        (self.changes.len() + 1).to_string()
    }

    /// A page of changes since `token`; each file comes once, with its last change.
    pub(crate) fn changes_since(
        &self,
        caller: &Caller,
        token: &str,
        page_size: usize,
        render: impl Fn(&Self, &super::File) -> Value,
    ) -> Result<Value, ApiError> {
        let first = token
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .filter(|first| *first <= self.changes.len())
            .ok_or_else(|| ApiError::invalid_value("pageToken"))?;
        let end = first.saturating_add(page_size).min(self.changes.len());
        let mut seen = HashSet::new();
        let mut changes = Vec::new();
        for change in self.changes[first..end].iter().rev() {
            if seen.insert(&change.file)
                && let Some(json) = self.change_json(caller, change, &render)
            {
                changes.push(json);
            }
        }
        changes.reverse();
        let mut page = json!({"kind": "drive#changeList", "changes": changes});
        let next = if end < self.changes.len() {
            "nextPageToken"
        } else {
            "newStartPageToken"
        };
        page[next] = (end + 1).to_string().into();
        Ok(page)
    }

    fn change_json(
        &self,
        caller: &Caller,
        change: &Change,
        render: &impl Fn(&Self, &super::File) -> Value,
    ) -> Option<Value> {
        let mut json = json!({
            "kind": "drive#change",
            "type": "file",
            "changeType": "file",
            "time": change.at.to_rfc3339(),
            "fileId": change.file,
        });
        match (&change.removed_of, self.files.get(&change.file)) {
            (Some((owner, client)), _) => {
                json["removed"] = true.into();
                (*owner == caller.account && *client == caller.client).then_some(json)
            }
            (None, Some(file)) if self.sees(caller, file) => {
                json["removed"] = false.into();
                json["file"] = render(self, file);
                Some(json)
            }
            _ => None,
        }
    }
}
