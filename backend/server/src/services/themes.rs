//! Themes: what a guest picks.

mod params;
mod pictures;

use std::str::FromStr;

use boothline_domain::ThemeId;
use boothline_store::themes::Theme;
use boothline_store::{sessions, themes};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

pub use pictures::assets_of;

use crate::context::Context;
use crate::places::remove_quietly;
use crate::refusal::Refusal;
use crate::services::intake::{Published, Received};
use crate::services::once::{Answer, Once};
use crate::services::sessions::theme_unknown;
use crate::services::views::{InternalThemeView, ThemeView};
use params::new_params;
use pictures::{store_overlay, store_thumbnail};

const MAX_TITLE: usize = 100;
const MAX_PROMPT: usize = 4000;
/// `/themes/internal` is a list; a theme of that id could not be reached there.
const RESERVED: &str = "internal";

/// What an operator sends; `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct Draft {
    /// Shown to guests.
    pub title: Option<String>,
    /// For a paid generator.
    pub prompt: Option<String>,
    /// For a paid generator; empty clears it.
    pub negative_prompt: Option<String>,
    /// Such as `2:3`.
    pub aspect_ratio: Option<String>,
    /// JSON: `recipe`, and whatever else a kiosk keeps there.
    pub params: Option<String>,
    /// A small picture of the look.
    pub thumbnail: Option<Received>,
    /// A PNG for the recipe's overlay; its transparent windows become slots where the recipe has none.
    pub overlay: Option<Received>,
}

/// All themes in display order.
pub async fn list(context: &Context) -> Result<Vec<ThemeView>, Refusal> {
    let all = themes::all(context.database.reader()).await?;
    Ok(all.into_iter().map(ThemeView::from).collect())
}

/// All themes with their prompts.
pub async fn list_internal(context: &Context) -> Result<Vec<InternalThemeView>, Refusal> {
    let all = themes::all(context.database.reader()).await?;
    Ok(all.into_iter().map(InternalThemeView::from).collect())
}

/// One theme with its prompts. Errors: 404.
pub async fn show_internal(context: &Context, id: &str) -> Result<InternalThemeView, Refusal> {
    Ok(find(context.database.reader(), id).await?.into())
}

async fn find(db: &impl ConnectionTrait, id: &str) -> Result<Theme, Refusal> {
    let id = ThemeId::from_str(id).map_err(|_| theme_unknown())?;
    themes::find(db, &id).await?.ok_or_else(theme_unknown)
}

/// Makes a theme. Errors: 422 naming the field that is missing or wrong.
pub async fn create(context: &Context, draft: Draft, once: Once) -> Result<Answer, Refusal> {
    if let Some(answer) = once.given_before(context).await? {
        return Ok(answer);
    }
    let missing = |field: &str| Refusal::unprocessable("field_missing", format!("{field} is missing."));
    let title = draft
        .title
        .as_deref()
        .map(checked_title)
        .transpose()?
        .ok_or_else(|| missing("title"))?;
    let prompt = draft
        .prompt
        .as_deref()
        .map(checked_prompt)
        .transpose()?
        .ok_or_else(|| missing("prompt"))?;
    let negative_prompt = negative(draft.negative_prompt.as_deref())?;
    let thumbnail = draft.thumbnail.ok_or_else(|| missing("thumbnail"))?;
    let (thumbnail_name, thumbnail_file) = store_thumbnail(context, thumbnail).await?;
    let overlay = store_overlay(context, draft.overlay).await?;
    let old = json!({});
    let params = new_params(
        &context.places,
        context.studio.budget(),
        &old,
        draft.aspect_ratio.as_deref(),
        draft.params.as_deref(),
        overlay.as_ref(),
    )?;
    let now = context.now();
    let theme = Theme {
        id: String::new(),
        title,
        prompt,
        negative_prompt,
        params: params.to_string(),
        thumbnail_name,
    };
    let answer = once.run(context, 200, move |tx| {
        Box::pin(async move {
            let theme = Theme {
                id: free_id(tx, &theme.title).await?.into(),
                ..theme
            };
            themes::add(tx, &theme, now).await?;
            Ok(InternalThemeView::from(theme))
        })
    });
    let answer = answer.await?;
    if !answer.replayed {
        thumbnail_file.keep();
        overlay.into_iter().for_each(|overlay| overlay.file.keep());
    }
    Ok(answer)
}

/// Changes a theme. Errors: 404; 422 naming the field that is wrong.
pub async fn update(context: &Context, id: &str, draft: Draft) -> Result<InternalThemeView, Refusal> {
    let old = find(context.database.reader(), id).await?;
    let mut theme = old.clone();
    if let Some(title) = draft.title.as_deref() {
        theme.title = checked_title(title)?;
    }
    if let Some(prompt) = draft.prompt.as_deref() {
        theme.prompt = checked_prompt(prompt)?;
    }
    if draft.negative_prompt.is_some() {
        theme.negative_prompt = negative(draft.negative_prompt.as_deref())?;
    }
    let mut files = Vec::new();
    if let Some(thumbnail) = draft.thumbnail {
        let (name, file) = store_thumbnail(context, thumbnail).await?;
        theme.thumbnail_name = name;
        files.push(file);
    }
    let overlay = store_overlay(context, draft.overlay).await?;
    let params: Value = serde_json::from_str(&old.params).map_err(Refusal::internal)?;
    let params = new_params(
        &context.places,
        context.studio.budget(),
        &params,
        draft.aspect_ratio.as_deref(),
        draft.params.as_deref(),
        overlay.as_ref(),
    )?;
    theme.params = params.to_string();
    files.extend(overlay.map(|overlay| overlay.file));
    let now = context.now();
    let changed = theme.clone();
    context
        .database
        .write(move |tx| Box::pin(async move { themes::update(tx, &changed, now).await }))
        .await?;
    files.into_iter().for_each(Published::keep);
    if old.thumbnail_name != theme.thumbnail_name {
        remove_quietly(&context.places.themes.join(&old.thumbnail_name));
    }
    Ok(theme.into())
}

/// Deletes a theme. Jobs keep the recipe that they were accepted with. Errors: 404.
pub async fn delete(context: &Context, id: &str) -> Result<(), Refusal> {
    let theme = find(context.database.reader(), id).await?;
    let theme_id = ThemeId::from_str(&theme.id).map_err(Refusal::internal)?;
    let now = context.now();
    let deleted = context.database.write(move |tx| {
        Box::pin(async move {
            sessions::forget_theme(tx, &theme_id, now).await?;
            themes::delete(tx, &theme_id).await
        })
    });
    if !deleted.await? {
        return Err(theme_unknown());
    }
    remove_quietly(&context.places.themes.join(&theme.thumbnail_name));
    Ok(())
}

fn checked_title(title: &str) -> Result<String, Refusal> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > MAX_TITLE || title.chars().any(char::is_control) {
        let detail = format!("title must be one line of 1 to {MAX_TITLE} characters.");
        return Err(Refusal::unprocessable("title_invalid", detail));
    }
    Ok(title.to_owned())
}

fn checked_prompt(prompt: &str) -> Result<String, Refusal> {
    if prompt.chars().count() > MAX_PROMPT {
        let detail = format!("prompt and negative_prompt take at most {MAX_PROMPT} characters.");
        return Err(Refusal::unprocessable("prompt_invalid", detail));
    }
    Ok(prompt.trim().to_owned())
}

fn negative(prompt: Option<&str>) -> Result<Option<String>, Refusal> {
    let prompt = prompt.map(checked_prompt).transpose()?;
    Ok(prompt.filter(|prompt| !prompt.is_empty()))
}

async fn free_id(db: &impl ConnectionTrait, title: &str) -> Result<ThemeId, Refusal> {
    let title = deunicode::deunicode(title);
    for attempt in 0..1000 {
        let id = ThemeId::from_title(&title, attempt);
        if id.as_str() != RESERVED && themes::find(db, &id).await?.is_none() {
            return Ok(id);
        }
    }
    Err(Refusal::conflict(
        "title_taken",
        "There are too many themes with this title; choose another one.",
    ))
}
