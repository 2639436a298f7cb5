//! Draws the recipe's QR code above everything else.

use super::sheet::Sheet;
use super::{RenderWarning, Scene, words};
use crate::qr;
use crate::recipe::{Align, Code, Text, VerticalAlign};

/// Modules of quiet zone the standard (ISO/IEC 18004) asks for.
const QUIET: u32 = 4;

/// Modules of quiet zone readers still take where four do not fit.
const LEAST_QUIET: u32 = 2;

/// Pixels of a module that survive print and a JPEG of the print: a quarter of a millimetre at
/// 300 dpi.
const LEAST_MODULE: u32 = 3;

/// Lays the code and its label, if the recipe has one and the job a link.
pub(super) fn draw(sheet: &mut Sheet, scene: &Scene<'_>) -> Option<RenderWarning> {
    let (code, link) = (scene.recipe.qr.as_ref()?, scene.qr_text?);
    let drawn = draw_symbol(sheet, code, link);
    if drawn.is_none() {
        return Some(RenderWarning::CodeTooDense);
    }
    if let Some(label) = &code.label {
        let line = label_of(code);
        words::draw_one(sheet, &scene.variables.fill(label), &line);
    }
    None
}

/// Whole pixels for each module, the symbol in the middle of its square.
fn draw_symbol(sheet: &mut Sheet, code: &Code, link: &str) -> Option<()> {
    let symbol = qr::matrix(link).ok()?;
    let modules = u32::try_from(symbol.width()).ok()?;
    let module = module_size(modules, code.size)?;
    let margin = i32::try_from((code.size - module * modules) / 2).ok()?;
    sheet.fill((code.x, code.y), (code.size, code.size), code.background);
    let step = i32::try_from(module).ok()?;
    for (y, top) in (0..symbol.width()).zip((code.y + margin..).step_by(module as usize)) {
        for run in dark_runs(&symbol, y) {
            let (start, length) = (i32::try_from(run.start).ok()?, u32::try_from(run.len()).ok()?);
            let left = code.x + margin + start * step;
            sheet.fill((left, top), (length * module, module), code.colour);
        }
    }
    Some(())
}

fn module_size(modules: u32, size: u32) -> Option<u32> {
    let roomy = size / (modules + 2 * QUIET);
    let tight = (size / (modules + 2 * LEAST_QUIET)).min(LEAST_MODULE);
    Some(roomy.max(tight)).filter(|module| *module >= LEAST_MODULE)
}

/// The dark modules of a row as ranges of columns.
fn dark_runs(symbol: &qr::QrMatrix, y: usize) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for x in (0..symbol.width()).filter(|x| symbol.is_dark(*x, y)) {
        match runs.last_mut() {
            Some(run) if run.end == x => run.end += 1,
            _ => runs.push(x..x + 1),
        }
    }
    runs
}

/// A line under the square, a ninth of its height.
fn label_of(code: &Code) -> Text {
    let size = (code.size / 9).max(8);
    Text {
        content: String::new(),
        x: code.x,
        y: code.y.saturating_add_unsigned(code.size),
        width: code.size,
        height: size * 3 / 2,
        size,
        align: Align::Center,
        vertical_align: VerticalAlign::Middle,
        colour: code.label_colour,
        font: code.label_font,
        letter_spacing: 0.0,
        capitals: false,
        rotation: 0.0,
    }
}
