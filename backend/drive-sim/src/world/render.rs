//! Files, permissions and accounts as JSON resources.

use serde_json::{Map, Value, json};

use super::{Caller, File, Permission, World};

impl World {
    /// The whole resource; the caller's field mask picks from it.
    pub(crate) fn file_json(&self, file: &File, caller: &Caller, link_base: &str) -> Value {
        let role = self.role(&caller.account, file);
        let mine = role == Some("owner");
        let writes = matches!(role, Some("owner" | "writer" | "fileOrganizer"));
        let trashed = self.is_trashed(file);
        let permissions = self.permissions_of(file);
        let mut json = json!({
            "kind": "drive#file",
            "id": file.id,
            "name": file.name,
            "mimeType": file.mime_type,
            "starred": file.starred,
            "trashed": trashed,
            "explicitlyTrashed": file.explicitly_trashed,
            "parents": file.parent.iter().collect::<Vec<_>>(),
            "spaces": ["drive"],
            "version": file.version.to_string(),
            "createdTime": file.created.to_rfc3339(),
            "modifiedTime": file.modified.to_rfc3339(),
            "modifiedByMe": true,
            "modifiedByMeTime": file.modified.to_rfc3339(),
            "viewedByMe": true,
            "ownedByMe": mine,
            "owners": [self.user_json(&file.owner, &caller.account)],
            "lastModifyingUser": self.user_json(&file.owner, &caller.account),
            "shared": permissions.len() > 1,
            "isAppAuthorized": file.client == caller.client,
            "writersCanShare": true,
            "viewersCanCopyContent": true,
            "copyRequiresWriterPermission": false,
            "quotaBytesUsed": file.size().to_string(),
            "hasThumbnail": false,
            "thumbnailVersion": "0",
            "permissionIds": permissions.iter().map(|(known, _)| &known.id).collect::<Vec<_>>(),
            "capabilities": capabilities(file, mine, writes, trashed),
            "webViewLink": web_view_link(file, link_base),
            "iconLink": format!("https://drive-thirdparty.googleusercontent.com/16/type/{}", file.mime_type),
        });
        if writes {
            let all = permissions.iter().map(|(known, _)| self.permission_json(known));
            json["permissions"] = all.collect();
        }
        let optional = [
            ("description", file.description.clone().map(Value::from)),
            ("resourceKey", file.resource_key.clone().map(Value::from)),
            (
                "trashedTime",
                file.trashed_at.map(|time| time.to_rfc3339().into()),
            ),
            (
                "properties",
                (!file.properties.is_empty()).then(|| json!(file.properties)),
            ),
            ("appProperties", own_properties(file, caller)),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                json[key] = value;
            }
        }
        if let Value::Object(members) = &mut json {
            add_content(members, file, link_base);
        }
        json
    }

    /// A permission as a resource.
    pub(crate) fn permission_json(&self, permission: &Permission) -> Value {
        let mut json = json!(permission);
        json["kind"] = "drive#permission".into();
        if let Some(account) = permission
            .email_address
            .as_ref()
            .and_then(|email| self.accounts.get(email))
        {
            json["displayName"] = account.name.clone().into();
            json["deleted"] = false.into();
            json["pendingOwner"] = false.into();
        }
        json
    }

    /// An account as a `user`.
    pub(crate) fn user_json(&self, email: &str, me: &str) -> Value {
        let account = self.accounts.get(email);
        json!({
            "kind": "drive#user",
            "displayName": account.map(|account| &account.name),
            "me": email == me,
            "permissionId": account.map(|account| &account.permission_id),
            "emailAddress": email,
        })
    }
}

fn capabilities(file: &File, mine: bool, writes: bool, trashed: bool) -> Value {
    json!({
        "canAddChildren": writes && file.is_folder(),
        "canListChildren": file.is_folder(),
        "canCopy": !file.is_folder(),
        "canDelete": mine,
        "canDownload": file.content.is_some(),
        "canEdit": writes,
        "canModifyContent": writes,
        "canRename": writes,
        "canShare": writes,
        "canTrash": mine,
        "canUntrash": mine && trashed,
        "canReadRevisions": writes,
    })
}

fn own_properties(file: &File, caller: &Caller) -> Option<Value> {
    let own = file.app_properties.get(&caller.client)?;
    (!own.is_empty()).then(|| json!(own))
}

fn add_content(members: &mut Map<String, Value>, file: &File, link_base: &str) {
    let Some(content) = &file.content else { return };
    let extension = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let link = format!(
        "{link_base}uc?id={}&export=download{}",
        file.id,
        key_parameter(file)
    );
    members.extend([
        ("size".to_owned(), file.size().to_string().into()),
        ("md5Checksum".to_owned(), content.md5.clone().into()),
        ("sha1Checksum".to_owned(), content.sha1.clone().into()),
        ("sha256Checksum".to_owned(), content.sha256.clone().into()),
        ("headRevisionId".to_owned(), content.revision.clone().into()),
        ("originalFilename".to_owned(), file.name.clone().into()),
        ("fileExtension".to_owned(), extension.into()),
        ("fullFileExtension".to_owned(), extension.into()),
        ("webContentLink".to_owned(), link.into()),
    ]);
}

fn web_view_link(file: &File, link_base: &str) -> String {
    if file.is_folder() {
        let key = file.resource_key.as_ref();
        let key = key.map_or_else(String::new, |key| format!("?resourcekey={key}"));
        return format!("{link_base}drive/folders/{}{key}", file.id);
    }
    format!(
        "{link_base}file/d/{}/view?usp=drivesdk{}",
        file.id,
        key_parameter(file)
    )
}

fn key_parameter(file: &File) -> String {
    let key = file.resource_key.as_ref();
    key.map_or_else(String::new, |key| format!("&resourcekey={key}"))
}
