//! Draws the recipe's texts.

use super::card::half;
use super::sheet::{Layer, Sheet};
use super::turn::{self, Pose};
use super::{RenderWarning, Scene};
use crate::recipe::Text;
use crate::text;

/// Lays every text that has something to say.
pub(super) fn draw(sheet: &mut Sheet, scene: &Scene<'_>, warnings: &mut Vec<RenderWarning>) {
    for (index, text) in scene.recipe.texts.iter().enumerate() {
        let content = scene.variables.fill(&text.content);
        if draw_one(sheet, &content, text) {
            warnings.push(RenderWarning::TextIncomplete { index });
        }
    }
}

/// Lays one text; says whether characters were left out.
pub(super) fn draw_one(sheet: &mut Sheet, content: &str, text: &Text) -> bool {
    let Some(line) = text::set(content, text) else {
        // Nothing could be shown: worth a word only when there was something to show.
        return !content.trim().is_empty();
    };
    let layer = Layer::from_coverage(&line.coverage, text.colour);
    if text.rotation == 0.0 {
        sheet.lay((text.x + line.offset.0, text.y + line.offset.1), &layer);
    } else {
        turn::lay(sheet, &layer, pose(text, line.offset));
    }
    line.incomplete
}

fn pose(text: &Text, offset: (i32, i32)) -> Pose {
    let (width, height) = (half(text.width), half(text.height));
    Pose {
        centre: (text.x as f32 + width, text.y as f32 + height),
        pivot: (width - offset.0 as f32, height - offset.1 as f32),
        degrees: text.rotation,
        scale: 1.0,
    }
}
