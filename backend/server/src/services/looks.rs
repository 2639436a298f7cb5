//! The looks that we ship: themes of a fresh machine, with thumbnails drawn when somebody first asks.

use boothline_domain::clock::Timestamp;
use boothline_imaging::looks;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::{Overlays, Scene, render_preview};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;
use boothline_store::themes::Theme;
use boothline_store::{Database, StoreError, settings, themes};
use serde_json::json;

use crate::context::Context;
use crate::places::write_whole;
use crate::refusal::Refusal;
use crate::services::intake;
use crate::services::rendering::outputs;

/// Begins the names of thumbnails that we draw ourselves.
pub const BUILT_IN: &str = "look-";
const SEEDED: &str = "themes_seeded";
const THUMBNAIL_EDGE: u32 = 480;
/// Of the sample photo, in pixels.
const SAMPLE: (u32, u32) = (900, 1200);
/// More than drawing any look at this size takes, in bytes.
const COST: u64 = 64 * 1024 * 1024;

/// On the first start, the looks that a fresh machine begins with. Those that an
/// operator deletes later stay deleted.
pub async fn seed(database: &Database, now: Timestamp) -> Result<(), Refusal> {
    if settings::get(database.reader(), SEEDED).await?.is_some() {
        return Ok(());
    }
    let built_in = looks::builtin()
        .iter()
        .map(built_in_theme)
        .collect::<Result<Vec<_>, _>>()?;
    let seeded = database.write(move |tx| {
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
    if count > 0 {
        tracing::info!(count, "Added {count} built-in looks");
    }
    Ok(())
}

fn built_in_theme(look: &looks::BuiltinLook) -> Result<Theme, Refusal> {
    let params = json!({
        "aspect_ratio": look.recipe.aspect_ratio(),
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

/// Draws the thumbnail of a built-in look and keeps it under `name`. Errors: 404 for an unknown look.
pub async fn draw_thumbnail(context: &Context, name: &str) -> Result<(), Refusal> {
    let id = name
        .strip_prefix(BUILT_IN)
        .and_then(|rest| rest.strip_suffix(".jpg"))
        .unwrap_or_default();
    let look = looks::builtin().iter().find(|look| look.id == id);
    let look = look.ok_or_else(|| Refusal::not_found("file_not_found", "There is no such picture."))?;
    let path = context.places.themes.join(name);
    let (limits, outputs) = (intake::limits(context), outputs(context));
    let event = context.config.event.name.clone();
    let drawn = context.studio.run(COST, move || {
        let photos: Vec<Vec<u8>> = (0..look.recipe.shots())
            .map(|shot| sample_photo(&look.recipe, shot))
            .collect::<Result<_, _>>()?;
        let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
        let variables = Variables {
            event,
            ..Variables::default()
        };
        let scene = Scene {
            recipe: &look.recipe,
            photos: &photos,
            assets: &(),
            overlays: &Overlays::new(),
            overlay: None,
            variables: &variables,
            qr_text: None,
            limits: &limits,
            outputs: &outputs,
        };
        let picture = render_preview(&scene, THUMBNAIL_EDGE).map_err(Refusal::internal)?;
        Ok::<_, Refusal>(write_whole(&path, &picture.bytes)?)
    });
    drawn.await?
}

fn sample_photo(recipe: &Recipe, shot: u32) -> Result<Vec<u8>, Refusal> {
    let photo = sample::photo_for(recipe, SAMPLE.0, SAMPLE.1, u64::from(shot));
    boothline_imaging::encode::jpeg(&photo, 90, &Default::default()).map_err(Refusal::internal)
}
