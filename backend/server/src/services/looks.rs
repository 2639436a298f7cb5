//! Thumbnails of the looks that we ship, drawn when somebody first asks for one.

use boothline_imaging::looks;
use boothline_imaging::render::{Scene, render_preview};
use boothline_imaging::sample;
use boothline_imaging::text::Variables;

use crate::context::Context;
use crate::places::write_whole;
use crate::refusal::Refusal;
use crate::services::intake;
use crate::services::rendering::outputs;
use crate::services::themes::BUILT_IN;

const THUMBNAIL_EDGE: u32 = 480;
/// Of the sample photo, in pixels.
const SAMPLE: (u32, u32) = (900, 1200);
/// More than drawing any look at this size takes, in bytes.
const COST: u64 = 64 * 1024 * 1024;

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
            .map(sample_photo)
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

fn sample_photo(shot: u32) -> Result<Vec<u8>, Refusal> {
    let photo = sample::photo(SAMPLE.0, SAMPLE.1, u64::from(shot));
    boothline_imaging::encode::jpeg(&photo, 90, &Default::default()).map_err(Refusal::internal)
}
