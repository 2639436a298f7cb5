//! Sweeping up what a crash left behind: files that no row speaks of.
//!
//! A file is written before its row, and deleted after it; a process that is
//! killed in between leaves a file that nobody will ask for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use boothline_queue::purge_finished;
use boothline_store::{StoreError, events, idempotency, jobs, overlays, photos, themes};

use crate::context::Context;
use crate::places::remove_quietly;
use crate::refusal::Refusal;

/// A younger file may belong to work that is under way in this or another process.
const GRACE: Duration = Duration::from_secs(3600);

/// Finished tasks that are forgotten at once, so that the transaction stays short.
const PURGE: u64 = 5000;

/// How long answers under idempotency keys, events and finished tasks are kept.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// Deletes left-over files and forgets old rows. Returns how many files went.
pub async fn sweep(context: &Context) -> Result<u64, Refusal> {
    let db = context.database.reader();
    let mut swept = 0;
    for path in old_files(context, &context.places.incoming) {
        remove_quietly(&path);
        swept += 1;
    }
    for path in old_files(context, &context.places.originals) {
        if !photos::has_file(db, &name_of(&path)).await? {
            remove_quietly(&path);
            swept += 1;
        }
    }
    for path in old_files(context, &context.places.previews) {
        if !photos::has_preview(db, &name_of(&path)).await? {
            remove_quietly(&path);
            swept += 1;
        }
    }
    for path in old_files(context, &context.places.overlays) {
        if overlays::find_by_file(db, &name_of(&path)).await?.is_none() {
            remove_quietly(&path);
            swept += 1;
        }
    }
    swept += sweep_results(context).await?;
    swept += sweep_themes(context).await?;
    forget(context).await?;
    Ok(swept)
}

/// Only temporary files: the organiser may keep files of their own among the results.
async fn sweep_results(context: &Context) -> Result<u64, Refusal> {
    let mut swept = 0;
    for folder in ["", "compressed", "thumbs"] {
        for path in old_files(context, &context.places.result(folder)) {
            let name = name_of(&path);
            let below = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let temporary = name.starts_with('.') && name.ends_with(".tmp");
            if temporary || (is_ours(&name) && !jobs::has_file(context.database.reader(), &below).await?) {
                remove_quietly(&path);
                swept += 1;
            }
        }
    }
    Ok(swept)
}

/// `20260614-210307-<26 characters>.jpg`: named by us.
fn is_ours(name: &str) -> bool {
    let stem = name
        .strip_suffix(".jpg")
        .or_else(|| name.strip_suffix(".png"))
        .unwrap_or_default();
    let parts: Vec<&str> = stem.split('-').collect();
    let [date, time, code] = parts.as_slice() else {
        return false;
    };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(date, 8) && digits(time, 6) && code.parse::<boothline_domain::ShareCode>().is_ok()
}

async fn sweep_themes(context: &Context) -> Result<u64, Refusal> {
    let named: Vec<String> = themes::all(context.database.reader())
        .await?
        .into_iter()
        .map(|theme| theme.params)
        .collect();
    let mut swept = 0;
    for path in old_files(context, &context.places.themes) {
        let name = name_of(&path);
        let thumbnail = themes::has_thumbnail(context.database.reader(), &name).await?;
        let needed = jobs::needs_asset(context.database.reader(), &name).await?;
        if !thumbnail && !needed && !named.iter().any(|params| params.contains(&name)) {
            remove_quietly(&path);
            swept += 1;
        }
    }
    Ok(swept)
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
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let now = context.now().millis();
    let grace = i64::try_from(GRACE.as_millis()).unwrap_or(i64::MAX);
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let Ok(meta) = entry.metadata() else { return false };
            let Ok(modified) = meta
                .modified()
                .map(|time| time.duration_since(std::time::UNIX_EPOCH))
            else {
                return false;
            };
            let modified = modified.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
            meta.is_file() && now - modified > grace
        })
        .map(|entry| entry.path())
        .collect()
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
        assert!(is_ours(&format!("20260614-210307-{code}.jpg")));
        for name in [
            "holiday.jpg",
            "20260614-210307-album.jpg",
            ".gitkeep",
            "2026-06-14.jpg",
        ] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
