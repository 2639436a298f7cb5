//! Files, folders and permissions.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{Op, State, refusal};
use crate::wire::{Asked, Reply};

const FOLDER_TYPE: &str = "application/vnd.google-apps.folder";

#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) metadata: Value,
    pub(crate) bytes: Vec<u8>,
    pub(crate) trashed: bool,
    pub(crate) public: bool,
    /// Creations and replacements of its bytes.
    pub(crate) writes: u32,
}

impl Stored {
    pub(crate) fn folder(name: &str) -> Self {
        Self {
            metadata: json!({"name": name, "mimeType": FOLDER_TYPE}),
            ..Self::default()
        }
    }

    pub(crate) fn photo(bytes: &[u8]) -> Self {
        Self {
            metadata: json!({"name": "photo.jpg", "mimeType": "image/jpeg", "parents": [super::FOLDER]}),
            bytes: bytes.to_vec(),
            writes: 1,
            ..Self::default()
        }
    }

    fn is_folder(&self) -> bool {
        self.metadata["mimeType"] == FOLDER_TYPE
    }
}

pub(crate) fn md5(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

impl State {
    pub(super) fn about_files(&mut self, op: Op, asked: &Asked) -> Reply {
        let mut path = asked.url.path_segments().unwrap();
        let id = path.nth(3).unwrap_or_default().to_owned();
        match op {
            Op::About => Reply::json(
                200,
                &json!({"user": {"permissionId": "p42", "emailAddress": "booth@example.com"},
                    "storageQuota": {"limit": "1000", "usage": "400", "usageInDrive": "300", "usageInDriveTrash": "20"}}),
            ),
            Op::GenerateIds => {
                let count: u32 = asked.parameter("count").unwrap().parse().unwrap();
                let ids: Vec<String> = (0..count).map(|n| format!("id{n}")).collect();
                Reply::json(200, &json!({"ids": ids, "space": "drive"}))
            }
            Op::List => self.page(asked),
            Op::CreateFolder => self.create(&serde_json::from_slice(&asked.body).unwrap(), Vec::new()),
            Op::Multipart => {
                let (metadata, bytes) = parts(asked);
                self.create(&metadata, bytes)
            }
            Op::Get => self.described(&id),
            Op::Update => self.update(&id, asked),
            Op::Delete => match self.files.remove(&id) {
                Some(_) => Reply::empty(204),
                None => refusal(404, "notFound"),
            },
            Op::Share => {
                let wanted: Value = serde_json::from_slice(&asked.body).unwrap();
                assert_eq!(
                    wanted,
                    json!({"type": "anyone", "role": "reader", "allowFileDiscovery": false})
                );
                match self.files.get_mut(&id) {
                    Some(file) => {
                        file.public = true;
                        Reply::json(200, &json!({"id": "anyoneWithLink"}))
                    }
                    None => refusal(404, "notFound"),
                }
            }
            _ => panic!("{op:?} is not about files"),
        }
    }

    pub(super) fn create(&mut self, metadata: &Value, bytes: Vec<u8>) -> Reply {
        if let Some(refused) = self.cannot_create(metadata) {
            return refused;
        }
        let id = metadata["id"].as_str().unwrap().to_owned();
        self.files.insert(
            id.clone(),
            Stored {
                metadata: metadata.clone(),
                bytes,
                writes: 1,
                ..Stored::default()
            },
        );
        self.described(&id)
    }

    pub(super) fn cannot_create(&self, metadata: &Value) -> Option<Reply> {
        let id = metadata["id"].as_str().unwrap();
        if self.files.contains_key(id) {
            return Some(refusal(409, "fileIdInUse"));
        }
        let parent = metadata["parents"][0].as_str();
        let known = parent.is_none_or(|parent| self.files.get(parent).is_some_and(Stored::is_folder));
        (!known).then(|| refusal(404, "notFound"))
    }

    pub(super) fn described(&self, id: &str) -> Reply {
        match self.files.get(id) {
            Some(file) => Reply::json(200, &self.description(id, file)),
            None => refusal(404, "notFound"),
        }
    }

    fn description(&self, id: &str, file: &Stored) -> Value {
        let mut all = file.metadata.clone();
        let parent = file.metadata["parents"][0].as_str().unwrap_or_default();
        let inherited = self.inherits && self.files.get(parent).is_some_and(|folder| folder.public);
        let mut permissions = vec!["owner7"];
        if file.public || inherited {
            permissions.push("anyoneWithLink");
        }
        all["id"] = id.into();
        all["trashed"] = file.trashed.into();
        all["permissionIds"] = json!(permissions);
        all["webViewLink"] = format!("{}/file/d/{id}/view?usp=drivesdk", self.base()).into();
        if file.is_folder() {
            all["capabilities"] = json!({"canAddChildren": true});
        } else {
            all["size"] = file.bytes.len().to_string().into();
            all["md5Checksum"] = md5(&file.bytes).into();
            all["webContentLink"] = format!("{}/uc?id={id}&export=download", self.base()).into();
        }
        all
    }

    fn update(&mut self, id: &str, asked: &Asked) -> Reply {
        let change: Value = serde_json::from_slice(&asked.body).unwrap();
        let Some(file) = self.files.get_mut(id) else {
            return refusal(404, "notFound");
        };
        if let Some(trashed) = change["trashed"].as_bool() {
            file.trashed = trashed;
        }
        if let Some(name) = change["name"].as_str() {
            file.metadata["name"] = name.into();
        }
        if let Some(folder) = asked.parameter("addParents") {
            let old = file.metadata["parents"][0].as_str().unwrap_or_default();
            assert_eq!(asked.parameter("removeParents").as_deref(), Some(old));
            file.metadata["parents"] = json!([folder]);
        }
        self.described(id)
    }

    fn page(&self, asked: &Asked) -> Reply {
        assert_eq!(asked.parameter("pageSize").as_deref(), Some("1000"));
        let first: usize = asked
            .parameter("pageToken")
            .map_or(0, |token| token.parse().unwrap());
        let photos: Vec<Value> = self
            .files
            .iter()
            .filter(|(_, file)| !file.is_folder())
            .map(|(id, file)| self.description(id, file))
            .collect();
        let page: Vec<&Value> = photos.iter().skip(first).take(2).collect();
        let mut answer = json!({"files": page});
        if first + 2 < photos.len() {
            answer["nextPageToken"] = (first + 2).to_string().into();
        }
        Reply::json(200, &answer)
    }
}

/// The two parts of a multipart/related body.
fn parts(asked: &Asked) -> (Value, Vec<u8>) {
    let (_, boundary) = asked.header("content-type").split_once("boundary=").unwrap();
    let mark = format!("\r\n--{boundary}").into_bytes();
    let body = [b"\r\n", &asked.body[..]].concat();
    let find = |from: usize, what: &[u8]| {
        let rest = &body[from..];
        from + rest
            .windows(what.len())
            .position(|window| window == what)
            .unwrap()
    };
    let json_begin = find(find(0, &mark), b"\r\n\r\n") + 4;
    let json_end = find(json_begin, &mark);
    let bytes_begin = find(json_end + mark.len(), b"\r\n\r\n") + 4;
    let bytes_end = find(bytes_begin, &mark);
    let metadata = serde_json::from_slice(&body[json_begin..json_end]).unwrap();
    (metadata, body[bytes_begin..bytes_end].to_vec())
}
