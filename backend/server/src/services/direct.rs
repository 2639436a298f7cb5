//! A job in one request: guest, look, photos and order together, for a kiosk without sessions.

use boothline_domain::{JobMode, SessionStatus, ThemeId};
use boothline_store::{sessions, themes};
use sea_orm::ConnectionTrait;

use crate::context::Context;
use crate::refusal::Refusal;
use crate::services::intake::{self, Received, StoredPhoto};
use crate::services::jobs::{Order, accept_in};
use crate::services::once::{Answer, Once};
use crate::services::sessions::{Details, checked_details, guest_for, theme_unknown};

/// Everything that a job needs.
#[derive(Debug)]
pub struct Direct {
    /// The look; the first of all where it is left out.
    pub theme_id: Option<String>,
    /// The theme's look, or the photo as it is.
    pub mode: JobMode,
    /// An overlay that was taken before.
    pub overlay_url: Option<String>,
    /// Of the guest; may be empty.
    pub details: Details,
    /// The request that asks, for the log.
    pub request_id: String,
    /// In the order of the shots.
    pub photos: Vec<Received>,
}

/// Accepts a job with a session of its own, in one transaction.
///
/// Errors: those of starting a session, of taking photos and of accepting a job.
pub async fn accept(context: &Context, direct: Direct, once: Once) -> Result<Answer, Refusal> {
    if let Some(answer) = once.given_before(context).await? {
        return Ok(answer);
    }
    let details = checked_details(&direct.details, false)?;
    let theme = pick(context.database.reader(), direct.theme_id.as_deref()).await?;
    let mut stored = Vec::with_capacity(direct.photos.len());
    for photo in direct.photos {
        stored.push(intake::store(context, photo).await?);
    }
    let rows: Vec<_> = stored.iter().map(|photo| photo.row.clone()).collect();
    let (here, now) = (context.clone(), context.now());
    let (added_out, added_in) = tokio::sync::oneshot::channel();
    let answer = once.run(context, 200, move |tx| {
        Box::pin(async move {
            let guest = guest_for(tx, &details, now).await?;
            let session = sessions::start(tx, guest.id, now).await?;
            sessions::set_theme(tx, session.id, &theme, SessionStatus::ThemeSelected, now).await?;
            let added = intake::add_rows(tx, session.id, &rows, &here.config.limits, now).await?;
            let _ = added_out.send(added);
            sessions::set_status(tx, session.id, SessionStatus::PhotoUploaded, now).await?;
            let order = Order {
                session_id: session.id,
                mode: direct.mode,
                overlay_url: direct.overlay_url,
                request_id: direct.request_id,
            };
            accept_in(&here, tx, &order).await
        })
    });
    let answer = answer.await?;
    if !answer.replayed {
        stored.into_iter().for_each(StoredPhoto::keep);
        let added = added_in.await.unwrap_or_default();
        context.feed.announce(context.database.engine(), added);
    }
    Ok(answer)
}

async fn pick(db: &impl ConnectionTrait, theme: Option<&str>) -> Result<ThemeId, Refusal> {
    let Some(theme) = theme else {
        let first = themes::all(db).await?.into_iter().next();
        return first
            .and_then(|theme| theme.id.parse().ok())
            .ok_or_else(theme_unknown);
    };
    let id: ThemeId = theme.parse().map_err(|_| theme_unknown())?;
    themes::find(db, &id).await?.map(|_| id).ok_or_else(theme_unknown)
}
