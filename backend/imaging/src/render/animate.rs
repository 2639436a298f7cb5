//! The frames of a look that moves: the whole look, drawn once for each shot.

use std::sync::Arc;

use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::compose::{self, Composed};
use super::photos::{Views, views_of_each_photo};
use super::{Pixels, RenderError, Scene};
use crate::animation::Frames;
use crate::recipe::{Animation, Recipe};

/// The frames of a look that moves, in the size of its largest file. Nothing where the look asks
/// for none, or where there are fewer than two photos.
///
/// A frame is the look drawn with the next shot, or where it has several slots, with each of them
/// one shot further on. Photos are decoded once each, at the size the frames need. What is
/// see-through is laid on white. The still picture's warnings hold for the frames as well.
///
/// # Errors
/// As [`render`](super::render).
pub fn render_frames(scene: &Scene<'_>) -> Result<Option<Frames>, RenderError> {
    scene.recipe.validate()?;
    let Some(animation) = &scene.recipe.animation else {
        return Ok(None);
    };
    let count = frames_of(scene.recipe, scene.photos.len());
    if count < 2 {
        return Ok(None);
    }
    let recipe = for_frames(scene.recipe, animation);
    let pictures = draw(&Scene {
        recipe: &recipe,
        photos: &scene.photos[..count],
        ..*scene
    })?;
    let order = animation.kind.order(count);
    Ok(Some(Frames::new(
        pictures,
        order,
        animation.frame_ms,
        animation.loops,
    )?))
}

/// How many different frames a look makes of `photos` photos; fewer than two are no animation.
pub(super) fn frames_of(recipe: &Recipe, photos: usize) -> usize {
    photos.min(recipe.shots() as usize)
}

/// The look in the size of its largest file.
pub(super) fn for_frames(recipe: &Recipe, animation: &Animation) -> Recipe {
    let longest = recipe.canvas.width.max(recipe.canvas.height).max(1);
    let factor = f64::from(animation.largest_edge()) / f64::from(longest);
    recipe.scaled(factor.min(1.0) as f32)
}

fn draw(scene: &Scene<'_>) -> Result<Vec<RgbImage>, RenderError> {
    let slots = scene.recipe.filled_slots();
    let views = views_of_each_photo(scene, &slots)?;
    let shots = scene.recipe.shot_of_each_slot();
    let frames = (0..scene.photos.len()).into_par_iter().map(|frame| {
        let photo = |shot: u32| (shot as usize + frame) % views.len();
        let of_slots = shots
            .iter()
            .enumerate()
            .map(|(slot, shot)| Arc::clone(&views[photo(*shot)][slot]));
        let views = Views {
            of_slots: of_slots.collect(),
            warnings: Vec::new(),
        };
        let Composed { pixels, .. } = compose::put_together(scene, &slots, views)?;
        Ok(opaque(pixels))
    });
    frames.collect()
}

fn opaque(pixels: Pixels) -> RgbImage {
    pixels.flatten(Rgb([255; 3]))
}
