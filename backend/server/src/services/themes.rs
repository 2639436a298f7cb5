//! Themes: what a guest picks, and the looks that a fresh machine begins with.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use boothline_domain::ThemeId;
use boothline_imaging::layout::{WindowsError, slots_from_overlay};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::preview;
use boothline_imaging::probe::Format;
use boothline_imaging::recipe::{Canvas, Recipe, RecipeError, Slot};
use boothline_imaging::{looks, probe};
use boothline_store::themes::Theme;
use boothline_store::{StoreError, sessions, settings, themes};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::context::Context;
use crate::places::{Places, random_name, remove_quietly, write_whole};
use crate::refusal::Refusal;
use crate::services::intake::{self, Published, Received};
use crate::services::once::{Answer, Once};
use crate::services::rendering::RenderingError;
use crate::services::sessions::theme_unknown;
use crate::services::views::{InternalThemeView, ThemeView};

/// Long edge of a theme's thumbnail, in pixels.
const THUMBNAIL_EDGE: u32 = 480;
const MAX_TITLE: usize = 100;
const MAX_PROMPT: usize = 4000;
const SEEDED: &str = "themes_seeded";
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
        context,
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
        context,
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

/// The params that `old` become with an aspect ratio, JSON of the operator's, and an overlay.
fn new_params(
    context: &Context,
    old: &Value,
    aspect_ratio: Option<&str>,
    sent: Option<&str>,
    overlay: Option<&StoredOverlay>,
) -> Result<Value, Refusal> {
    let mut params = old.as_object().cloned().unwrap_or_default();
    let sent = sent.map(parse_object).transpose()?.unwrap_or_default();
    params.extend(sent);
    let ratio = match aspect_ratio {
        Some(text) => Some(parse_ratio(text)?),
        None => None,
    };
    let mut recipe = match params.get("recipe") {
        Some(value) => Recipe::from_value(value).map_err(|error| recipe_refused(&error))?,
        None => Recipe {
            canvas: canvas_of(ratio.unwrap_or((2, 3))),
            ..Recipe::default()
        },
    };
    let misfit = |canvas: Canvas| ratio.filter(|(w, h)| canvas.width * h != canvas.height * w);
    if let Some(ratio) = misfit(recipe.canvas) {
        recipe = reshaped(recipe, ratio)?;
    }
    if let Some(overlay) = overlay {
        recipe = framed(recipe, overlay)?;
    }
    if misfit(recipe.canvas).is_some() {
        return Err(ratio_conflict());
    }
    check_assets(&context.places, &recipe)?;
    let (width, height) = (recipe.canvas.width, recipe.canvas.height);
    let divisor = greatest_common_divisor(width, height);
    let shown = ratio.map_or_else(
        || format!("{}:{}", width / divisor, height / divisor),
        |(w, h)| format!("{w}:{h}"),
    );
    params.insert("aspect_ratio".to_owned(), json!(shown));
    params.insert("shots".to_owned(), json!(recipe.shots()));
    params.insert(
        "recipe".to_owned(),
        serde_json::to_value(recipe).map_err(Refusal::internal)?,
    );
    Ok(Value::Object(params))
}

/// The look under an overlay. Where it has no slots, the overlay's windows are its slots, and its
/// size the canvas, printed as wide as before.
fn framed(recipe: Recipe, overlay: &StoredOverlay) -> Result<Recipe, Refusal> {
    let named = Recipe {
        overlay: Some(overlay.name.clone()),
        ..recipe
    };
    if !named.slots.is_empty() {
        return Ok(named);
    }
    let (width, height) = overlay.size;
    let inches = f64::from(named.canvas.width) / f64::from(named.canvas.dpi);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number far below 2^32; the check below knows the range"
    )]
    let dpi = (f64::from(width) / inches).round() as u32;
    let refused = |error: &WindowsError| Refusal::unprocessable("overlay_invalid", error.to_string());
    let framed = Recipe {
        canvas: Canvas { width, height, dpi },
        slots: overlay.windows.as_ref().map_err(refused)?.clone(),
        ..named
    };
    framed
        .validate()
        .map_err(|fields| recipe_refused(&RecipeError { fields }))?;
    Ok(framed)
}

/// A plain look on a canvas of another shape. Errors: 422 for a look whose parts have their places.
fn reshaped(recipe: Recipe, ratio: (u32, u32)) -> Result<Recipe, Refusal> {
    let plain =
        recipe.slots.is_empty() && recipe.texts.is_empty() && recipe.overlay.is_none() && recipe.qr.is_none();
    if !plain {
        return Err(ratio_conflict());
    }
    Ok(Recipe {
        canvas: canvas_of(ratio),
        ..recipe
    })
}

fn ratio_conflict() -> Refusal {
    let detail = "aspect_ratio does not fit the theme's recipe or overlay; send a recipe for it in params.";
    Refusal::unprocessable("aspect_ratio_conflict", detail)
}

fn parse_object(text: &str) -> Result<serde_json::Map<String, Value>, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        let detail = format!(
            "params must be a JSON object (line {}, column {}).",
            error.line(),
            error.column()
        );
        Refusal::unprocessable("params_invalid", detail)
    })
}

fn recipe_refused(error: &RecipeError) -> Refusal {
    Refusal::unprocessable("recipe_invalid", format!("{error}."))
}

fn parse_ratio(text: &str) -> Result<(u32, u32), Refusal> {
    let sides = text
        .trim()
        .split_once(':')
        .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let sides = sides.filter(|(w, h): &(u32, u32)| (1..=100).contains(w) && (1..=100).contains(h));
    sides.filter(|(w, h)| w.max(h) <= &(4 * w.min(h))).ok_or_else(|| {
        let detail =
            "aspect_ratio must be two whole numbers such as 2:3, at most four times as long as wide.";
        Refusal::unprocessable("aspect_ratio_invalid", detail)
    })
}

/// 1800 pixels on the long side, even sides, as prints of 6 inches at 300 dpi.
fn canvas_of((width, height): (u32, u32)) -> Canvas {
    let long = width.max(height);
    let side = |part: u32| (1800 * part / long) & !1;
    Canvas {
        width: side(width),
        height: side(height),
        dpi: 300,
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a.max(1)
    } else {
        greatest_common_divisor(b, a % b)
    }
}

fn check_assets(places: &Places, recipe: &Recipe) -> Result<(), Refusal> {
    for name in recipe.asset_names() {
        let sent = is_plain(name) && places.themes.join(name).is_file();
        if !sent && !is_built_in(name) {
            let detail =
                format!("The recipe names the picture {name:?}, which does not exist; upload it as overlay.");
            return Err(Refusal::unprocessable("asset_unknown", detail));
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !name.starts_with('.')
}

fn is_built_in(name: &str) -> bool {
    name.starts_with(looks::ASSET_PREFIX) && looks::asset(name).is_some()
}

/// The pictures that operators sent for a recipe, by the names that it gives them.
pub async fn assets_of(
    context: &Context,
    recipe: &Recipe,
) -> Result<HashMap<String, Vec<u8>>, RenderingError> {
    let mut assets = HashMap::new();
    for name in recipe.asset_names() {
        if is_plain(name) {
            let bytes = tokio::fs::read(context.places.themes.join(name)).await?;
            assets.insert(name.to_owned(), bytes);
        }
    }
    Ok(assets)
}

struct StoredOverlay {
    name: String,
    size: (u32, u32),
    windows: Result<Vec<Slot>, WindowsError>,
    file: Published,
}

async fn store_overlay(
    context: &Context,
    overlay: Option<Received>,
) -> Result<Option<StoredOverlay>, Refusal> {
    let Some(overlay) = overlay else { return Ok(None) };
    let limits = Limits {
        max_pixels: 6000 * 6000,
        ..intake::limits(context)
    };
    let name = format!("{}.png", random_name());
    let path = context.places.themes.join(&name);
    let published = path.clone();
    let read = context
        .studio
        .run(overlay.bytes + intake::decoded_size((6000, 6000)), move || {
            let bytes = std::fs::read(overlay.path())?;
            let refused = |detail: String| Refusal::unprocessable("overlay_invalid", detail);
            let probe = probe::probe(&bytes, &limits).map_err(|error| refused(error.to_string()))?;
            if probe.format != Format::Png {
                return Err(refused("An overlay must be a PNG file.".to_owned()));
            }
            let windows = slots_from_overlay(&bytes, &limits);
            if let Err(WindowsError::Unreadable(error)) = &windows {
                return Err(refused(error.to_string()));
            }
            overlay.publish(&published)?;
            Ok::<_, Refusal>((probe.size(), windows))
        });
    let (size, windows) = read.await??;
    Ok(Some(StoredOverlay {
        name,
        size,
        windows,
        file: Published::new(path),
    }))
}

async fn store_thumbnail(context: &Context, thumbnail: Received) -> Result<(String, Published), Refusal> {
    let limits = intake::limits(context);
    let path = thumbnail.path().to_owned();
    let (places, bytes) = (Arc::clone(&context.places), thumbnail.bytes);
    let read = context.studio.run(bytes + intake::PROBE_COST, {
        let path = path.clone();
        move || probe::probe(&std::fs::read(path)?, &limits).map_err(|error| intake::photo_refused(&error))
    });
    let cost = bytes + read.await??.decode_cost(intake::want(THUMBNAIL_EDGE));
    let stored = context.studio.run(cost, move || {
        let small = preview(&std::fs::read(&path)?, &limits, THUMBNAIL_EDGE);
        let small = small.map_err(|error| intake::photo_refused(&error))?;
        let name = format!("{}.jpg", random_name());
        let file = places.themes.join(&name);
        write_whole(&file, &small.jpeg)?;
        drop(thumbnail);
        Ok::<_, Refusal>((name, Published::new(file)))
    });
    stored.await?
}

/// On the first start, the looks that a fresh machine begins with. Those that an
/// operator deletes later stay deleted.
pub async fn seed(context: &Context) -> Result<(), Refusal> {
    if settings::get(context.database.reader(), SEEDED).await?.is_some() {
        return Ok(());
    }
    let built_in = looks::builtin()
        .iter()
        .map(built_in_theme)
        .collect::<Result<Vec<_>, _>>()?;
    let now = context.now();
    let seeded = context.database.write(move |tx| {
        Box::pin(async move {
            if !settings::claim(tx, SEEDED, "1").await? {
                return Ok::<_, StoreError>(0);
            }
            for theme in &built_in {
                themes::add(tx, theme, now).await?;
            }
            Ok(built_in.len())
        })
    });
    let count = seeded.await?;
    tracing::info!(count, "Added {count} built-in looks");
    Ok(())
}

fn built_in_theme(look: &looks::BuiltinLook) -> Result<Theme, Refusal> {
    let canvas = look.recipe.canvas;
    let divisor = greatest_common_divisor(canvas.width, canvas.height);
    let params = json!({
        "aspect_ratio": format!("{}:{}", canvas.width / divisor, canvas.height / divisor),
        "shots": look.recipe.shots(),
        "description": look.description,
        "recipe": serde_json::to_value(&look.recipe).map_err(Refusal::internal)?,
    });
    Ok(Theme {
        id: look.id.to_owned(),
        title: look.title.to_owned(),
        prompt: String::new(),
        negative_prompt: None,
        params: params.to_string(),
        thumbnail_name: format!("{BUILT_IN}{}.jpg", look.id),
    })
}

/// Begins the names of thumbnails that we draw ourselves.
pub const BUILT_IN: &str = "look-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_two_small_whole_numbers() {
        assert_eq!(parse_ratio("2:3").unwrap(), (2, 3));
        for bad in [
            "",
            "2",
            "2:0",
            "0:3",
            "a:b",
            "2:3:4",
            "1:9",
            "-2:3",
            "2.5:3",
            "1000:1000",
        ] {
            assert_eq!(
                parse_ratio(bad).unwrap_err().code,
                "aspect_ratio_invalid",
                "{bad}"
            );
        }
    }

    #[test]
    fn a_ratio_becomes_a_print_of_six_inches() {
        let canvas = canvas_of((2, 3));
        assert_eq!((canvas.width, canvas.height, canvas.dpi), (1200, 1800, 300));
        assert_eq!(canvas_of((3, 2)).width, 1800);
        assert_eq!(canvas_of((1, 1)).height, 1800);
    }

    #[test]
    fn no_asset_name_is_a_path() {
        assert!(is_plain("look-1_a.png"));
        for path in ["../x", "a/b", ".hidden", "a\\b", "a b", "\u{0}"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
