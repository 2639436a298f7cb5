//! One recipe on some photos, with a party's words.

use anyhow::Result;
use boothline_imaging::limits::Limits;
use boothline_imaging::recipe::Recipe;
use boothline_imaging::render::{Encoded, Outputs, Overlays, Scene, render};
use boothline_imaging::text::Variables;

/// The recipe's result; shots take the photos in turn.
pub(crate) fn shown(recipe: &Recipe, photos: &[Vec<u8>]) -> Result<Encoded> {
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let variables = Variables {
        event: "Hanna & Émile".to_owned(),
        date: "20 June 2026".to_owned(),
        ..Variables::default()
    };
    let rendered = render(&Scene {
        recipe,
        photos: &photos,
        assets: &(),
        overlays: &Overlays::new(),
        overlay: None,
        variables: &variables,
        qr_text: None,
        limits: &Limits::default(),
        outputs: &Outputs::default(),
    })?;
    Ok(rendered.result)
}
