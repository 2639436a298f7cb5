//! The pictures of a theme: its thumbnail, its frame, and what its recipe names.

use std::collections::HashMap;
use std::sync::Arc;

use boothline_imaging::decode::Want;
use boothline_imaging::layout::{WindowsError, slots_from_overlay};
use boothline_imaging::limits::Limits;
use boothline_imaging::preview::fitted;
use boothline_imaging::probe::Format;
use boothline_imaging::recipe::{Recipe, Slot};
use boothline_imaging::{looks, probe};

use crate::context::Context;
use crate::places::{Places, random_name, write_whole};
use crate::refusal::Refusal;
use crate::services::intake::{self, Published, Received};

/// Long edge of a theme's thumbnail, in pixels.
const THUMBNAIL_EDGE: u32 = 480;
const THUMBNAIL_QUALITY: u8 = 80;

/// Errors: 422 for a recipe that names a picture which nobody has.
pub(super) fn check_assets(places: &Places, recipe: &Recipe) -> Result<(), Refusal> {
    for name in recipe.asset_names() {
        let sent = is_plain(name) && places.themes.join(name).is_file();
        if !sent && !is_built_in(name) {
            let detail =
                format!("The recipe names the picture {name:?}, which does not exist; upload it as overlay.");
            return Err(Refusal::unprocessable("asset_unknown", detail));
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !name.starts_with('.')
}

fn is_built_in(name: &str) -> bool {
    name.starts_with(looks::ASSET_PREFIX) && looks::asset(name).is_some()
}

/// The pictures that operators sent for a recipe, by the names that it gives them.
pub async fn assets_of(places: &Places, recipe: &Recipe) -> std::io::Result<HashMap<String, Vec<u8>>> {
    let mut assets = HashMap::new();
    for name in recipe.asset_names().into_iter().filter(|name| is_plain(name)) {
        assets.insert(name.to_owned(), tokio::fs::read(places.themes.join(name)).await?);
    }
    Ok(assets)
}

/// A frame on disk whose theme is not written yet.
pub(super) struct StoredOverlay {
    pub(super) name: String,
    pub(super) size: (u32, u32),
    pub(super) windows: Result<Vec<Slot>, WindowsError>,
    pub(super) file: Published,
}

/// Stores a frame. Errors: 422 for anything but a whole PNG.
pub(super) async fn store_overlay(
    context: &Context,
    overlay: Option<Received>,
) -> Result<Option<StoredOverlay>, Refusal> {
    let Some(overlay) = overlay else { return Ok(None) };
    let limits = Limits {
        max_pixels: 6000 * 6000,
        ..intake::limits(context)
    };
    let name = format!("{}.png", random_name());
    let path = context.places.themes.join(&name);
    let published = path.clone();
    let read = context
        .studio
        .run(overlay.bytes + intake::decoded_size((6000, 6000)), move || {
            let bytes = std::fs::read(overlay.path())?;
            let refused = |detail: String| Refusal::unprocessable("overlay_invalid", detail);
            let probe = probe::probe(&bytes, &limits).map_err(|error| refused(error.to_string()))?;
            if probe.format != Format::Png {
                return Err(refused("An overlay must be a PNG file.".to_owned()));
            }
            let windows = slots_from_overlay(&bytes, &limits);
            if let Err(WindowsError::Unreadable(error)) = &windows {
                return Err(refused(error.to_string()));
            }
            overlay.publish(&published)?;
            Ok::<_, Refusal>((probe.size(), windows))
        });
    let (size, windows) = read.await??;
    Ok(Some(StoredOverlay {
        name,
        size,
        windows,
        file: Published::new(path),
    }))
}

/// Stores a small copy of the picture that stands for a theme. Errors: those of a photo.
pub(super) async fn store_thumbnail(
    context: &Context,
    thumbnail: Received,
) -> Result<(String, Published), Refusal> {
    let limits = intake::limits(context);
    let path = thumbnail.path().to_owned();
    let (places, bytes) = (Arc::clone(&context.places), thumbnail.bytes);
    let read = context.studio.run(bytes + intake::PROBE_COST, {
        let path = path.clone();
        move || intake::probe_file(&path, &limits)?.map_err(|error| intake::photo_refused(&error))
    });
    let want = Want::AtLeast {
        width: THUMBNAIL_EDGE,
        height: THUMBNAIL_EDGE,
    };
    let cost = bytes + read.await??.decode_cost(want);
    let stored = context.studio.run(cost, move || {
        let small = fitted(&std::fs::read(&path)?, &limits, THUMBNAIL_EDGE, THUMBNAIL_QUALITY);
        let small = small.map_err(|error| intake::photo_refused(&error))?;
        let name = format!("{}.jpg", random_name());
        let file = places.themes.join(&name);
        write_whole(&file, &small.jpeg)?;
        drop(thumbnail);
        Ok::<_, Refusal>((name, Published::new(file)))
    });
    stored.await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_asset_name_is_a_path() {
        assert!(is_plain("look-1_a.png"));
        for path in ["../x", "a/b", ".hidden", "a\\b", "a b", "\u{0}"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
