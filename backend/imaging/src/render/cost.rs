//! What a render takes in memory, so that a budget can be asked before it starts.

use std::collections::BTreeMap;

use super::animate::{for_frames, frames_of};
use super::photos::{photo_of_each_slot, want_for};
use crate::decode::Want;
use crate::looks;
use crate::probe::Probe;
use crate::recipe::{Recipe, Slot};

/// An upper estimate in bytes of the memory a render holds at once on so many threads, beside the
/// photos' files.
///
/// It counts the decodes (side by side, one on each thread), the slots' views, the sheet, two full
/// layers (a turned card or text, an overlay) and the files. `probes` belong to the photos of the
/// scene, in their order.
#[must_use]
pub fn memory_cost(recipe: &Recipe, probes: &[Probe], threads: usize) -> u64 {
    // Frames are drawn when the still picture is on disk.
    still(recipe, probes, threads).max(moving(recipe, probes, threads))
}

/// The same for [`render_plain`](super::render_plain) without an overlay.
#[must_use]
pub fn plain_cost(photo: &Probe) -> u64 {
    let area = u64::from(photo.width) * u64::from(photo.height);
    // Pixels with alpha, the same on white, and a file.
    photo.decode_cost(Want::Full).max(area * (4 + 3 + 1))
}

/// The most that one photo takes, beside its file: as it is, or in the dearest of the built-in looks.
///
/// Photos of which this can be afforded never cost a job later.
#[must_use]
pub fn dearest_cost(photo: &Probe) -> u64 {
    let photos = std::slice::from_ref(photo);
    let looks = looks::builtin().iter();
    let dearest = looks.map(|look| memory_cost(&look.recipe, photos, 1)).max();
    plain_cost(photo).max(dearest.unwrap_or_default())
}

/// The frames of a look that moves: every photo as every slot shows it, every frame, one sheet
/// with its layers for each thread, and the smaller frames that the files are made of.
fn moving(recipe: &Recipe, probes: &[Probe], threads: usize) -> u64 {
    let count = frames_of(recipe, probes.len());
    let Some(animation) = recipe.animation.as_ref().filter(|_| count > 1) else {
        return 0;
    };
    let recipe = for_frames(recipe, animation);
    let slots = recipe.filled_slots();
    let frames = count as u64;
    let area = u64::from(recipe.canvas.width) * u64::from(recipe.canvas.height);
    let views: u64 = slots.iter().map(|slot| area_of(slot) * 4).sum();
    let decodes = probes[..count]
        .iter()
        .map(|probe| probe.decode_cost(want_for(slots.iter())));
    let decoding = side_by_side(decodes.collect(), threads);
    let composing = area * 4 * 3 * threads.max(1) as u64;
    // Scaled frames at 3 bytes a pixel, palette places at 1, and what libwebp holds of two frames.
    let encoding = area * (4 * frames + 16);
    frames * (views + area * 3) + decoding.max(composing).max(encoding)
}

fn still(recipe: &Recipe, probes: &[Probe], threads: usize) -> u64 {
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
    let decoding = decoding(recipe, &slots, probes, threads);
    views + decoding.max(composing).max(encoding)
}

fn decoding(recipe: &Recipe, slots: &[Slot], probes: &[Probe], threads: usize) -> u64 {
    let mut slots_of: BTreeMap<usize, Vec<&Slot>> = BTreeMap::new();
    for (slot, photo) in slots.iter().zip(photo_of_each_slot(recipe, probes.len())) {
        slots_of.entry(photo).or_default().push(slot);
    }
    let costs = slots_of
        .into_iter()
        .filter_map(|(photo, slots)| Some(probes.get(photo)?.decode_cost(want_for(slots.into_iter()))));
    side_by_side(costs.collect(), threads)
}

/// The dearest of these, as many as run at once.
fn side_by_side(mut costs: Vec<u64>, threads: usize) -> u64 {
    costs.sort_unstable_by(|a, b| b.cmp(a));
    costs.iter().take(threads.max(1)).sum()
}

fn area_of(slot: &Slot) -> u64 {
    u64::from(slot.width) * u64::from(slot.height)
}
