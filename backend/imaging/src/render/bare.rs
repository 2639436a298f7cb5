//! A look that is nothing but one photo, all over the canvas: where its colours are sRGB it never leaves the planes of
//! its file.

use super::outputs::Finished;
use super::photos::{decoded, photo_of_each_slot};
use super::{RenderError, RenderWarning, Scene};
use crate::decode::Pixels;
use crate::layout::cover;
use crate::recipe::{FilterName, Slot};

/// The photo as the finished picture, where the look adds nothing to it and nothing shines through it.
pub(super) fn picture(scene: &Scene<'_>) -> Result<Option<(Finished, Vec<RenderWarning>)>, RenderError> {
    let Some(slot) = only_slot(scene).filter(|_| !scene.photos.is_empty()) else {
        return Ok(None);
    };
    let index = photo_of_each_slot(scene.recipe, scene.photos.len())[0];
    let mut photo = decoded(scene, index, &[&slot])?;
    let size = (slot.width, slot.height);
    let part = cover(photo.size(), size, slot.focus);
    let sheet = match photo.planes(part, size) {
        Some(planes) => Finished::Opaque(planes),
        None => match photo.view(part, size) {
            pixels @ Pixels::Rgb(_) => Finished::of(pixels, false),
            Pixels::Rgba(_) => return Ok(None),
        },
    };
    let warnings = photo.warnings().iter();
    let warnings = warnings.map(|&warning| RenderWarning::Photo { index, warning });
    Ok(Some((sheet, warnings.collect())))
}

/// The slot of a look that shows one photo and nothing else.
fn only_slot(scene: &Scene<'_>) -> Option<Slot> {
    let recipe = scene.recipe;
    let is_filtered = recipe.filter.name != FilterName::None && recipe.filter.strength > 0.0;
    let has_more = recipe.overlay.is_some()
        || recipe.chroma_key.is_some()
        || !recipe.texts.is_empty()
        || scene.overlay.is_some()
        || (recipe.qr.is_some() && scene.qr_text.is_some());
    if is_filtered || has_more || recipe.is_transparent() {
        return None;
    }
    let [slot] = &recipe.filled_slots()[..] else {
        return None;
    };
    let fills =
        (slot.x, slot.y, slot.width, slot.height) == (0, 0, recipe.canvas.width, recipe.canvas.height);
    (fills && slot.is_bare()).then(|| slot.clone())
}
