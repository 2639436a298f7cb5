//! Before a file is sent: is it needed, and under which id. The id is on disk before the first byte.

use boothline_delivery::drive::{Class, DriveError};
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

use super::manifest::{Entry, Item};
use super::read::{Contents, Unfit, contents};
use super::remote::{Known, Match, Remote};
use super::report::{Change, Changed};
use super::run::{Ready, Run, clamped};
use super::survey::{Cause, Work};

/// Files whose ids are reserved and written down at once.
pub(super) const BATCH: usize = 100;
/// Files read at once; the disk is not faster with more.
const READERS: usize = 3;

/// What becomes of a file that was read.
enum Verdict {
    /// It is in Drive as it is here.
    Known(Entry, &'static str),
    /// It is to be sent, under this id or a fresh one.
    Send {
        id: Option<String>,
        doubt: bool,
        change: Change,
        before: Option<Item>,
    },
}

/// Passes on what is to be sent, a batch ahead of the sending. Ends when all files were looked at,
/// the limit is reached, or the sync stops.
pub(super) async fn prepare(run: &Run<'_>, work: Vec<Work>, mut remote: Remote, ready: mpsc::Sender<Ready>) {
    let mut allowed = run
        .wish
        .limit
        .map_or(usize::MAX, |limit| clamped(limit, usize::MAX));
    let mut work = work.into_iter();
    while allowed > 0 && !run.halt.is_cancelled() {
        let batch: Vec<Work> = work.by_ref().take(BATCH.min(allowed)).collect();
        if batch.is_empty() {
            return;
        }
        let batch = match decide_all(run, batch, &mut remote).await {
            Ok(batch) => batch,
            Err(error) => return run.stop(error),
        };
        allowed -= batch.len();
        for file in batch {
            if ready.send(file).await.is_err() {
                return;
            }
        }
    }
}

async fn decide_all(run: &Run<'_>, batch: Vec<Work>, remote: &mut Remote) -> Result<Vec<Ready>, DriveError> {
    let mut read = stream::iter(batch)
        .map(|work| async move {
            let path = work.picture.path.clone();
            let read = tokio::task::spawn_blocking(move || contents(&path)).await;
            (work, read)
        })
        .buffered(READERS);
    let mut ready = Vec::new();
    while let Some((work, read)) = read.next().await {
        let file = match read {
            Ok(Ok(file)) => file,
            Ok(Err(Unfit::Vanished)) => {
                run.vanished(&work);
                continue;
            }
            Ok(Err(unfit)) => {
                run.failed(&work, unfit);
                continue;
            }
            Err(error) => {
                run.failed(&work, error);
                continue;
            }
        };
        match decide(run, &work, &file, remote).await? {
            Verdict::Known(entry, outcome) => run.known(&work, entry, outcome),
            Verdict::Send {
                id,
                doubt,
                change,
                before,
            } => ready.push(Ready {
                work,
                signature: file.signature,
                md5: file.md5,
                mime: file.mime,
                id: id.unwrap_or_default(),
                doubt,
                change,
                before,
            }),
        }
    }
    drop(read);
    reserve(run, &mut ready).await?;
    Ok(ready)
}

/// Gives ids to those that have none, and makes them last.
async fn reserve(run: &Run<'_>, ready: &mut [Ready]) -> Result<(), DriveError> {
    let nameless: Vec<&mut Ready> = ready.iter_mut().filter(|file| file.id.is_empty()).collect();
    if !nameless.is_empty() {
        let count = u32::try_from(nameless.len()).unwrap_or(u32::MAX);
        let ids = run.desk.target.drive.reserve_ids(count, Class::Batch).await?;
        if ids.len() < nameless.len() {
            return Err(super::super::desk::local("Drive reserved too few ids"));
        }
        for (file, id) in nameless.into_iter().zip(ids) {
            file.id = id;
            let entry = run.entry(&file.work, &file.id, (file.signature, &file.md5));
            run.ledger.replace(&file.work, entry);
        }
    }
    run.ledger.save().await.map_err(super::super::desk::local)
}

async fn decide(
    run: &Run<'_>,
    work: &Work,
    file: &Contents,
    remote: &mut Remote,
) -> Result<Verdict, DriveError> {
    match &work.cause {
        Cause::New => Ok(new(run, work, file, remote)),
        Cause::Moved(_, entry) => {
            let same = match &entry.md5 {
                Some(md5) => *md5 == file.md5,
                None => there(run, remote, entry)
                    .await?
                    .is_some_and(|known| holds(&known, file)),
            };
            Ok(match same {
                true => Verdict::Known(renewed(work, entry, file), "recognised"),
                false => new(run, work, file, remote),
            })
        }
        Cause::Begun(entry) => Ok(Verdict::Send {
            id: Some(entry.item.drive_file_id.clone()),
            doubt: true,
            change: Change::New,
            before: Some(entry.item.clone()),
        }),
        Cause::Changed(entry) => {
            let same = match &entry.md5 {
                Some(md5) => *md5 == file.md5,
                None => there(run, remote, entry)
                    .await?
                    .is_some_and(|known| holds(&known, file)),
            };
            Ok(match same {
                true => Verdict::Known(renewed(work, entry, file), "unchanged"),
                false => changed(run, &entry.item),
            })
        }
        Cause::Compare(entry) => {
            let known = remote.get(&entry.item.drive_file_id);
            Ok(
                match known.is_some_and(|known| known.public && holds(known, file)) {
                    true => Verdict::Known(renewed(work, entry, file), "unchanged"),
                    false => Verdict::Send {
                        id: Some(entry.item.drive_file_id.clone()),
                        doubt: true,
                        change: Change::Mended,
                        before: Some(entry.item.clone()),
                    },
                },
            )
        }
    }
}

/// A file that the manifest does not know; Drive may.
fn new(run: &Run<'_>, work: &Work, file: &Contents, remote: &mut Remote) -> Verdict {
    let found = remote.find(&work.picture.key, work.picture.name(), &file.md5);
    match found {
        Some(Match::Same(known)) if known.public => {
            let entry = run.entry(work, &known.id, (file.signature, &file.md5));
            Verdict::Known(run.proven(entry, None), "recognised")
        }
        Some(Match::Same(known)) => Verdict::Send {
            id: Some(known.id),
            doubt: true,
            change: Change::New,
            before: None,
        },
        Some(Match::Earlier(known)) => {
            let entry = run.entry(work, &known.id, (file.signature, &file.md5));
            changed(run, &entry.item)
        }
        None => Verdict::Send {
            id: None,
            doubt: false,
            change: Change::New,
            before: None,
        },
    }
}

fn changed(run: &Run<'_>, before: &Item) -> Verdict {
    match run.wish.changed {
        Changed::Version => Verdict::Send {
            id: Some(before.drive_file_id.clone()),
            doubt: true,
            change: Change::Version,
            before: Some(before.clone()),
        },
        Changed::New => Verdict::Send {
            id: None,
            doubt: false,
            change: Change::New,
            before: None,
        },
    }
}

/// The entry's file in Drive.
async fn there(run: &Run<'_>, remote: &Remote, entry: &Entry) -> Result<Option<Known>, DriveError> {
    let id = &entry.item.drive_file_id;
    match remote.get(id) {
        Some(known) => Ok(Some(known.clone())),
        None => {
            let file = run.desk.target.drive.file(id, Class::Batch).await?;
            Ok(file.filter(|file| !file.trashed).map(Known::from))
        }
    }
}

fn holds(known: &Known, file: &Contents) -> bool {
    known.md5.as_ref() == Some(&file.md5)
}

/// The entry, with what the file looks like now.
fn renewed(work: &Work, entry: &Entry, file: &Contents) -> Entry {
    let mut entry = entry.clone();
    entry.signature = file.signature;
    entry.md5 = Some(file.md5.clone());
    entry.item.local_path = work.picture.path.display().to_string();
    entry
}
