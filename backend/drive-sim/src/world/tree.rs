//! Folders above and below, and what follows from them: trash, visibility, permissions.

use super::{Caller, File, Permission, Reach, World};
use crate::error::ApiError;

impl World {
    /// The file itself, its folder, the folder of that, up to the root.
    pub(crate) fn lineage<'a>(&'a self, file: &'a File) -> impl Iterator<Item = &'a File> {
        std::iter::successors(Some(file), |file| self.files.get(file.parent.as_ref()?))
    }

    /// In the trash itself, or inside a folder that is.
    pub(crate) fn is_trashed(&self, file: &File) -> bool {
        self.lineage(file).any(|above| above.explicitly_trashed)
    }

    /// Its own permissions and those inherited from its folders, each with whether it is inherited.
    /// A folder's owner is not made owner of what others put there.
    pub(crate) fn permissions_of<'a>(&'a self, file: &'a File) -> Vec<(&'a Permission, bool)> {
        let mut found: Vec<(&Permission, bool)> = Vec::new();
        for (distance, above) in self.lineage(file).enumerate() {
            if distance > 0 && self.roots.contains_key(&above.id) {
                break;
            }
            for permission in &above.permissions {
                let inherited = distance > 0;
                let known = found.iter().any(|(known, _)| known.id == permission.id);
                let owns_only_the_folder = inherited && permission.role == "owner";
                if !known && !owns_only_the_folder {
                    found.push((permission, inherited));
                }
            }
        }
        found
    }

    /// Whether a guest without an account may read it.
    pub(crate) fn is_public(&self, file: &File) -> bool {
        self.permissions_of(file)
            .iter()
            .any(|(permission, _)| permission.is_public())
    }

    /// What `account` may do with it: `owner`, `writer`, `commenter`, `reader` or nothing.
    pub(crate) fn role<'a>(&'a self, account: &str, file: &'a File) -> Option<&'a str> {
        const RANK: [&str; 5] = ["reader", "commenter", "writer", "fileOrganizer", "owner"];
        let given = self
            .permissions_of(file)
            .into_iter()
            .map(|(permission, _)| permission)
            .filter(|permission| {
                permission.is_public() || permission.email_address.as_deref() == Some(account)
            })
            .map(|permission| permission.role.as_str());
        // Who owns a folder may change what others put there.
        let of_folder = self.lineage(file).any(|above| above.owner == account);
        let of_folder = of_folder.then_some("writer");
        given
            .chain(of_folder)
            .max_by_key(|role| RANK.iter().position(|known| known == role))
    }

    /// The file, if this caller can see it.
    pub(crate) fn visible(&self, caller: &Caller, id: &str) -> Result<&File, ApiError> {
        let id = self.resolve(caller, id);
        self.files
            .get(id)
            .filter(|file| self.sees(caller, file))
            .ok_or_else(|| ApiError::not_found(id))
    }

    /// The file, if this caller may change it.
    pub(crate) fn writable(&self, caller: &Caller, id: &str) -> Result<&File, ApiError> {
        let file = self.visible(caller, id)?;
        match self.role(&caller.account, file) {
            Some("owner" | "writer" | "fileOrganizer") => Ok(file),
            _ => Err(ApiError::new(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            )),
        }
    }

    /// The file by id for a guest, who has no account.
    pub(crate) fn lookup(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }

    pub(super) fn sees(&self, caller: &Caller, file: &File) -> bool {
        let within_scope = match caller.reach {
            Reach::Full | Reach::ReadOnly => true,
            Reach::OwnFiles => file.client == caller.client || self.roots.contains_key(&file.id),
        };
        within_scope && self.role(&caller.account, file).is_some()
    }

    /// `root` is a name for the caller's top folder.
    pub(super) fn resolve<'a>(&'a self, caller: &Caller, id: &'a str) -> &'a str {
        match self.accounts.get(&caller.account) {
            Some(account) if id == "root" => &account.root,
            _ => id,
        }
    }

    /// A folder and everything in it, the folder first.
    pub(super) fn subtree(&self, id: &str) -> Vec<String> {
        let mut found = vec![id.to_owned()];
        let mut next = 0;
        while let Some(folder) = found.get(next).cloned() {
            let children = self
                .files
                .values()
                .filter(|file| file.parent.as_ref() == Some(&folder));
            let children: Vec<String> = children.map(|file| file.id.clone()).collect();
            found.extend(children);
            next += 1;
        }
        found
    }
}
