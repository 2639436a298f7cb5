//! From photos and a recipe to the finished files: result, compressed copy, thumbnail.

mod animate;
mod backdrop;
mod bare;
mod blend;
mod card;
mod compose;
mod cost;
mod error;
mod layers;
mod outputs;
mod overlays;
mod photos;
mod plain;
mod qr;
mod scene;
mod shadow;
mod sheet;
mod turn;
mod words;

pub use animate::render_frames;
pub use cost::{dearest_cost, memory_cost, plain_cost};
pub use error::{RenderError, RenderWarning};
pub use outputs::{Compressed, Encoded, Outputs, Rendered, ResultFormat};
pub use overlays::Overlays;
pub use plain::render_plain;
pub use scene::{Assets, Scene};

use crate::decode::Pixels;
use compose::Composed;
use outputs::{Finished, Picture, encode_all, encode_one};

/// Makes the three files of a job.
///
/// A look with more shots than `scene.photos` begins again with the first photo. Photos are
/// decoded in parallel at the size their slots need, the files are encoded in parallel; the
/// compressed copy and the thumbnail come from pixels, never from another file.
///
/// The format is known from the recipe alone, before any photo is: PNG where
/// [`Recipe::is_transparent`](crate::recipe::Recipe::is_transparent) says so, else JPEG, with what
/// a photo or image leaves see-through laid on white.
///
/// # Errors
/// [`RenderError`] says which photo, asset or field was wrong.
pub fn render(scene: &Scene<'_>) -> Result<Rendered, RenderError> {
    scene.recipe.validate()?;
    let (sheet, warnings) = match bare::picture(scene)? {
        Some(bare) => bare,
        None => {
            let Composed { pixels, warnings } = compose::compose_checked(scene)?;
            (Finished::of(pixels, scene.recipe.is_transparent()), warnings)
        }
    };
    let dpi = scene.recipe.canvas.dpi;
    encode_all(&Picture { sheet, dpi }, scene.outputs, warnings)
}

/// The look at a smaller size as one JPEG (or PNG where it is transparent), for the theme's
/// thumbnail: everything is drawn as in [`render`], `long_edge` pixels long, never enlarged.
///
/// # Errors
/// As [`render`].
pub fn render_preview(scene: &Scene<'_>, long_edge: u32) -> Result<Encoded, RenderError> {
    let canvas = scene.recipe.canvas;
    let factor = f64::from(long_edge.max(16)) / f64::from(canvas.width.max(canvas.height).max(1));
    let recipe = scene.recipe.scaled(factor.min(1.0) as f32);
    let composed = compose::compose_checked(&Scene {
        recipe: &recipe,
        ..*scene
    })?;
    let dpi = canvas.dpi;
    let sheet = Finished::as_drawn(composed.pixels);
    encode_one(&Picture { sheet, dpi }, scene.outputs)
}
