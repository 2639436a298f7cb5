//! Sweeping up what a crash left behind: files that no row speaks of.
//!
//! A file is written before its row, and deleted after it; a process that is
//! killed in between leaves a file that nobody will ask for. Half-written files
//! are deleted. A whole one is only put aside, into `lost+found` beside it: it
//! may be the last copy of a picture whose database was lost or exchanged. And
//! where most files are unknown, the database is the wrong one, and nothing moves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use boothline_queue::purge_finished;
use boothline_store::{StoreError, events, idempotency, jobs, overlays, photos, themes};

use crate::context::Context;
use crate::places::{Places, remove_quietly};
use crate::refusal::Refusal;

/// A younger file may belong to work that is under way in this or another process.
const GRACE: Duration = Duration::from_secs(3600);

/// Finished tasks that are forgotten at once, so that the transaction stays short.
const PURGE: u64 = 5000;

/// How long answers under idempotency keys, events and finished tasks are kept.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// Where unknown files are put aside, in each folder.
const ASIDE: &str = "lost+found";

/// Files of ours, sorted by whether a row speaks of them.
#[derive(Debug, Default)]
struct Found {
    known: usize,
    unknown: Vec<PathBuf>,
}

impl Found {
    fn sort(&mut self, path: PathBuf, known: bool) {
        if known {
            self.known += 1;
        } else {
            self.unknown.push(path);
        }
    }
}

/// Clears away left-over files and forgets old rows. Returns how many files went.
pub async fn sweep(context: &Context) -> Result<usize, Refusal> {
    let temporary = delete_temporary(context);
    let found = look(context).await?;
    forget(context).await?;
    if found.unknown.len() > found.known {
        let unknown = found.unknown.len();
        tracing::warn!(
            unknown,
            "{unknown} files belong to nothing in this database, and were left alone; is DATABASE_URL the right one?"
        );
        return Ok(temporary);
    }
    found.unknown.iter().for_each(|path| put_aside(path));
    Ok(temporary + found.unknown.len())
}

/// At the start of the one service of a data folder nothing can be arriving.
pub fn clear_incoming(places: &Places) {
    for path in files_in(&places.incoming) {
        remove_quietly(&path);
    }
}

fn delete_temporary(context: &Context) -> usize {
    let places = &context.places;
    let mut left = old_files(context, &places.incoming);
    for folder in [
        places.results.clone(),
        places.result("compressed"),
        places.result("thumbs"),
        places.previews.clone(),
        places.themes.clone(),
    ] {
        left.extend(
            old_files(context, &folder)
                .into_iter()
                .filter(|path| is_temporary(&name_of(path))),
        );
    }
    left.iter().for_each(|path| remove_quietly(path));
    left.len() + clear_scratch(context)
}

/// Folders in which an ffmpeg worked that was killed with us.
fn clear_scratch(context: &Context) -> usize {
    let Ok(entries) = std::fs::read_dir(&context.places.scratch) else {
        return 0;
    };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    paths
        .filter(|path| is_old(context, path) && std::fs::remove_dir_all(path).is_ok())
        .count()
}

fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

async fn look(context: &Context) -> Result<Found, Refusal> {
    let (db, places) = (context.database.reader(), &context.places);
    let mut found = Found::default();
    for path in old_files(context, &places.originals) {
        let name = name_of(&path);
        let known = photos::has_file(db, &name).await? || photos::has_clip(db, &name).await?;
        found.sort(path, known);
    }
    for path in old_files(context, &places.previews) {
        let known = photos::has_preview(db, &name_of(&path)).await?;
        found.sort(path, known);
    }
    for path in old_files(context, &places.overlays) {
        let known = overlays::find_by_file(db, &name_of(&path)).await?.is_some();
        found.sort(path, known);
    }
    look_at_results(context, &mut found).await?;
    look_at_themes(context, &mut found).await?;
    Ok(found)
}

/// The organiser may keep files of their own among the results; only names of ours count.
async fn look_at_results(context: &Context, found: &mut Found) -> Result<(), Refusal> {
    for folder in ["", "compressed/", "thumbs/"] {
        for path in old_files(context, &context.places.result(folder)) {
            let name = name_of(&path);
            if is_ours(&name) {
                let known = jobs::has_file(context.database.reader(), &format!("{folder}{name}")).await?;
                found.sort(path, known);
            }
        }
    }
    Ok(())
}

async fn look_at_themes(context: &Context, found: &mut Found) -> Result<(), Refusal> {
    let db = context.database.reader();
    let named: Vec<String> = themes::all(db)
        .await?
        .into_iter()
        .map(|theme| theme.params)
        .collect();
    for path in old_files(context, &context.places.themes) {
        let name = name_of(&path);
        let known = themes::has_thumbnail(db, &name).await?
            || jobs::needs_asset(db, &name).await?
            || named.iter().any(|params| params.contains(&name));
        found.sort(path, known);
    }
    Ok(())
}

fn put_aside(path: &Path) {
    let Some((folder, name)) = path.parent().zip(path.file_name()) else {
        return;
    };
    let aside = folder.join(ASIDE);
    let moved = std::fs::create_dir_all(&aside).and_then(|()| std::fs::rename(path, aside.join(name)));
    if let Err(error) = moved {
        tracing::warn!(%error, "Could not put a file aside; the sweep will try again");
    }
}

/// `20260614-210307-<26 characters>.jpg`: named by us.
fn is_ours(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or_default();
    if !matches!(extension, "jpg" | "png" | "gif" | "webp" | "mp4") {
        return false;
    }
    let parts: Vec<&str> = stem.split('-').collect();
    let [date, time, code] = parts.as_slice() else {
        return false;
    };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(date, 8) && digits(time, 6) && code.parse::<boothline_domain::ShareCode>().is_ok()
}

async fn forget(context: &Context) -> Result<(), Refusal> {
    let now = context.now();
    let limit = boothline_domain::clock::Timestamp::from_millis(
        now.millis() - i64::try_from(MEMORY.as_millis()).unwrap_or(i64::MAX),
    );
    context
        .database
        .write(move |tx| {
            Box::pin(async move {
                events::forget_before(tx, limit).await?;
                idempotency::forget_before(tx, limit).await?;
                purge_finished(tx, limit, PURGE)
                    .await
                    .map_err(|error| StoreError::Database(sea_orm::DbErr::Custom(error.to_string())))?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

fn old_files(context: &Context, folder: &Path) -> Vec<PathBuf> {
    let mut files = files_in(folder);
    files.retain(|path| is_old(context, path));
    files
}

fn is_old(context: &Context, path: &Path) -> bool {
    let now = context.now().millis();
    let grace = i64::try_from(GRACE.as_millis()).unwrap_or(i64::MAX);
    modified(path).is_some_and(|modified| now - modified > grace)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let entries = entries.filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    files.map(|entry| entry.path()).collect()
}

/// Milliseconds since the epoch.
fn modified(path: &Path) -> Option<i64> {
    let modified = path.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_we_gave_count_as_ours() {
        let code = boothline_domain::ShareCode::from_random([9; 16]);
        for extension in ["jpg", "png", "gif", "webp", "mp4"] {
            assert!(is_ours(&format!("20260614-210307-{code}.{extension}")));
        }
        for name in [
            "holiday.jpg",
            "20260614-210307-album.jpg",
            ".gitkeep",
            "2026-06-14.jpg",
            "20260614-210307-album",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
