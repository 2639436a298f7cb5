//! What the simulated Google remembers: accounts, files, permissions, sessions, ids.

mod changes;
mod create;
mod file;
mod list;
mod permissions;
mod render;
mod sessions;
mod tree;
mod update;

use std::collections::{BTreeMap, HashMap};

use boothline_domain::clock::Timestamp;

use crate::random;

pub(crate) use create::{FileInput, insufficient_scope, is_native};
pub(crate) use file::{Content, File, Permission};
pub(crate) use list::ListRequest;
pub(crate) use permissions::PermissionInput;
pub(crate) use sessions::{Piece, Session, SessionKind, Stored};
pub(crate) use update::UpdateRequest;

/// The account that owns the Drive and answers at the consent page.
pub const OPERATOR: &str = "operator@example.com";
/// The service account in `service_account.json`.
pub const SERVICE_ACCOUNT: &str = "booth@booth-sim.iam.gserviceaccount.com";
pub(crate) const FOLDER: &str = "application/vnd.google-apps.folder";
pub(crate) const ANYONE: &str = "anyoneWithLink";

/// A person or a service account, known by its e-mail address.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) permission_id: String,
    pub(crate) root: String,
}

/// Who calls: the account, through which app, with how much reach.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) reach: Reach,
}

/// What a token's scopes allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// `drive`: every file of the account.
    Full,
    /// `drive.file`: files that this app made.
    OwnFiles,
    /// `drive.readonly`: reads every file of the account.
    ReadOnly,
}

/// All state that the API shows.
#[derive(Default)]
pub(crate) struct World {
    accounts: BTreeMap<String, Account>,
    files: HashMap<String, File>,
    /// Ids handed out by generateIds, and to whom.
    generated: HashMap<String, String>,
    /// Ids that were in use once. Google never gives one back.
    used: std::collections::HashSet<String>,
    sessions: HashMap<String, Session>,
    changes: Vec<changes::Change>,
    pages: HashMap<String, list::Rest>,
    /// Counts up with each new file, for an order that does not depend on the clock.
    sequence: u64,
    duplicate_names: u64,
    /// The top folders and whose they are.
    roots: HashMap<String, String>,
}

impl World {
    /// The account with this address, made when it is new.
    pub(crate) fn account(&mut self, email: &str, now: Timestamp) -> &Account {
        if !self.accounts.contains_key(email) {
            let root = random::file_id();
            self.roots.insert(root.clone(), email.to_owned());
            let mut folder = File::new(root.clone(), "My Drive", FOLDER, email, "", now);
            folder
                .permissions
                .push(Permission::owner(email, random::permission_id()));
            let permission_id = folder.permissions[0].id.clone();
            self.files.insert(root.clone(), folder);
            let name = email.split('@').next().unwrap_or(email).to_owned();
            let account = Account {
                email: email.to_owned(),
                name,
                permission_id,
                root,
            };
            self.accounts.insert(email.to_owned(), account);
        }
        &self.accounts[email]
    }

    /// Hands out `count` ids that only `account` can use.
    pub(crate) fn generate_ids(&mut self, account: &str, count: usize) -> Vec<String> {
        let ids: Vec<String> = std::iter::repeat_with(random::file_id).take(count).collect();
        for id in &ids {
            self.generated.insert(id.clone(), account.to_owned());
        }
        ids
    }

    /// Whether a file has or had this id.
    pub(crate) fn is_used(&self, id: &str) -> bool {
        self.used.contains(id)
    }

    /// Bytes that an account stores, and how many of them are in the trash.
    pub(crate) fn usage(&self, account: &str) -> (u64, u64) {
        let owned = self.files.values().filter(|file| file.owner == account);
        owned.fold((0, 0), |(all, trashed), file| {
            let size = file.size();
            let in_trash = if self.is_trashed(file) { size } else { 0 };
            (all + size, trashed + in_trash)
        })
    }

    /// How many files were made with the name of a sibling.
    pub(crate) const fn duplicate_names(&self) -> u64 {
        self.duplicate_names
    }

    /// Every file but the roots, oldest first.
    pub(crate) fn all_files(&self) -> Vec<&File> {
        let mut files: Vec<&File> = self
            .files
            .values()
            .filter(|file| !self.roots.contains_key(&file.id))
            .collect();
        files.sort_by_key(|file| file.sequence);
        files
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }
}
