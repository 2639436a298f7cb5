//! Resumable upload sessions, as strict as Google's.

use serde_json::Value;

use super::{Op, State, refusal};
use crate::wire::{Asked, Reply};

#[derive(Clone, Debug)]
pub(crate) struct Upload {
    metadata: Value,
    replaces: Option<String>,
    announced: Option<u64>,
    pub(crate) kept: Vec<u8>,
    /// The id of the file that it became.
    became: Option<String>,
}

impl State {
    pub(super) fn begin_session(&mut self, asked: &Asked) -> Reply {
        assert_eq!(asked.parameter("uploadType").as_deref(), Some("resumable"));
        assert_eq!(asked.header("x-upload-content-type"), "image/jpeg");
        let metadata: Value = serde_json::from_slice(&asked.body).unwrap();
        let replaces = asked.url.path_segments().unwrap().nth(4).map(str::to_owned);
        match &replaces {
            None => {
                if let Some(refused) = self.cannot_create(&metadata) {
                    return refused;
                }
            }
            Some(id) => {
                assert_eq!(asked.method, "PATCH");
                assert!(self.files.contains_key(id));
            }
        }
        self.next_session += 1;
        let id = format!("session{}", self.next_session);
        let location = format!(
            "{}/upload/drive/v3/files?uploadType=resumable&upload_id={id}",
            self.base()
        );
        self.sessions.insert(
            id,
            Upload {
                metadata,
                replaces,
                announced: asked.header("x-upload-content-length").parse().ok(),
                kept: Vec::new(),
                became: None,
            },
        );
        Reply::empty(200).with("location", location)
    }

    pub(super) fn in_session(&mut self, op: Op, asked: &Asked) -> Reply {
        let id = asked.parameter("upload_id").unwrap();
        let Some(upload) = self.sessions.get_mut(&id) else {
            return Reply::empty(404);
        };
        if op == Op::Cancel {
            self.sessions.remove(&id);
            return Reply::empty(499);
        }
        if let Some(file) = upload.became.clone() {
            return self.described(&file);
        }
        let (range, total) = asked.header("content-range").rsplit_once('/').unwrap();
        let total: Option<u64> = total.parse().ok();
        if let (Some(announced), Some(total)) = (upload.announced, total) {
            assert_eq!(announced, total);
        }
        if op == Op::Put {
            let (begin, end) = range.strip_prefix("bytes ").unwrap().split_once('-').unwrap();
            let (begin, end): (u64, u64) = (begin.parse().unwrap(), end.parse().unwrap());
            assert_eq!(end - begin + 1, asked.body.len() as u64);
            if begin != upload.kept.len() as u64 {
                return refusal(400, "badRequest");
            }
            let last = total == Some(end + 1);
            let odd_start = begin % (256 * 1024) != 0;
            assert!(
                last || odd_start || asked.body.len().is_multiple_of(256 * 1024),
                "{}",
                asked.body.len()
            );
            upload.kept.extend_from_slice(&asked.body);
        }
        if total == Some(upload.kept.len() as u64) {
            return self.finish(&id);
        }
        self.kept(&id)
    }

    /// Keeps the beginning of a chunk only.
    pub(super) fn keep_part(&mut self, asked: &Asked, bytes: usize) -> Reply {
        let id = asked.parameter("upload_id").unwrap();
        let upload = self.sessions.get_mut(&id).unwrap();
        let bytes = bytes.min(asked.body.len());
        upload.kept.extend_from_slice(&asked.body[..bytes]);
        self.kept(&id)
    }

    fn kept(&self, id: &str) -> Reply {
        match self.sessions[id].kept.len() {
            0 => Reply::empty(308),
            bytes => Reply::empty(308).with("range", format!("bytes=0-{}", bytes - 1)),
        }
    }

    fn finish(&mut self, id: &str) -> Reply {
        let upload = self.sessions[id].clone();
        let file = match &upload.replaces {
            Some(file) => {
                let stored = self.files.get_mut(file).unwrap();
                stored.bytes = upload.kept;
                stored.writes += 1;
                file.clone()
            }
            None => {
                let created = self.create(&upload.metadata, upload.kept);
                if created.status != 200 {
                    return created;
                }
                upload.metadata["id"].as_str().unwrap().to_owned()
            }
        };
        self.sessions.get_mut(id).unwrap().became = Some(file.clone());
        self.described(&file)
    }
}
