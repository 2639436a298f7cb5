//! Decodes the photos once each and cuts every view of them that the slots show.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Pixels, RenderError, RenderWarning, Scene};
use crate::decode::{self, Photo, Want};
use crate::filter;
use crate::layout::cover;
use crate::recipe::{Focus, Recipe, Slot};
use crate::resize::{resize_rgb, resize_rgba};

/// The filtered view of each slot, in the slots' order. Slots that show the same share it.
pub(super) struct Views {
    pub(super) of_slots: Vec<Arc<Pixels>>,
    pub(super) warnings: Vec<RenderWarning>,
}

/// Which photo each slot shows when there are `photos` of them: the shots begin again when the
/// photos run out. A look that moves begins with its poster.
pub(super) fn photo_of_each_slot(recipe: &Recipe, photos: usize) -> Vec<usize> {
    let shots = recipe.shot_of_each_slot().into_iter();
    shots
        .map(|shot| (shot + recipe.poster()) as usize % photos.max(1))
        .collect()
}

/// The size at which a photo is decoded: enough for the largest of its slots.
pub(super) fn want_for<'a>(slots: impl Iterator<Item = &'a Slot>) -> Want {
    let (width, height) = slots.fold((1, 1), |(width, height), slot| {
        (slot.width.max(width), slot.height.max(height))
    });
    Want::AtLeast { width, height }
}

/// Decodes, crops, scales and filters, one photo beside the other.
pub(super) fn views(scene: &Scene<'_>, slots: &[Slot]) -> Result<Views, RenderError> {
    let mut slots_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let shown = photo_of_each_slot(scene.recipe, scene.photos.len());
    for (slot, photo) in shown.into_iter().enumerate() {
        slots_of.entry(photo).or_default().push(slot);
    }
    let done = slots_of.into_par_iter().map(|(index, places)| {
        let want = want_for(places.iter().map(|place| &slots[*place]));
        let photo = decode::decode(scene.photos[index], scene.limits, want)
            .map_err(|source| RenderError::Photo { index, source })?;
        let warnings = photo.warnings.clone();
        Ok((index, warnings, cut(&photo, &places, slots, scene.recipe)))
    });
    let done: Vec<_> = done.collect::<Result<_, RenderError>>()?;
    Ok(sorted(done, slots.len()))
}

/// Every photo as every slot would show it, photo by photo.
pub(super) fn views_of_each_photo(
    scene: &Scene<'_>,
    slots: &[Slot],
) -> Result<Vec<Vec<Arc<Pixels>>>, RenderError> {
    let want = want_for(slots.iter());
    let places: Vec<usize> = (0..slots.len()).collect();
    let views = scene.photos.par_iter().enumerate().map(|(index, bytes)| {
        let photo = decode::decode(bytes, scene.limits, want)
            .map_err(|source| RenderError::Photo { index, source })?;
        let cut = cut(&photo, &places, slots, scene.recipe);
        Ok(cut.into_iter().map(|(_, view)| view).collect())
    });
    views.collect()
}

type Cut = Vec<(usize, Arc<Pixels>)>;

/// One view for each slot of a photo; equal slots (as on a doubled strip) share one.
fn cut(photo: &Photo, places: &[usize], slots: &[Slot], recipe: &Recipe) -> Cut {
    let mut cut: Cut = Vec::with_capacity(places.len());
    for &place in places {
        let slot = &slots[place];
        let twin = cut.iter().find(|(other, _)| same_view(&slots[*other], slot));
        let view = twin.map_or_else(|| Arc::new(view(photo, slot, recipe)), |(_, view)| view.clone());
        cut.push((place, view));
    }
    cut
}

fn same_view(a: &Slot, b: &Slot) -> bool {
    (a.width, a.height, a.focus) == (b.width, b.height, b.focus)
}

fn view(photo: &Photo, slot: &Slot, recipe: &Recipe) -> Pixels {
    let mut view = crop(&photo.pixels, (slot.width, slot.height), slot.focus);
    filter::apply(&mut view, recipe.filter);
    view
}

/// The part of a picture that fills `size` around the focus point, scaled to it.
pub(super) fn crop(pixels: &Pixels, size: (u32, u32), focus: Focus) -> Pixels {
    let part = cover(pixels.dimensions(), size, focus);
    match pixels {
        Pixels::Rgb(picture) => Pixels::Rgb(resize_rgb(picture, part, size.0, size.1)),
        Pixels::Rgba(picture) => Pixels::Rgba(resize_rgba(picture, part, size.0, size.1)),
    }
}

fn sorted(done: Vec<(usize, Vec<crate::error::Warning>, Cut)>, slots: usize) -> Views {
    let mut of_slots: BTreeMap<usize, Arc<Pixels>> = BTreeMap::new();
    let mut warnings = Vec::new();
    for (index, of_photo, cut) in done {
        let named = of_photo
            .into_iter()
            .map(|warning| RenderWarning::Photo { index, warning });
        warnings.extend(named);
        of_slots.extend(cut);
    }
    debug_assert_eq!(of_slots.len(), slots, "every slot shows a photo");
    Views {
        of_slots: of_slots.into_values().collect(),
        warnings,
    }
}
