//! Decodes the photos once each and cuts every view of them that the slots show.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Pixels, RenderError, RenderWarning, Scene};
use crate::decode::raw::Raw;
use crate::decode::{Want, decode_raw};
use crate::layout::cover;
use crate::probe::probe;
use crate::recipe::{Recipe, Slot};
use crate::resize::CropBox;
use crate::{filter, key};

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
        let shown: Vec<_> = places.iter().map(|place| &slots[*place]).collect();
        let mut photo = decoded(scene, index, &shown)?;
        let cut = cut(&mut photo, &places, slots, scene.recipe);
        Ok((index, photo.warnings().to_vec(), cut))
    });
    let done: Vec<_> = done.collect::<Result<_, RenderError>>()?;
    Ok(sorted(done, slots.len()))
}

/// One photo of the scene, for the views that these slots show of it.
pub(super) fn decoded(scene: &Scene<'_>, index: usize, slots: &[&Slot]) -> Result<Raw, RenderError> {
    let refused = |source| RenderError::Photo { index, source };
    let probe = probe(scene.photos[index], scene.limits).map_err(refused)?;
    let parts = slots.iter().map(|slot| {
        let size = (slot.width, slot.height);
        cover(probe.size(), size, slot.focus).with_surroundings(size)
    });
    let (width, height) = probe.size();
    let part = parts
        .reduce(CropBox::joined)
        .unwrap_or(CropBox::whole(width, height));
    let want = want_for(slots.iter().copied());
    decode_raw(scene.photos[index], &probe, scene.limits, want, part).map_err(refused)
}

/// Every photo as every slot would show it, photo by photo.
pub(super) fn views_of_each_photo(
    scene: &Scene<'_>,
    slots: &[Slot],
) -> Result<Vec<Vec<Arc<Pixels>>>, RenderError> {
    let shown: Vec<_> = slots.iter().collect();
    let places: Vec<usize> = (0..slots.len()).collect();
    let views = (0..scene.photos.len()).into_par_iter().map(|index| {
        let cut = cut(&mut decoded(scene, index, &shown)?, &places, slots, scene.recipe);
        Ok(cut.into_iter().map(|(_, view)| view).collect())
    });
    views.collect()
}

type Cut = Vec<(usize, Arc<Pixels>)>;

/// One view for each slot of a photo; equal slots (as on a doubled strip) share one.
fn cut(photo: &mut Raw, places: &[usize], slots: &[Slot], recipe: &Recipe) -> Cut {
    let mut cut: Cut = Vec::with_capacity(places.len());
    for &place in places {
        let slot = &slots[place];
        let twin = cut.iter().find(|(other, _)| same_view(&slots[*other], slot));
        let shared = twin.map(|(_, view)| view.clone());
        cut.push((
            place,
            shared.unwrap_or_else(|| Arc::new(view(photo, slot, recipe))),
        ));
    }
    cut
}

fn same_view(a: &Slot, b: &Slot) -> bool {
    (a.width, a.height, a.focus) == (b.width, b.height, b.focus)
}

fn view(photo: &mut Raw, slot: &Slot, recipe: &Recipe) -> Pixels {
    let size = (slot.width, slot.height);
    let part = cover(photo.size(), size, slot.focus);
    let mut view = photo.view(part, size);
    // Before the filter, which would change the cloth's colour, or spread its light over faces.
    if let Some(key) = &recipe.chroma_key {
        view = key::cut_out(view, key);
    }
    filter::apply(&mut view, recipe.filter);
    view
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
