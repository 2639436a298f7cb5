//! Sharing.

use boothline_domain::clock::Timestamp;
use serde::Deserialize;

use super::create::writes;
use super::{ANYONE, Caller, Permission, World};
use crate::error::ApiError;
use crate::options::Options;

/// The permission that a caller asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PermissionInput {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) email_address: Option<String>,
    pub(crate) allow_file_discovery: Option<bool>,
}

impl World {
    /// Shares a file; sharing it in the same way again gives the same permission.
    pub(crate) fn share(
        &mut self,
        caller: &Caller,
        id: &str,
        input: &PermissionInput,
        options: &Options,
        now: Timestamp,
    ) -> Result<Permission, ApiError> {
        writes(caller)?;
        let id = self.writable(caller, id)?.id.clone();
        let permission = self.wanted(input, options, now)?;
        let Some(file) = self.files.get_mut(&id) else {
            return Err(ApiError::not_found(&id));
        };
        match file
            .permissions
            .iter_mut()
            .find(|known| known.id == permission.id)
        {
            // The owner stays owner.
            Some(known) if known.role == "owner" => return Ok(known.clone()),
            Some(known) => *known = permission.clone(),
            None => file.permissions.push(permission.clone()),
        }
        file.version += 1;
        self.note_change(&id, now);
        Ok(permission)
    }

    fn wanted(
        &mut self,
        input: &PermissionInput,
        options: &Options,
        now: Timestamp,
    ) -> Result<Permission, ApiError> {
        let role = input.role.as_deref().unwrap_or_default();
        if !["reader", "commenter", "writer"].contains(&role) {
            return Err(
                ApiError::new(400, "required", "The permission role field is required.")
                    .at("parameter", "permission.role"),
            );
        }
        match (input.kind.as_deref(), &input.email_address) {
            (Some("anyone"), None) if options.public_links_forbidden => Err(ApiError::new(
                403,
                "publishOutNotPermitted",
                "You cannot publish this item outside of your domain.",
            )),
            (Some("anyone"), None) => {
                let discoverable = input.allow_file_discovery.unwrap_or_default();
                Ok(Permission {
                    id: if discoverable { "anyone" } else { ANYONE }.to_owned(),
                    kind: "anyone".to_owned(),
                    role: role.to_owned(),
                    email_address: None,
                    allow_file_discovery: Some(discoverable),
                })
            }
            (Some(kind @ ("user" | "group")), Some(email)) => Ok(Permission {
                id: self.account(email, now).permission_id.clone(),
                kind: kind.to_owned(),
                role: role.to_owned(),
                email_address: Some(email.clone()),
                allow_file_discovery: None,
            }),
            (None, _) => Err(
                ApiError::new(400, "required", "The permission type field is required.")
                    .at("parameter", "permission.type"),
            ),
            _ => Err(ApiError::new(
                400,
                "invalidSharingRequest",
                "Bad Request. User message: \"The permission's type and its other fields do not fit.\"",
            )),
        }
    }

    /// One permission of a file, own or inherited.
    pub(crate) fn permission(
        &self,
        caller: &Caller,
        id: &str,
        permission: &str,
    ) -> Result<Permission, ApiError> {
        let file = self.visible(caller, id)?;
        self.permissions_of(file)
            .into_iter()
            .find(|(known, _)| known.id == permission)
            .map(|(known, _)| known.clone())
            .ok_or_else(|| permission_not_found(permission))
    }

    /// Changes the role of a permission.
    pub(crate) fn change_permission(
        &mut self,
        caller: &Caller,
        id: &str,
        permission: &str,
        role: &str,
        now: Timestamp,
    ) -> Result<Permission, ApiError> {
        let changed = self.own_permission(caller, id, permission)?;
        role.clone_into(&mut changed.role);
        let changed = changed.clone();
        let id = self.resolve(caller, id).to_owned();
        self.note_change(&id, now);
        Ok(changed)
    }

    /// Takes a permission away.
    pub(crate) fn unshare(
        &mut self,
        caller: &Caller,
        id: &str,
        permission: &str,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        self.own_permission(caller, id, permission)?;
        let id = self.resolve(caller, id).to_owned();
        if let Some(file) = self.files.get_mut(&id) {
            file.permissions.retain(|known| known.id != permission);
            file.version += 1;
        }
        self.note_change(&id, now);
        Ok(())
    }

    /// A permission that the file has itself and that is not its owner's.
    fn own_permission(
        &mut self,
        caller: &Caller,
        id: &str,
        permission: &str,
    ) -> Result<&mut Permission, ApiError> {
        writes(caller)?;
        let file = self.writable(caller, id)?;
        let found = self
            .permissions_of(file)
            .into_iter()
            .find(|(known, _)| known.id == permission)
            .map(|(known, inherited)| (known.role == "owner", inherited));
        let id = file.id.clone();
        match found {
            None => Err(permission_not_found(permission)),
            Some((true, _)) => Err(ApiError::new(
                403,
                "insufficientFilePermissions",
                "The user does not have sufficient permissions for this file.",
            )),
            Some((_, true)) => Err(ApiError::new(
                403,
                "cannotModifyInheritedPermission",
                "Cannot update or delete an inherited permission on a shared item.",
            )),
            Some(_) => self
                .files
                .get_mut(&id)
                .and_then(|file| file.permissions.iter_mut().find(|known| known.id == permission))
                .ok_or_else(|| permission_not_found(permission)),
        }
    }
}

fn permission_not_found(permission: &str) -> ApiError {
    ApiError::new(404, "notFound", format!("Permission not found: {permission}."))
        .at("parameter", "permissionId")
}
