//! What a render takes in memory, so that a budget can be asked before it starts.

use std::collections::BTreeMap;

use super::animate::{for_frames, frames_of};
use super::photos::{photo_of_each_slot, want_for};
use crate::probe::Probe;
use crate::recipe::{Recipe, Slot};

/// An upper estimate in bytes of the memory a render holds at once, beside the photos' files.
///
/// It counts the decodes (side by side, as many as there are threads), the slots' views, the
/// sheet, two full layers (a turned card or text, an overlay) and the files. `probes` belong to
/// the photos of the scene, in their order.
#[must_use]
pub fn memory_cost(recipe: &Recipe, probes: &[Probe]) -> u64 {
    // Frames are drawn when the still picture is on disk.
    still(recipe, probes).max(moving(recipe, probes))
}

/// The frames of a look that moves: every photo as every slot shows it, every frame, one sheet
/// with its layers for each thread, and the smaller frames that the files are made of.
fn moving(recipe: &Recipe, probes: &[Probe]) -> u64 {
    let count = frames_of(recipe, probes.len());
    let Some(animation) = recipe.animation.as_ref().filter(|_| count > 1) else {
        return 0;
    };
    let recipe = for_frames(recipe, animation);
    let slots = recipe.filled_slots();
    let (frames, threads) = (count as u64, rayon::current_num_threads().max(1) as u64);
    let area = u64::from(recipe.canvas.width) * u64::from(recipe.canvas.height);
    let views: u64 = slots.iter().map(|slot| area_of(slot) * 4).sum();
    let decodes = probes[..count]
        .iter()
        .map(|probe| probe.decode_cost(want_for(slots.iter())));
    let decoding = side_by_side(decodes.collect());
    let composing = area * 4 * 3 * threads;
    // Scaled frames at 3 bytes a pixel, palette places at 1, and what libwebp holds of two frames.
    let encoding = area * (4 * frames + 16);
    frames * (views + area * 3) + decoding.max(composing).max(encoding)
}

fn still(recipe: &Recipe, probes: &[Probe]) -> u64 {
    let slots = recipe.filled_slots();
    let area = u64::from(recipe.canvas.width) * u64::from(recipe.canvas.height);
    let views: u64 = slots.iter().map(|slot| area_of(slot) * 4).sum();
    // While a view is cut out it is there twice.
    let views = if recipe.chroma_key.is_some() {
        views * 2
    } else {
        views
    };
    // Composing comes after decoding: the larger of the two counts.
    let composing = area * 4 * 3;
    // A copy at 4 bytes a pixel being scaled, and three files, each below a byte a pixel.
    let encoding = area * (4 + 4 + 2);
    let decoding = decoding(recipe, &slots, probes);
    views + decoding.max(composing).max(encoding)
}

fn decoding(recipe: &Recipe, slots: &[Slot], probes: &[Probe]) -> u64 {
    let mut slots_of: BTreeMap<usize, Vec<&Slot>> = BTreeMap::new();
    for (slot, photo) in slots.iter().zip(photo_of_each_slot(recipe, probes.len())) {
        slots_of.entry(photo).or_default().push(slot);
    }
    let costs = slots_of
        .into_iter()
        .filter_map(|(photo, slots)| Some(probes.get(photo)?.decode_cost(want_for(slots.into_iter()))));
    side_by_side(costs.collect())
}

/// The dearest of these, as many as run at once.
fn side_by_side(mut costs: Vec<u64>) -> u64 {
    costs.sort_unstable_by(|a, b| b.cmp(a));
    costs.iter().take(rayon::current_num_threads().max(1)).sum()
}

fn area_of(slot: &Slot) -> u64 {
    u64::from(slot.width) * u64::from(slot.height)
}
