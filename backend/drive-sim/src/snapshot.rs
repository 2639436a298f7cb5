//! Everything a test wants to look at, at one moment.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::operation::Operation;
use crate::shared::Shared;
use crate::world::{File, World};

/// What the simulator holds and has seen.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// Files and folders, oldest first.
    pub files: Vec<FileSnapshot>,
    /// Requests by operation.
    pub requests: BTreeMap<Operation, u64>,
    /// The most requests that arrived within any one second.
    pub busiest_second: usize,
    /// The most requests that arrived within any ten seconds.
    pub busiest_ten_seconds: usize,
    /// Requests that were refused for coming too fast.
    pub rate_limited: u64,
    /// How often a refresh of a token was asked for.
    pub token_refreshes: u64,
    /// Files that were made with the name of a sibling.
    pub duplicate_names: u64,
    /// Upload sessions that wait for bytes.
    pub open_sessions: usize,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileSnapshot {
    /// Drive's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// MIME type.
    pub mime_type: String,
    /// The ids of its folders: one.
    pub parents: Vec<String>,
    /// MD5 of its bytes in hex; `None` for a folder.
    pub md5: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// In the trash itself or with a folder.
    pub trashed: bool,
    /// The e-mail address of its owner.
    pub owner: String,
    /// Permission ids, own and inherited.
    pub permissions: Vec<String>,
    /// Whether a guest without an account may read it.
    pub public: bool,
    /// What is said of it.
    pub description: Option<String>,
    /// The properties that every app sees.
    pub properties: BTreeMap<String, String>,
    /// The app's private properties.
    pub app_properties: BTreeMap<String, String>,
}

impl Snapshot {
    /// Requests of one operation.
    pub fn requests_of(&self, op: Operation) -> u64 {
        self.requests.get(&op).copied().unwrap_or(0)
    }

    /// The file with this id.
    pub fn file(&self, id: &str) -> Option<&FileSnapshot> {
        self.files.iter().find(|file| file.id == id)
    }

    /// Files that have bytes and are not in the trash.
    pub fn photos(&self) -> impl Iterator<Item = &FileSnapshot> {
        self.files
            .iter()
            .filter(|file| file.md5.is_some() && !file.trashed)
    }
}

pub(crate) fn take(shared: &Shared) -> Snapshot {
    let token_refreshes = shared.directory().refreshes();
    let (requests, (busiest_second, busiest_ten_seconds), rate_limited) = {
        let traffic = shared.traffic();
        (traffic.counts(), traffic.busiest(), traffic.limited)
    };
    let world = shared.world();
    Snapshot {
        files: world
            .all_files()
            .into_iter()
            .map(|file| file_snapshot(&world, file))
            .collect(),
        requests,
        busiest_second,
        busiest_ten_seconds,
        rate_limited,
        token_refreshes,
        duplicate_names: world.duplicate_names(),
        open_sessions: world.open_sessions(),
    }
}

fn file_snapshot(world: &World, file: &File) -> FileSnapshot {
    let permissions = world.permissions_of(file);
    FileSnapshot {
        id: file.id.clone(),
        name: file.name.clone(),
        mime_type: file.mime_type.clone(),
        parents: file.parent.iter().cloned().collect(),
        md5: file.content.as_ref().map(|content| content.md5.clone()),
        size: file.size(),
        trashed: world.is_trashed(file),
        owner: file.owner.clone(),
        permissions: permissions.iter().map(|(known, _)| known.id.clone()).collect(),
        public: world.is_public(file),
        description: file.description.clone(),
        properties: file.properties.clone(),
        app_properties: file.app_properties.get(&file.client).cloned().unwrap_or_default(),
    }
}
