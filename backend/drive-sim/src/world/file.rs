//! A file or folder, its bytes and its permissions.

use std::collections::BTreeMap;

use boothline_domain::clock::Timestamp;
use bytes::Bytes;
use md5::{Digest, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::Serialize;

use crate::random;

/// Bytes with their checksums.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) bytes: Bytes,
    pub(crate) md5: String,
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) revision: String,
}

impl Content {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self {
            md5: hex::encode(Md5::digest(&bytes)),
            sha1: hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &bytes)),
            sha256: hex::encode(digest(&SHA256, &bytes)),
            revision: format!("0B{}", random::text(50)),
            bytes,
        }
    }

    /// The same with one bit turned, as a broken disk would keep it.
    pub(crate) fn damaged(bytes: &Bytes) -> Self {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        Self::new(bytes.into())
    }
}

/// Who may do what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Permission {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_file_discovery: Option<bool>,
}

impl Permission {
    pub(crate) fn owner(email: &str, id: String) -> Self {
        Self {
            id,
            kind: "user".to_owned(),
            role: "owner".to_owned(),
            email_address: Some(email.to_owned()),
            allow_file_discovery: None,
        }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.kind == "anyone"
    }
}

/// A file or folder.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) mime_type: String,
    pub(crate) description: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) owner: String,
    /// The app that made it.
    pub(crate) client: String,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) version: u64,
    pub(crate) sequence: u64,
    pub(crate) explicitly_trashed: bool,
    pub(crate) trashed_at: Option<Timestamp>,
    pub(crate) starred: bool,
    pub(crate) properties: BTreeMap<String, String>,
    /// By app: an app sees only its own.
    pub(crate) app_properties: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) content: Option<Content>,
    /// Its own; those of its folders come on top.
    pub(crate) permissions: Vec<Permission>,
    pub(crate) resource_key: Option<String>,
}

impl File {
    pub(crate) fn new(
        id: String,
        name: &str,
        mime_type: &str,
        owner: &str,
        client: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            name: name.to_owned(),
            mime_type: mime_type.to_owned(),
            description: None,
            parent: None,
            owner: owner.to_owned(),
            client: client.to_owned(),
            created: now,
            modified: now,
            version: 1,
            sequence: 0,
            explicitly_trashed: false,
            trashed_at: None,
            starred: false,
            properties: BTreeMap::new(),
            app_properties: BTreeMap::new(),
            content: None,
            permissions: Vec::new(),
            resource_key: None,
        }
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.mime_type == super::FOLDER
    }

    pub(crate) fn size(&self) -> u64 {
        self.content
            .as_ref()
            .map_or(0, |content| content.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_the_known_ones() {
        let content = Content::new(Bytes::from_static(b"abc"));
        assert_eq!(content.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(content.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            content.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_ne!(Content::damaged(&content.bytes).md5, content.md5);
    }
}
