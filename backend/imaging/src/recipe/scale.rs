//! The same look on a smaller (or larger) canvas.

use super::{Border, Canvas, Code, Recipe, Shadow, Slot, Text};

impl Recipe {
    /// The recipe with every length multiplied by `factor` (above 0) and rounded to whole pixels: for previews and thumbnails of looks.
    /// Opposite edges are rounded on their own, so neighbours that touch still touch.
    #[must_use]
    pub fn scaled(&self, factor: f32) -> Self {
        let s = Scale(factor);
        Self {
            canvas: Canvas {
                width: s.length(self.canvas.width).max(1),
                height: s.length(self.canvas.height).max(1),
                dpi: self.canvas.dpi,
            },
            slots: self.slots.iter().map(|slot| s.slot(slot)).collect(),
            texts: self.texts.iter().map(|text| s.text(text)).collect(),
            qr: self.qr.as_ref().map(|code| s.code(code)),
            ..self.clone()
        }
    }
}

struct Scale(f32);

impl Scale {
    fn place(&self, at: i32) -> i32 {
        (at as f32 * self.0).round() as i32
    }

    fn length(&self, length: u32) -> u32 {
        (length as f32 * self.0).round() as u32
    }

    fn visible(&self, length: u32) -> u32 {
        if length == 0 {
            0
        } else {
            self.length(length).max(1)
        }
    }

    /// Start and length of a span whose two ends are rounded each on its own.
    fn span(&self, start: i32, length: u32) -> (i32, u32) {
        let end = (start as f32 + length as f32) * self.0;
        let start = self.place(start);
        let length = (end.round() as i32).saturating_sub(start).max(1);
        (start, length.unsigned_abs())
    }

    fn slot(&self, slot: &Slot) -> Slot {
        let (x, width) = self.span(slot.x, slot.width);
        let (y, height) = self.span(slot.y, slot.height);
        Slot {
            x,
            y,
            width,
            height,
            corner_radius: self.length(slot.corner_radius),
            border: slot.border.map(|border| Border {
                width: self.visible(border.width),
                bottom: border.bottom.map(|bottom| self.visible(bottom)),
                ..border
            }),
            shadow: slot.shadow.map(|shadow| Shadow {
                x: self.place(shadow.x),
                y: self.place(shadow.y),
                blur: self.length(shadow.blur),
                ..shadow
            }),
            ..slot.clone()
        }
    }

    fn text(&self, text: &Text) -> Text {
        let (x, width) = self.span(text.x, text.width);
        let (y, height) = self.span(text.y, text.height);
        Text {
            x,
            y,
            width,
            height,
            size: self.visible(text.size),
            ..text.clone()
        }
    }

    fn code(&self, code: &Code) -> Code {
        Code {
            x: self.place(code.x),
            y: self.place(code.y),
            size: self.visible(code.size),
            ..code.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_touch_still_touch_when_scaled() {
        let recipe = Recipe {
            slots: vec![Slot::at(0, 0, 333, 1800), Slot::at(333, 0, 867, 1800)],
            ..Recipe::default()
        };
        for tenth in 1..30_u8 {
            let scaled = recipe.scaled(f32::from(tenth) / 10.0);
            let [left, right] = scaled.slots.as_slice() else {
                panic!("two slots stay two");
            };
            assert_eq!(left.x.saturating_add_unsigned(left.width), right.x);
            assert_eq!(
                right.x.saturating_add_unsigned(right.width),
                i32::try_from(scaled.canvas.width).unwrap()
            );
        }
    }
}
