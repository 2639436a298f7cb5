//! Sessions: a guest comes, picks a look, and hands over photos.

use std::str::FromStr;

use boothline_domain::clock::Timestamp;
use boothline_domain::{SessionId, SessionStatus, ThemeId};
use boothline_store::guests::Guest;
use boothline_store::photos::Photo;
use boothline_store::{guests, jobs, photos, sessions, themes};
use email_address::{EmailAddress, Options};
use sea_orm::ConnectionTrait;

use crate::context::Context;
use crate::places::remove_quietly;
use crate::refusal::Refusal;
use crate::services::intake::{self, Received, StoredPhoto};
use crate::services::jobs::view_of;
use crate::services::once::{Answer, Once};
use crate::services::remarks;
use crate::services::views::{SessionView, UploadView};

/// The longest name or phone number that is kept, in characters.
const MAX_TEXT: usize = 200;

/// What a guest says of themselves; all empty where the event asks for no details.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Shown on pictures where the look asks for it.
    pub name: String,
    /// How a guest is found again.
    pub email: String,
    /// Free text.
    pub phone: String,
}

/// Begins a visit. Errors: 422 for an e-mail that is none, or details that are too long.
pub async fn start(context: &Context, details: Details, once: Once) -> Result<Answer, Refusal> {
    let details = checked_details(&details, context.config.event.guest_form)?;
    let now = context.now();
    once.run(context, 200, move |tx| {
        Box::pin(async move {
            let guest = guest_for(tx, &details, now).await?;
            let session = sessions::start(tx, guest.id, now).await?;
            Ok(SessionView::new(session, guest, &[], None))
        })
    })
    .await
}

/// The guest with this e-mail, or one of whom nothing is known.
pub async fn guest_for(
    tx: &impl ConnectionTrait,
    details: &Details,
    now: Timestamp,
) -> Result<Guest, Refusal> {
    if details.email.is_empty() {
        return Ok(guests::make_anonymous(tx, &details.name, now).await?);
    }
    Ok(guests::find_or_make(tx, &details.email, &details.name, &details.phone, now).await?)
}

/// The details without spaces around them. With `form`, name and e-mail must be there.
///
/// Errors: 422 for an e-mail that is none, or details that are too long.
pub fn checked_details(details: &Details, form: bool) -> Result<Details, Refusal> {
    let details = Details {
        name: details.name.trim().to_owned(),
        email: details.email.trim().to_owned(),
        phone: details.phone.trim().to_owned(),
    };
    for (field, text) in [("name", &details.name), ("phone", &details.phone)] {
        if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
            let detail = format!("{field} must be one line of at most {MAX_TEXT} characters.");
            return Err(Refusal::unprocessable("details_invalid", detail));
        }
    }
    if details.email.is_empty() && !form {
        return Ok(details);
    }
    if form && details.name.is_empty() {
        return Err(Refusal::unprocessable(
            "details_invalid",
            "name must not be empty.",
        ));
    }
    let options = Options::default()
        .without_display_text()
        .without_domain_literal()
        .with_required_tld();
    if EmailAddress::parse_with_options(&details.email, options).is_err() {
        return Err(Refusal::unprocessable(
            "email_invalid",
            "email is not an e-mail address.",
        ));
    }
    Ok(details)
}

/// The session as the contract shows it. Errors: 404.
pub async fn show(context: &Context, id: SessionId) -> Result<SessionView, Refusal> {
    present(context.database.reader(), id).await
}

/// Picks a look. Errors: 404 for an unknown session or theme.
pub async fn pick_theme(context: &Context, id: SessionId, theme: &str) -> Result<SessionView, Refusal> {
    let theme = ThemeId::from_str(theme).map_err(|_| theme_unknown())?;
    let now = context.now();
    context
        .database
        .write(move |tx| {
            Box::pin(async move {
                let session = sessions::lock(tx, id).await?.ok_or_else(session_unknown)?;
                themes::find(tx, &theme).await?.ok_or_else(theme_unknown)?;
                let status = match session.status {
                    SessionStatus::PhotoUploaded => SessionStatus::PhotoUploaded,
                    SessionStatus::Draft | SessionStatus::ThemeSelected => SessionStatus::ThemeSelected,
                };
                sessions::set_theme(tx, id, &theme, status, now).await?;
                present(tx, id).await
            })
        })
        .await
}

/// How new photos stand to those that the session has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The new photo takes the place of all others.
    Replaces,
    /// The new photos come behind the others, unless a job was made of those: then a new series begins.
    Adds,
}

/// Takes photos for a session that can use them.
///
/// Errors: 404; 409 while a job of the session runs; the refusals of
/// [`intake::store`]; 422 for more photos than a session may have; 507 for more than the booth may keep.
pub async fn take_photos(
    context: &Context,
    id: SessionId,
    received: Vec<Received>,
    arrival: Arrival,
    once: Once,
) -> Result<Answer, Refusal> {
    if let Some(answer) = once.given_before(context).await? {
        return Ok(answer);
    }
    ready_for_photos(context.database.reader(), id).await?;
    let mut stored = Vec::with_capacity(received.len());
    for photo in received {
        stored.push(intake::store(context, photo).await?);
    }
    let rows: Vec<_> = stored.iter().map(|photo| photo.row.clone()).collect();
    let warnings = remarks::on_upload(&stored);
    let (now, limits) = (context.now(), context.config.limits.clone());
    let (changed_out, changed_in) = tokio::sync::oneshot::channel();
    let answer = once.run(context, 200, move |tx| {
        Box::pin(async move {
            sessions::lock(tx, id).await?.ok_or_else(session_unknown)?;
            ready_for_photos(tx, id).await?;
            let retired = match arrival {
                Arrival::Adds if !photos::current_are_used(tx, id).await? => Vec::new(),
                Arrival::Adds | Arrival::Replaces => photos::retire_current(tx, id).await?,
            };
            let added = intake::add_rows(tx, id, &rows, &limits, now).await?;
            let limit = limits.photos_per_session;
            if photos::current_count(tx, id).await? > u64::from(limit) {
                let detail = format!("A session takes at most {limit} photos.");
                return Err(Refusal::unprocessable("too_many_photos", detail));
            }
            sessions::set_status(tx, id, SessionStatus::PhotoUploaded, now).await?;
            let _ = changed_out.send((added, retired));
            let session = present(tx, id).await?;
            Ok(UploadView { session, warnings })
        })
    });
    let answer = answer.await?;
    if !answer.replayed {
        stored.into_iter().for_each(StoredPhoto::keep);
        let (added, retired) = changed_in.await.unwrap_or_default();
        context.feed.announce(context.database.engine(), added);
        delete_files(context, &retired);
    }
    Ok(answer)
}

async fn ready_for_photos(db: &impl ConnectionTrait, id: SessionId) -> Result<(), Refusal> {
    sessions::find(db, id).await?.ok_or_else(session_unknown)?;
    if jobs::is_busy(db, id).await? {
        return Err(busy());
    }
    Ok(())
}

/// 409 for a session whose job is still running.
pub fn busy() -> Refusal {
    let detail = "This session's job is still running; wait for it, or start a new session.";
    Refusal::conflict("session_busy", detail)
}

/// Deletes the files of photos whose rows are gone.
pub fn delete_files(context: &Context, photos: &[Photo]) {
    for photo in photos {
        remove_quietly(&context.places.originals.join(&photo.file_name));
        remove_quietly(&context.places.previews.join(&photo.preview_name));
        if let Some(clip) = &photo.clip_name {
            remove_quietly(&context.places.originals.join(clip));
        }
    }
}

async fn present(db: &impl ConnectionTrait, id: SessionId) -> Result<SessionView, Refusal> {
    let session = sessions::find(db, id).await?.ok_or_else(session_unknown)?;
    let guest = guests::find(db, session.guest_id)
        .await?
        .ok_or_else(session_unknown)?;
    let current = photos::current(db, id).await?;
    let latest = match jobs::latest_of(db, id).await? {
        Some(job) => Some(view_of(db, job).await?),
        None => None,
    };
    Ok(SessionView::new(session, guest, &current, latest))
}

/// 404 for a session.
pub fn session_unknown() -> Refusal {
    Refusal::not_found("session_not_found", "There is no such session.")
}

/// 404 for a theme.
pub fn theme_unknown() -> Refusal {
    Refusal::not_found("theme_not_found", "There is no such theme.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(name: &str, email: &str) -> Details {
        Details {
            name: name.to_owned(),
            email: email.to_owned(),
            phone: String::new(),
        }
    }

    #[test]
    fn an_event_with_the_form_wants_a_name_and_a_real_address() {
        assert!(checked_details(&details("Ada", "ada@example.com"), true).is_ok());
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "ada@localhost",
            "Ada <ada@example.com>",
        ] {
            assert_eq!(
                checked_details(&details("Ada", bad), true).unwrap_err().code,
                "email_invalid",
                "{bad}"
            );
        }
        assert_eq!(
            checked_details(&details("", "ada@example.com"), true)
                .unwrap_err()
                .code,
            "details_invalid"
        );
    }

    #[test]
    fn an_event_without_the_form_takes_nothing_but_still_no_nonsense() {
        assert!(checked_details(&Details::default(), false).is_ok());
        assert!(checked_details(&details("", "nonsense"), false).is_err());
    }

    #[test]
    fn a_name_is_one_line_of_bearable_length() {
        assert!(checked_details(&details("Ada\r\nBcc: x", "ada@example.com"), true).is_err());
        assert!(checked_details(&details(&"x".repeat(201), "ada@example.com"), true).is_err());
    }
}
