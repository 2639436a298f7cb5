//! Sending one file, with a few tries of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use boothline_delivery::drive::{Class, Delivered, DriveError, Journal, Parcel, Source, Trouble};
use boothline_delivery::qr_picture_address;
use boothline_domain::Disposition;
use boothline_domain::clock::Timestamp;
use tokio::sync::{Mutex, mpsc};

use super::super::delivering::{APP, FILE_KEY, short_key};
use super::super::desk::local;
use super::run::{Ready, Run};

/// Tries of one file after the first, beside those that the client makes by itself.
const TRIES: u32 = 3;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where a resumable upload goes on, as long as this process lives. That something was begun is
/// known from the manifest.
#[derive(Default)]
struct InMemory {
    session: Option<String>,
}

#[async_trait]
impl Journal for InMemory {
    async fn begun(&mut self) -> Result<(), DriveError> {
        Ok(())
    }

    async fn session(&mut self, address: Option<&str>) -> Result<(), DriveError> {
        self.session = address.map(ToOwned::to_owned);
        Ok(())
    }
}

/// Sends one file after the other until no more come; as many as may be sent at once run side by side.
pub(super) async fn send_all(run: &Run<'_>, ready: &Mutex<mpsc::Receiver<Ready>>) {
    loop {
        let next = ready.lock().await.recv().await;
        match next {
            Some(file) => send(run, file).await,
            None => return,
        }
    }
}

/// Sends a file whose id is on disk. How it comes out is in the report and the manifest.
async fn send(run: &Run<'_>, mut ready: Ready) {
    let (mut journal, mut tries, mut fresh_id) = (InMemory::default(), 0, false);
    while !run.halt.is_cancelled() {
        let parcel = parcel(run, &ready, journal.session.clone());
        let drive = &run.desk.target.drive;
        let error = match drive.deliver(&parcel, Class::Batch, &mut journal).await {
            Ok(delivered) => return arrived(run, &ready, &delivered).await,
            Err(error) => error,
        };
        if run.concerns_all(&error) {
            return run.stop(error);
        }
        match error.trouble {
            Trouble::LocalFile if !ready.work.picture.path.exists() => return run.vanished(&ready.work),
            Trouble::IdRefused if !fresh_id => {
                fresh_id = true;
                journal = InMemory::default();
                if let Err(error) = another_id(run, &mut ready).await {
                    return run.stop(error);
                }
                continue;
            }
            _ => {}
        }
        let pause = match error.disposition() {
            Disposition::RetryAfter(wait) => wait.min(LONGEST_PAUSE),
            Disposition::Retry => Duration::from_secs(1 << tries),
            _ => return run.gave_up(&ready.work, &error),
        };
        if tries == TRIES {
            return run.gave_up(&ready.work, &error);
        }
        tries += 1;
        ready.doubt = true;
        tracing::debug!(
            file = ready.work.picture.key,
            detail = error.detail,
            "A try failed: {error}"
        );
        let _ = run.halt.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

fn parcel(run: &Run<'_>, ready: &Ready, session: Option<String>) -> Parcel {
    let picture = &ready.work.picture;
    #[expect(clippy::cast_possible_truncation, reason = "saturates, in a far future")]
    let taken_at = Timestamp::from_millis((ready.signature.mtime * 1000.0) as i64);
    Parcel {
        file_id: ready.id.clone(),
        name: picture.name().to_owned(),
        mime: ready.mime.to_owned(),
        folder: run.folder.clone(),
        source: Source::File(picture.path.clone()),
        md5: ready.md5.clone(),
        size: ready.signature.size,
        taken_at,
        app_properties: BTreeMap::from([
            (APP.0.to_owned(), APP.1.to_owned()),
            (FILE_KEY.to_owned(), short_key(&picture.key)),
        ]),
        session,
        doubt: ready.doubt,
    }
}

/// Drive does not take the id: it belongs to another account, or its file was deleted for good.
async fn another_id(run: &Run<'_>, ready: &mut Ready) -> Result<(), DriveError> {
    let ids = run.desk.target.drive.reserve_ids(1, Class::Batch).await?;
    ready.id = ids
        .into_iter()
        .next()
        .ok_or_else(|| local("Drive reserved no id"))?;
    ready.doubt = false;
    ready.before = None;
    let entry = run.entry(&ready.work, &ready.id, (ready.signature, &ready.md5));
    run.ledger.replace(&ready.work, entry);
    run.ledger.save().await.map_err(local)
}

async fn arrived(run: &Run<'_>, ready: &Ready, delivered: &Delivered) {
    let mut entry = run.entry(&ready.work, &delivered.file.id, (ready.signature, &ready.md5));
    let mut before = ready.before.as_ref();
    if delivered.links_changed {
        let api = run.context.config.server.api_base_url.as_str();
        let links = delivered.links.clone();
        entry.item.qr_url = Some(qr_picture_address(api, &links.download_link));
        entry.item.drive_link = Some(links.drive_link);
        entry.item.download_link = Some(links.download_link);
        before = None;
    }
    let entry = run.proven(entry, before);
    run.sent(ready, entry, delivered.how == "found");
    if let Err(error) = run.ledger.save_now_and_then().await {
        run.stop(error);
    }
}
