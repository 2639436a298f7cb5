//! Which call of the API a request is.

use serde::{Deserialize, Serialize};

/// A call, as faults and counters name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Any call of the API or of OAuth; only for faults.
    Any,
    /// The consent page.
    Authorize,
    /// `POST /token`
    Token,
    /// `POST /device/code`
    DeviceCode,
    /// `POST /revoke`
    Revoke,
    /// `GET about`
    About,
    /// `GET files/generateIds`
    #[serde(alias = "generateIds")]
    GenerateIds,
    /// `POST files` without bytes: folders.
    Create,
    /// `POST files` with metadata and bytes in one request (`uploadType=multipart`) or only bytes (`media`).
    CreateMultipart,
    /// Opening of an upload session.
    SessionStart,
    /// Bytes for an upload session.
    SessionPut,
    /// The question how much of a session is stored.
    SessionQuery,
    /// The end of an upload session before its time.
    SessionCancel,
    /// `GET files/{id}`
    Get,
    /// `GET files/{id}?alt=media`
    Download,
    /// `GET files`
    List,
    /// `PATCH files/{id}`, also with new bytes in the same request.
    Update,
    /// `POST files/{id}/copy`
    Copy,
    /// `DELETE files/{id}`
    Delete,
    /// `DELETE files/trash`
    EmptyTrash,
    /// `POST files/{id}/permissions`
    PermissionCreate,
    /// `GET files/{id}/permissions` and one of them.
    PermissionList,
    /// `DELETE` or `PATCH` of a permission.
    PermissionChange,
    /// `GET changes` and its start token.
    Changes,
    /// Pages and downloads that guests open; not counted as a call.
    Link,
}

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call(Operation),
    /// The control API, and what nobody routes.
    Other,
}

impl Operation {
    /// Whether it counts for the rate limit: Drive's own calls, and not the chunks of a session.
    pub(crate) const fn is_limited(self) -> bool {
        !matches!(
            self,
            Self::Any
                | Self::Authorize
                | Self::Token
                | Self::DeviceCode
                | Self::Revoke
                | Self::SessionPut
                | Self::SessionQuery
                | Self::SessionCancel
                | Self::Link
        )
    }

    /// Whether it is a call of Drive, which needs the API to be switched on.
    pub(crate) const fn is_drive(self) -> bool {
        self.is_limited() || matches!(self, Self::SessionPut | Self::SessionQuery | Self::SessionCancel)
    }
}

/// Reads the operation off a request's first line and its `Content-Range`.
pub(crate) fn classify(method: &str, path: &str, query: &str, content_range: Option<&str>) -> Kind {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match segments.as_slice() {
        ["drive", "v3", rest @ ..] => drive(method, rest, query),
        ["upload", "drive", "v3", "files", rest @ ..]
        | ["resumable", "upload", "drive", "v3", "files", rest @ ..] => {
            Kind::Call(upload(method, rest, query, content_range))
        }
        ["o", "oauth2", "auth"] | ["o", "oauth2", "v2", "auth"] => Kind::Call(Operation::Authorize),
        ["token"] | ["o", "oauth2", "token"] => Kind::Call(Operation::Token),
        ["device", "code"] | ["o", "oauth2", "device", "code"] => Kind::Call(Operation::DeviceCode),
        ["revoke"] | ["o", "oauth2", "revoke"] => Kind::Call(Operation::Revoke),
        ["file" | "uc" | "download" | "open", ..] | ["drive", "folders", ..] => Kind::Call(Operation::Link),
        _ => Kind::Other,
    }
}

fn drive(method: &str, rest: &[&str], query: &str) -> Kind {
    Kind::Call(match (method, rest) {
        (_, ["about"]) => Operation::About,
        (_, ["changes", ..]) => Operation::Changes,
        ("GET", ["files", "generateIds"]) => Operation::GenerateIds,
        ("DELETE", ["files", "trash"]) => Operation::EmptyTrash,
        ("GET", ["files"]) => Operation::List,
        ("POST", ["files"]) => Operation::Create,
        ("GET", ["files", _]) if parameter(query, "alt") == Some("media") => Operation::Download,
        ("GET", ["files", _]) => Operation::Get,
        ("PATCH", ["files", _]) => Operation::Update,
        ("DELETE", ["files", _]) => Operation::Delete,
        (_, ["files", _, "copy"]) => Operation::Copy,
        ("POST", ["files", _, "permissions"]) => Operation::PermissionCreate,
        ("GET", ["files", _, "permissions", ..]) => Operation::PermissionList,
        (_, ["files", _, "permissions", _]) => Operation::PermissionChange,
        _ => return Kind::Other,
    })
}

fn upload(method: &str, rest: &[&str], query: &str, content_range: Option<&str>) -> Operation {
    if parameter(query, "upload_id").is_some() {
        return match (method, content_range) {
            ("DELETE", _) => Operation::SessionCancel,
            (_, Some(range)) if range.trim_start().starts_with("bytes */") => Operation::SessionQuery,
            _ => Operation::SessionPut,
        };
    }
    match (parameter(query, "uploadType"), rest) {
        (Some("resumable"), _) => Operation::SessionStart,
        (_, []) => Operation::CreateMultipart,
        _ => Operation::Update,
    }
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(method: &str, path: &str, query: &str, range: Option<&str>, expected: Operation) {
        assert_eq!(classify(method, path, query, range), Kind::Call(expected));
    }

    #[test]
    fn each_call_has_its_name() {
        is(
            "GET",
            "/drive/v3/files/generateIds",
            "count=3",
            None,
            Operation::GenerateIds,
        );
        is("GET", "/drive/v3/files/1a", "fields=id", None, Operation::Get);
        is(
            "GET",
            "/drive/v3/files/1a",
            "alt=media",
            None,
            Operation::Download,
        );
        is(
            "POST",
            "/upload/drive/v3/files",
            "uploadType=multipart",
            None,
            Operation::CreateMultipart,
        );
        is(
            "PATCH",
            "/upload/drive/v3/files/1a",
            "uploadType=media",
            None,
            Operation::Update,
        );
        is(
            "POST",
            "/resumable/upload/drive/v3/files",
            "uploadType=resumable",
            None,
            Operation::SessionStart,
        );
        let session = "uploadType=resumable&upload_id=x";
        is(
            "PUT",
            "/upload/drive/v3/files",
            session,
            Some("bytes 0-1/2"),
            Operation::SessionPut,
        );
        is(
            "PUT",
            "/upload/drive/v3/files",
            session,
            Some("bytes */2"),
            Operation::SessionQuery,
        );
        is("GET", "/drive/folders/1a", "", None, Operation::Link);
        assert_eq!(classify("GET", "/sim/state", "", None), Kind::Other);
    }
}
