//! What is in Drive, for a sync that cannot trust its manifest.

use std::collections::{HashMap, HashSet};

use boothline_delivery::drive::{Class, DriveError, RemoteFile};

use super::super::Desk;
use super::super::delivering::{APP, FILE_KEY, JOB_KEY, short_key};

/// A file in Drive, as far as a sync asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Its id.
    pub(super) id: String,
    /// Of its bytes.
    pub(super) md5: Option<String>,
    /// Whether everybody who has the link may open it, as far as Drive told.
    pub(super) public: bool,
    name: String,
    key: Option<String>,
    of_a_job: bool,
}

impl From<RemoteFile> for Known {
    fn from(file: RemoteFile) -> Self {
        let public = file.is_public();
        let mut properties = file.app_properties;
        Self {
            public,
            id: file.id,
            md5: file.md5,
            name: file.name,
            key: properties.remove(FILE_KEY),
            of_a_job: properties.contains_key(JOB_KEY),
        }
    }
}

/// How a local file is found in Drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// The same bytes under the same name.
    Same(Known),
    /// An earlier state of the file.
    Earlier(Known),
}

/// Everything of ours in Drive.
#[derive(Debug, Default)]
pub(super) struct Remote {
    by_id: HashMap<String, Known>,
    by_md5: HashMap<String, Vec<String>>,
    by_key: HashMap<String, Vec<String>>,
    taken: HashSet<String>,
}

impl Remote {
    /// Asks Drive for all files in `folder` and all that carry our mark: a request for each 1,000.
    pub(super) async fn list(desk: &Desk, folder: &str) -> Result<Self, DriveError> {
        let (mark, value) = APP;
        let query = format!(
            "trashed = false and mimeType != 'application/vnd.google-apps.folder' and \
             ('{folder}' in parents or appProperties has {{ key='{mark}' and value='{value}' }})"
        );
        let mut remote = Self::default();
        let mut token: Option<String> = None;
        loop {
            let page = desk
                .target
                .drive
                .list(&query, token.as_deref(), Class::Batch)
                .await?;
            page.files.into_iter().for_each(|file| remote.add(file.into()));
            match page.next {
                Some(next) => token = Some(next),
                None => return Ok(remote),
            }
        }
    }

    fn add(&mut self, file: Known) {
        if let Some(md5) = &file.md5 {
            self.by_md5.entry(md5.clone()).or_default().push(file.id.clone());
        }
        if let Some(key) = &file.key {
            self.by_key.entry(key.clone()).or_default().push(file.id.clone());
        }
        self.by_id.insert(file.id.clone(), file);
    }

    /// The file with this id.
    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.by_id.get(id)
    }

    /// These files belong to somebody already.
    pub(super) fn take<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) {
        self.taken.extend(ids.into_iter().map(ToOwned::to_owned));
    }

    /// The file in Drive that is this local one; it is not found a second time.
    pub(super) fn find(&mut self, key: &str, name: &str, md5: &str) -> Option<Match> {
        let short = short_key(key);
        let mine = |file: &&Known| !file.of_a_job && file.key.as_ref() == Some(&short);
        let found = {
            let same = self.free(&self.by_md5, md5);
            let same = same.iter().copied().find(mine).or_else(|| {
                let named = |file: &&Known| file.name == name && (file.key.is_none() || file.of_a_job);
                same.iter().copied().find(named)
            });
            match same {
                Some(file) => Match::Same(file.clone()),
                None => {
                    let earlier = self.free(&self.by_key, &short);
                    Match::Earlier(earlier.into_iter().find(mine)?.clone())
                }
            }
        };
        let (Match::Same(file) | Match::Earlier(file)) = &found;
        self.taken.insert(file.id.clone());
        Some(found)
    }

    fn free(&self, index: &HashMap<String, Vec<String>>, key: &str) -> Vec<&Known> {
        let ids = index.get(key).into_iter().flatten();
        ids.filter(|id| !self.taken.contains(*id))
            .filter_map(|id| self.by_id.get(id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, name: &str, md5: &str, key: Option<&str>, of_a_job: bool) -> Known {
        Known {
            id: id.to_owned(),
            md5: Some(md5.to_owned()),
            public: true,
            name: name.to_owned(),
            key: key.map(short_key),
            of_a_job,
        }
    }

    fn found(remote: &mut Remote, key: &str, name: &str, md5: &str) -> Option<(bool, String)> {
        remote.find(key, name, md5).map(|found| match found {
            Match::Same(file) => (true, file.id),
            Match::Earlier(file) => (false, file.id),
        })
    }

    #[test]
    fn a_file_is_known_by_bytes_and_name_and_only_once() {
        let mut remote = Remote::default();
        remote.add(file("1", "a.jpg", "m1", Some("a.jpg"), false));
        remote.add(file("2", "b.jpg", "m2", None, false));
        remote.add(file("3", "c.jpg", "m3", Some("c.jpg"), true));
        let same = |id: &str| Some((true, id.to_owned()));
        assert_eq!(found(&mut remote, "a.jpg", "a.jpg", "m1"), same("1"));
        assert_eq!(found(&mut remote, "a.jpg", "a.jpg", "m1"), None);
        assert_eq!(found(&mut remote, "sub/b.jpg", "b.jpg", "m2"), same("2"));
        assert_eq!(found(&mut remote, "x.jpg", "x.jpg", "m3"), None);
        assert_eq!(found(&mut remote, "compressed/c.jpg", "c.jpg", "m3"), same("3"));
    }

    #[test]
    fn an_earlier_state_is_known_by_its_key_unless_it_is_a_jobs() {
        let mut remote = Remote::default();
        remote.add(file("1", "a.jpg", "old", Some("a.jpg"), false));
        remote.add(file("2", "b.jpg", "old", Some("b.jpg"), true));
        remote.add(file("3", "c.jpg", "old", None, false));
        assert_eq!(
            found(&mut remote, "a.jpg", "a.jpg", "new"),
            Some((false, "1".to_owned()))
        );
        assert_eq!(found(&mut remote, "b.jpg", "b.jpg", "new"), None);
        assert_eq!(found(&mut remote, "c.jpg", "c.jpg", "new"), None);
    }
}
