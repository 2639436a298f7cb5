//! What a theme's `params` become: aspect ratio, recipe, and whatever else a kiosk keeps there.

use boothline_imaging::layout::WindowsError;
use boothline_imaging::recipe::{Canvas, Recipe, RecipeError};
use boothline_imaging::render::memory_cost;
use serde_json::{Value, json};

use super::pictures::{StoredOverlay, check_assets};
use crate::places::Places;
use crate::refusal::Refusal;
use crate::studio::MIB;

/// The params that `old` become with an aspect ratio, JSON of the operator's, and an overlay,
/// for a look that can be drawn with `budget` bytes.
pub(super) fn new_params(
    places: &Places,
    budget: u64,
    old: &Value,
    aspect_ratio: Option<&str>,
    sent: Option<&str>,
    overlay: Option<&StoredOverlay>,
) -> Result<Value, Refusal> {
    let mut params = old.as_object().cloned().unwrap_or_default();
    let sent = sent.map(parse_object).transpose()?.unwrap_or_default();
    params.extend(sent);
    let ratio = match aspect_ratio {
        Some(text) => Some(parse_ratio(text)?),
        None => None,
    };
    let mut recipe = match params.get("recipe") {
        Some(value) => Recipe::from_value(value).map_err(|error| recipe_refused(&error))?,
        None => Recipe {
            canvas: canvas_of(ratio.unwrap_or((2, 3))),
            ..Recipe::default()
        },
    };
    let misfit = |canvas: Canvas| ratio.filter(|ratio| !fits(canvas, *ratio));
    if let Some(ratio) = misfit(recipe.canvas) {
        recipe = reshaped(recipe, ratio)?;
    }
    if let Some(overlay) = overlay {
        recipe = framed(recipe, overlay)?;
    }
    if misfit(recipe.canvas).is_some() {
        return Err(ratio_conflict());
    }
    check_assets(places, &recipe)?;
    check_cost(&recipe, budget)?;
    let shown = ratio.map_or_else(|| recipe.aspect_ratio(), |(w, h)| format!("{w}:{h}"));
    params.insert("aspect_ratio".to_owned(), json!(shown));
    params.insert("shots".to_owned(), json!(recipe.shots()));
    params.insert(
        "recipe".to_owned(),
        serde_json::to_value(recipe).map_err(Refusal::internal)?,
    );
    Ok(Value::Object(params))
}

/// Errors: 422 for a look that no photo could be drawn with.
fn check_cost(recipe: &Recipe, budget: u64) -> Result<(), Refusal> {
    let cost = memory_cost(recipe, &[], 1);
    if cost <= budget {
        return Ok(());
    }
    let (asked, allowed) = (cost.div_ceil(MIB), budget / MIB);
    let detail = format!(
        "canvas: drawing it takes {asked} MB and MEMORY_BUDGET_MB allows {allowed}; make it smaller."
    );
    Err(Refusal::unprocessable("recipe_invalid", detail))
}

/// Whole pixels come near a ratio such as 9:16, not always onto it.
fn fits(canvas: Canvas, (width, height): (u32, u32)) -> bool {
    let (shown, asked) = (canvas.width * height, canvas.height * width);
    shown.abs_diff(asked) * 100 <= asked
}

/// The look under an overlay. Where it has no slots, the overlay's windows are its slots, and its
/// size the canvas, printed as wide as before.
fn framed(recipe: Recipe, overlay: &StoredOverlay) -> Result<Recipe, Refusal> {
    let named = Recipe {
        overlay: Some(overlay.name.clone()),
        ..recipe
    };
    if !named.slots.is_empty() {
        return Ok(named);
    }
    let (width, height) = overlay.size;
    let inches = f64::from(named.canvas.width) / f64::from(named.canvas.dpi);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number far below 2^32; the check below knows the range"
    )]
    let dpi = (f64::from(width) / inches).round() as u32;
    let refused = |error: &WindowsError| Refusal::unprocessable("overlay_invalid", error.to_string());
    let framed = Recipe {
        canvas: Canvas { width, height, dpi },
        slots: overlay.windows.as_ref().map_err(refused)?.clone(),
        ..named
    };
    framed
        .validate()
        .map_err(|fields| recipe_refused(&RecipeError { fields }))?;
    Ok(framed)
}

/// A plain look on a canvas of another shape. Errors: 422 for a look whose parts have their places.
fn reshaped(recipe: Recipe, ratio: (u32, u32)) -> Result<Recipe, Refusal> {
    let plain =
        recipe.slots.is_empty() && recipe.texts.is_empty() && recipe.overlay.is_none() && recipe.qr.is_none();
    if !plain {
        return Err(ratio_conflict());
    }
    Ok(Recipe {
        canvas: canvas_of(ratio),
        ..recipe
    })
}

fn ratio_conflict() -> Refusal {
    let detail = "aspect_ratio does not fit the theme's recipe or overlay; send a recipe for it in params.";
    Refusal::unprocessable("aspect_ratio_conflict", detail)
}

fn parse_object(text: &str) -> Result<serde_json::Map<String, Value>, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        let detail = format!(
            "params must be a JSON object (line {}, column {}).",
            error.line(),
            error.column()
        );
        Refusal::unprocessable("params_invalid", detail)
    })
}

fn recipe_refused(error: &RecipeError) -> Refusal {
    Refusal::unprocessable("recipe_invalid", format!("{error}."))
}

fn parse_ratio(text: &str) -> Result<(u32, u32), Refusal> {
    let sides = text
        .trim()
        .split_once(':')
        .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let sides = sides.filter(|(w, h): &(u32, u32)| (1..=100).contains(w) && (1..=100).contains(h));
    sides.filter(|(w, h)| w.max(h) <= &(4 * w.min(h))).ok_or_else(|| {
        let detail =
            "aspect_ratio must be two whole numbers such as 2:3, at most four times as long as wide.";
        Refusal::unprocessable("aspect_ratio_invalid", detail)
    })
}

/// 1800 pixels on the long side, even sides, as prints of 6 inches at 300 dpi.
fn canvas_of((width, height): (u32, u32)) -> Canvas {
    let long = width.max(height);
    let side = |part: u32| (1800 * part / long) & !1;
    Canvas {
        width: side(width),
        height: side(height),
        dpi: 300,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_two_small_whole_numbers() {
        assert_eq!(parse_ratio("2:3").unwrap(), (2, 3));
        for bad in [
            "",
            "2",
            "2:0",
            "0:3",
            "a:b",
            "2:3:4",
            "1:9",
            "-2:3",
            "2.5:3",
            "1000:1000",
        ] {
            assert_eq!(
                parse_ratio(bad).unwrap_err().code,
                "aspect_ratio_invalid",
                "{bad}"
            );
        }
    }

    #[test]
    fn a_ratio_becomes_a_print_of_six_inches() {
        let canvas = canvas_of((2, 3));
        assert_eq!((canvas.width, canvas.height, canvas.dpi), (1200, 1800, 300));
        assert_eq!(canvas_of((3, 2)).width, 1800);
        assert_eq!(canvas_of((1, 1)).height, 1800);
    }

    #[test]
    fn every_ratio_fits_the_canvas_it_gets_and_no_other_shape() {
        for ratio in [
            (9, 16),
            (16, 9),
            (21, 9),
            (5, 7),
            (4, 5),
            (2, 3),
            (1, 4),
            (97, 100),
        ] {
            assert!(fits(canvas_of(ratio), ratio), "{ratio:?}");
        }
        assert!(!fits(canvas_of((2, 3)), (3, 4)));
    }
}
