//! Ids that Drive keeps for us, so that a job has its links before anything is uploaded.

use std::time::Duration;

use boothline_delivery::drive::{Class, DriveError, DriveLinks};
use boothline_delivery::qr_picture_address;
use boothline_domain::{JobId, ShareCode};
use boothline_store::jobs::delivery::{self, Promise};
use boothline_store::{drive_ids, jobs};
use sea_orm::DatabaseTransaction;

use super::desk::{Desk, local};
use crate::context::Context;
use crate::refusal::Refusal;

/// How long Drive keeps an id that nobody used is not documented: after a day
/// fresh ones are fetched. Offline the old ones are better than none.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// Long enough to tell our files from others in an investigation.
const TRACES: Duration = Duration::from_secs(180 * 24 * 3600);
/// Jobs that get their late links in one transaction.
const LATE_LINKS: u64 = 100;

/// An id for the caller's purpose, in the caller's transaction; `None` when the
/// pool is empty or belongs to another account.
pub async fn take(
    context: &Context,
    tx: &DatabaseTransaction,
    desk: &Desk,
    purpose: &str,
) -> Result<Option<String>, Refusal> {
    let Some(account) = desk.known_account() else {
        return Ok(None);
    };
    let id = drive_ids::take(tx, &account.id, purpose, context.now()).await?;
    desk.taken.notify_one();
    Ok(id)
}

/// An id now: out of the pool, else from Drive.
pub async fn reserve(
    context: &Context,
    desk: &Desk,
    purpose: &str,
    class: Class,
) -> Result<String, DriveError> {
    let account = desk.account_id(context).await?;
    if let Some(id) = take_one(context, &account, purpose).await? {
        desk.taken.notify_one();
        return Ok(id);
    }
    let ids = desk.target.drive.reserve_ids(10, class).await?;
    add(context, &account, ids).await?;
    take_one(context, &account, purpose)
        .await?
        .ok_or_else(|| local("Drive reserved no id"))
}

async fn take_one(context: &Context, account: &str, purpose: &str) -> Result<Option<String>, DriveError> {
    let (account, purpose, now) = (account.to_owned(), purpose.to_owned(), context.now());
    context
        .database
        .write(move |tx| Box::pin(async move { drive_ids::take(tx, &account, &purpose, now).await }))
        .await
        .map_err(local)
}

async fn add(context: &Context, account: &str, ids: Vec<String>) -> Result<(), DriveError> {
    let (account, now) = (account.to_owned(), context.now());
    context
        .database
        .write(move |tx| Box::pin(async move { drive_ids::add(tx, &account, &ids, now).await }))
        .await
        .map_err(local)
}

/// Fetches fresh ids when fewer than half of them are left. Returns how many came.
pub async fn refill(context: &Context, desk: &Desk) -> Result<usize, DriveError> {
    let account = desk.account_id(context).await?;
    let wanted = u64::from(context.config.delivery.drive_id_pool);
    let since = context.now().minus(FRESH);
    let free = drive_ids::count_free(context.database.reader(), &account, since)
        .await
        .map_err(local)?;
    if free > wanted / 2 {
        return Ok(0);
    }
    let missing = u32::try_from(wanted - free).unwrap_or(u32::MAX);
    let ids = desk.target.drive.reserve_ids(missing, Class::Guest).await?;
    let fetched = ids.len();
    add(context, &account, ids).await?;
    retire(context, &account).await?;
    tracing::debug!(fetched, "Reserved {fetched} more Drive ids");
    Ok(fetched)
}

/// Forgets ids that cannot be used any more.
pub async fn retire(context: &Context, account: &str) -> Result<(), DriveError> {
    let (account, now) = (account.to_owned(), context.now());
    let fresh = drive_ids::count_free(context.database.reader(), &account, now.minus(FRESH))
        .await
        .map_err(local)?;
    // The stale ones go only when there are others.
    let stale = if fresh > 0 {
        now.minus(FRESH)
    } else {
        now.minus(TRACES)
    };
    let gone = context
        .database
        .write(move |tx| {
            Box::pin(async move { drive_ids::retire(tx, &account, stale, now.minus(TRACES)).await })
        })
        .await
        .map_err(local)?;
    if gone > 0 {
        tracing::debug!(gone, "Retired {gone} Drive ids");
    }
    Ok(())
}

/// The links of a job under this id.
pub fn promise(context: &Context, desk: &Desk, code: &ShareCode, id: &str) -> Promise {
    promise_of(context, desk, code, id, &desk.target.drive.links(id))
}

/// The same with the links that Drive gave it.
pub fn promise_of(context: &Context, desk: &Desk, code: &ShareCode, id: &str, links: &DriveLinks) -> Promise {
    let page = desk.target.links(code, None).share_url;
    let api = context.config.server.api_base_url.as_str();
    Promise {
        drive_file_id: id.to_owned(),
        drive_link: links.drive_link.clone(),
        download_link: links.download_link.clone(),
        qr_url: qr_picture_address(api, page.as_deref().unwrap_or(&links.download_link)),
    }
}

/// Gives jobs that were accepted without an id their links. Returns how many got one.
pub async fn keep_promises(context: &Context, desk: &Desk) -> Result<usize, DriveError> {
    let waiting = delivery::without_link(context.database.reader(), LATE_LINKS)
        .await
        .map_err(local)?;
    let mut given = 0;
    for id in waiting {
        given += usize::from(give_link(context, desk, id).await?);
    }
    if given > 0 {
        context.changed();
        tracing::info!(given, "{given} jobs have their links now");
    }
    Ok(given)
}

async fn give_link(context: &Context, desk: &Desk, id: JobId) -> Result<bool, DriveError> {
    let Some(job) = jobs::find(context.database.reader(), id).await.map_err(local)? else {
        return Ok(false);
    };
    let reserved = reserve(context, desk, &format!("job:{id}"), Class::Guest).await?;
    let promise = promise(context, desk, &job.share_code, &reserved);
    let now = context.now();
    let given = context
        .database
        .write(move |tx| Box::pin(async move { delivery::promise(tx, id, None, &promise, now).await }))
        .await;
    match given {
        Ok(()) => Ok(true),
        // Deleted, or the delivery itself was quicker.
        Err(boothline_store::StoreError::NotInState(_)) => Ok(false),
        Err(error) => Err(local(error)),
    }
}
