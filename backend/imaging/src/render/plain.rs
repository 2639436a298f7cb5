//! The photo as it is: for jobs that must not touch it.

use super::compose;
use super::outputs::{Finished, Picture, encode_all};
use super::{Outputs, Overlays, RenderError, RenderWarning, Rendered, Scene};
use crate::decode::{Want, decode_raw};
use crate::limits::Limits;
use crate::probe::probe;
use crate::recipe::{Canvas, Recipe};
use crate::resize::CropBox;
use crate::text::Variables;

/// The print resolution of pictures that no recipe gives one.
const DPI: u32 = 300;

/// Makes the three files of a photo without any look: upright, sRGB, metadata stripped, in its
/// own size, JPEG, on white where it was see-through. With an overlay the photo is cropped to the overlay's size and laid under it.
///
/// # Errors
/// [`RenderError`] when photo or overlay cannot be used.
pub fn render_plain(
    photo: &[u8],
    overlay: Option<&[u8]>,
    limits: &Limits,
    outputs: &Outputs,
) -> Result<Rendered, RenderError> {
    match overlay {
        None => alone(photo, limits, outputs),
        Some(overlay) => under(photo, overlay, limits, outputs),
    }
}

fn alone(photo: &[u8], limits: &Limits, outputs: &Outputs) -> Result<Rendered, RenderError> {
    let refused = |source| RenderError::Photo { index: 0, source };
    let probe = probe(photo, limits).map_err(refused)?;
    let (width, height) = probe.size();
    let whole = CropBox::whole(width, height);
    let photo = decode_raw(photo, &probe, limits, Want::Full, whole).map_err(refused)?;
    let (sheet, warnings) = match photo.planes(whole, (width, height)) {
        Some(planes) => (Finished::Opaque(planes), photo.warnings().to_vec()),
        None => {
            let (pixels, warnings) = photo.into_whole();
            (Finished::of(pixels, false), warnings)
        }
    };
    let warnings = warnings.into_iter();
    let warnings = warnings.map(|warning| RenderWarning::Photo { index: 0, warning });
    encode_all(&Picture { sheet, dpi: DPI }, outputs, warnings.collect())
}

fn under(photo: &[u8], overlay: &[u8], limits: &Limits, outputs: &Outputs) -> Result<Rendered, RenderError> {
    let (width, height) = probe(overlay, limits).map_err(RenderError::Overlay)?.size();
    let recipe = Recipe {
        canvas: Canvas {
            width,
            height,
            dpi: DPI,
        },
        ..Recipe::default()
    };
    let composed = compose::compose(&Scene {
        recipe: &recipe,
        photos: &[photo],
        assets: &(),
        overlays: &Overlays::new(),
        overlay: Some(overlay),
        variables: &Variables::default(),
        qr_text: None,
        limits,
        outputs,
    })?;
    let sheet = Finished::as_drawn(composed.pixels);
    encode_all(&Picture { sheet, dpi: DPI }, outputs, composed.warnings)
}
