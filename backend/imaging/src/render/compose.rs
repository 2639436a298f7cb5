//! Puts the layers on the sheet, from back to front.

use std::sync::Arc;

use super::layers::Layers;
use super::photos::{self, Views};
use super::sheet::Sheet;
use super::{Pixels, RenderError, RenderWarning, Scene, backdrop, card, qr, words};
use crate::recipe::Slot;

/// The drawn canvas.
pub(super) struct Composed {
    pub(super) pixels: Pixels,
    pub(super) warnings: Vec<RenderWarning>,
}

/// Composes a scene whose recipe may still be wrong.
pub(super) fn compose(scene: &Scene<'_>) -> Result<Composed, RenderError> {
    scene.recipe.validate()?;
    compose_checked(scene)
}

/// Composes a scene whose recipe is known to be right, or is a scaled copy of such a one.
pub(super) fn compose_checked(scene: &Scene<'_>) -> Result<Composed, RenderError> {
    if scene.photos.is_empty() {
        return Err(RenderError::NoPhotos);
    }
    let slots = scene.recipe.filled_slots();
    let views = photos::views(scene, &slots)?;
    put_together(scene, &slots, views)
}

/// Composes a scene from the views that its slots show.
pub(super) fn put_together(
    scene: &Scene<'_>,
    slots: &[Slot],
    Views {
        of_slots,
        mut warnings,
    }: Views,
) -> Result<Composed, RenderError> {
    let canvas = scene.recipe.canvas;
    let layers = Layers {
        assets: scene.assets,
        limits: scene.limits,
        overlays: scene.overlays,
    };
    let mut sheet = with_photos(scene, &layers, slots, of_slots)?;
    if let Some(name) = &scene.recipe.overlay {
        sheet.lay((0, 0), layers.overlay(name, canvas)?.as_ref());
    }
    words::draw(&mut sheet, scene, &mut warnings);
    if let Some(png) = scene.overlay {
        let overlay = layers.overlay_of(png, canvas).map_err(RenderError::Overlay)?;
        sheet.lay((0, 0), &overlay);
    }
    warnings.extend(qr::draw(&mut sheet, scene));
    Ok(Composed {
        pixels: sheet.into_pixels(),
        warnings,
    })
}

/// Background and slots.
fn with_photos(
    scene: &Scene<'_>,
    layers: &Layers<'_>,
    slots: &[Slot],
    views: Vec<Arc<Pixels>>,
) -> Result<Sheet, RenderError> {
    let mut cards = slots.iter().zip(views).peekable();
    let canvas = scene.recipe.canvas;
    // A photo that hides the whole background is the sheet: nothing is filled, nothing copied.
    let full = cards.next_if(|(slot, view)| {
        slot.is_bare()
            && (slot.x, slot.y) == (0, 0)
            && view.dimensions() == (canvas.width, canvas.height)
            && matches!(**view, Pixels::Rgb(_))
    });
    let mut sheet = match full.map(|(_, view)| Arc::unwrap_or_clone(view)) {
        Some(Pixels::Rgb(photo)) => Sheet::opaque(photo),
        _ => backdrop::draw(canvas, &scene.recipe.background, layers)?,
    };
    for (slot, view) in cards {
        let mask = slot
            .mask
            .as_ref()
            .map(|name| layers.mask(name, slot.width, slot.height));
        card::draw(&mut sheet, slot, &view, mask.transpose()?.as_ref());
    }
    Ok(sheet)
}
