//! What a sync has to do, found without reading a file or asking Drive.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use boothline_domain::JobId;
use boothline_domain::clock::Timestamp;
use boothline_store::jobs::delivery::JobFiles;

use super::claims::{Claim, Claims, md5_of_copy};
use super::manifest::{Entry, Item, Manifest, State};
use super::scan::Picture;

/// Why a picture is looked at more closely.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cause {
    /// It is not in the manifest.
    New,
    /// The entry under this key, of a file that is not there any more, has its name and size.
    Moved(String, Entry),
    /// It has an id, and may be there.
    Begun(Entry),
    /// It looks different from what was sent.
    Changed(Entry),
    /// It is there, as far as we know; the operator wants to know for sure.
    Compare(Entry),
}

/// A picture to look at more closely.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Work {
    /// The picture.
    pub(super) picture: Picture,
    /// Why.
    pub(super) cause: Cause,
}

/// What there is to do.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Pictures to look at, oldest first.
    pub(super) work: Vec<Work>,
    /// Pictures that are as they were sent.
    pub(super) unchanged: usize,
    /// Entries of pictures that jobs have delivered, or that only moved.
    pub(super) recognised: Vec<(String, Entry)>,
    /// Keys under which the moved ones lay before.
    pub(super) gone: Vec<String>,
    /// Jobs whose pictures are still to be delivered.
    pub(super) awaited: Vec<JobId>,
}

/// Sorts the pictures of a folder. Claims of jobs matter only where [`needs_claims`] says so.
pub(super) fn survey(pictures: Vec<Picture>, manifest: &Manifest, claims: &Claims, force: bool) -> Survey {
    let mut survey = Survey::default();
    let mut strays = Strays::of(&pictures, manifest);
    for picture in pictures {
        let entry = manifest.get(&picture.key);
        let as_it_was = entry.is_some_and(|entry| is_done(entry, &picture));
        if as_it_was && !force {
            survey.unchanged += 1;
            continue;
        }
        match claims.on(&picture.path) {
            Some(Claim::Awaited(job)) => survey.awaited.push(*job),
            Some(Claim::OtherCopy) => survey.unchanged += 1,
            Some(Claim::Delivered(job)) => {
                let delivered = entry_of(job, &picture);
                let known = |entry: &Entry| entry.item.drive_file_id == delivered.item.drive_file_id;
                if as_it_was && entry.is_some_and(known) {
                    survey.unchanged += 1;
                } else {
                    survey.recognised.push((picture.key, delivered));
                }
            }
            None => match entry.cloned() {
                None => survey.add_unknown(picture, &mut strays, force),
                Some(entry) => {
                    let cause = match entry.state {
                        State::Pending => Cause::Begun(entry),
                        State::Done if as_it_was => Cause::Compare(entry),
                        State::Done => Cause::Changed(entry),
                    };
                    survey.work.push(Work { picture, cause });
                }
            },
        }
    }
    survey
}

impl Survey {
    fn add_unknown(&mut self, picture: Picture, strays: &mut Strays<'_>, force: bool) {
        let cause = match strays.claim(&picture) {
            Some((key, entry)) if is_done(&entry, &picture) && !force => {
                self.gone.push(key);
                self.recognised.push((picture.key, entry));
                return;
            }
            Some((key, entry)) => Cause::Moved(key, entry),
            None => Cause::New,
        };
        self.work.push(Work { picture, cause });
    }
}

/// Whether any of the pictures is not simply as it was.
pub(super) fn needs_claims(pictures: &[Picture], manifest: &Manifest, force: bool) -> bool {
    let settled = |picture: &Picture| {
        let entry = manifest.get(&picture.key);
        entry.is_some_and(|entry| is_done(entry, picture))
    };
    force || !pictures.iter().all(settled)
}

fn is_done(entry: &Entry, picture: &Picture) -> bool {
    entry.state == State::Done && picture.signature.matches(&entry.signature)
}

fn entry_of(job: &JobFiles, picture: &Picture) -> Entry {
    let at = |millis| Timestamp::from_millis(millis).to_rfc3339();
    let item = Item {
        local_path: picture.path.display().to_string(),
        name: picture.name().to_owned(),
        uploaded_at: job.drive_uploaded_at.map(|millis| at(millis).into()),
        drive_file_id: job.drive_file_id.clone().unwrap_or_default(),
        drive_link: job.drive_link.clone(),
        download_link: job.download_link.clone(),
        qr_url: job.qr_url.clone(),
    };
    Entry {
        signature: picture.signature,
        item,
        md5: md5_of_copy(job, &picture.path),
        state: State::Done,
    }
}

/// Entries whose files are not where they were: the folder, or the machine, was another one.
struct Strays<'a>(HashMap<(String, u64), Vec<(&'a String, &'a Entry)>>);

impl<'a> Strays<'a> {
    fn of(pictures: &[Picture], manifest: &'a Manifest) -> Self {
        let mut strays: HashMap<(String, u64), Vec<_>> = HashMap::new();
        for picture in pictures
            .iter()
            .filter(|picture| !manifest.contains_key(&picture.key))
        {
            strays.entry(kind(picture)).or_default();
        }
        if strays.is_empty() {
            return Self(strays);
        }
        let here: HashSet<&str> = pictures.iter().map(|picture| picture.key.as_str()).collect();
        for (key, entry) in manifest.iter().filter(|(key, _)| !here.contains(key.as_str())) {
            let name = key.rsplit(['/', '\\']).next().unwrap_or(key).to_owned();
            let path = Path::new(key);
            let elsewhere = path.is_absolute() && path.exists();
            if let Some(entries) = strays.get_mut(&(name, entry.signature.size))
                && !elsewhere
            {
                entries.push((key, entry));
            }
        }
        Self(strays)
    }

    /// The entry that was this picture's before it was moved, where only one can be meant.
    fn claim(&mut self, picture: &Picture) -> Option<(String, Entry)> {
        let entries = self.0.get_mut(&kind(picture))?;
        let same = |(_, entry): &(&String, &Entry)| picture.signature.matches(&entry.signature);
        let index = match entries.iter().position(same) {
            Some(index) => index,
            None if entries.len() == 1 => 0,
            None => return None,
        };
        let (key, entry) = entries.swap_remove(index);
        Some((key.clone(), entry.clone()))
    }
}

fn kind(picture: &Picture) -> (String, u64) {
    (picture.name().to_owned(), picture.signature.size)
}

#[cfg(test)]
mod tests {
    use super::super::manifest::Signature;
    use super::*;

    fn picture(key: &str, size: u64, mtime: f64) -> Picture {
        Picture {
            key: key.to_owned(),
            path: Path::new("/results").join(key),
            signature: Signature { size, mtime },
        }
    }

    fn manifest(entries: &[(&str, u64, f64, State)]) -> Manifest {
        let entry = |&(key, size, mtime, state): &(&str, u64, f64, State)| {
            let json = serde_json::json!({"signature": {"size": size, "mtime": mtime}, "item": {"drive_file_id": key}});
            let entry: Entry = serde_json::from_value(json).unwrap();
            (key.to_owned(), Entry { state, ..entry })
        };
        entries.iter().map(entry).collect()
    }

    fn causes(survey: &Survey) -> Vec<&'static str> {
        let word = |work: &Work| match work.cause {
            Cause::New => "new",
            Cause::Moved(..) => "moved",
            Cause::Begun(_) => "begun",
            Cause::Changed(_) => "changed",
            Cause::Compare(_) => "compare",
        };
        survey.work.iter().map(word).collect()
    }

    #[test]
    fn size_and_time_say_what_there_is_to_do() {
        let manifest = manifest(&[
            ("same.jpg", 5, 1.5, State::Done),
            ("begun.jpg", 5, 1.5, State::Pending),
            ("changed.jpg", 5, 1.5, State::Done),
        ]);
        let pictures = || {
            vec![
                picture("same.jpg", 5, 1.5),
                picture("begun.jpg", 5, 1.5),
                picture("changed.jpg", 6, 2.5),
                picture("new.jpg", 7, 1.5),
            ]
        };
        let calm = survey(pictures(), &manifest, &Claims::default(), false);
        assert_eq!(
            (calm.unchanged, causes(&calm)),
            (1, vec!["begun", "changed", "new"])
        );
        let forced = survey(pictures(), &manifest, &Claims::default(), true);
        assert_eq!(
            (forced.unchanged, causes(&forced)),
            (0, vec!["compare", "begun", "changed", "new"])
        );
        assert!(!needs_claims(&pictures()[..1], &manifest, false));
        assert!(needs_claims(&pictures(), &manifest, false));
    }

    #[test]
    fn a_moved_picture_takes_its_entry_along() {
        let manifest = manifest(&[
            ("/home/pi/results/a.jpg", 5, 1.0, State::Done),
            ("/home/pi/results/b.jpg", 5, 1.0, State::Done),
        ]);
        let pictures = vec![
            picture("a.jpg", 5, 1.75),
            picture("b.jpg", 5, 9.0),
            picture("c.jpg", 5, 1.0),
        ];
        let survey = survey(pictures, &manifest, &Claims::default(), false);
        assert_eq!(survey.gone, ["/home/pi/results/a.jpg"]);
        assert_eq!(
            survey.recognised[0].1.item.drive_file_id,
            "/home/pi/results/a.jpg"
        );
        assert_eq!(causes(&survey), ["moved", "new"]);
    }

    #[test]
    fn one_entry_is_one_pictures() {
        let manifest = manifest(&[("/old/a.jpg", 5, 1.0, State::Done)]);
        let pictures = vec![picture("a.jpg", 5, 1.0), picture("compressed/a.jpg", 5, 1.0)];
        let survey = survey(pictures, &manifest, &Claims::default(), false);
        assert_eq!((survey.recognised.len(), causes(&survey)), (1, vec!["new"]));
    }
}
