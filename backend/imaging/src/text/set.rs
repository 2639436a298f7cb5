//! Sets a text in its box and rasterises it to coverage.

use cosmic_text::{
    Attrs, Buffer, Ellipsize, EllipsizeHeightLimit, Family, LayoutRun, Metrics, Shaping, Wrap,
};
use image::GrayImage;

use super::fonts::{self, Press};
use crate::recipe::{Align, Text, VerticalAlign};

/// Distance from line to line, in em.
const LINE_HEIGHT: f32 = 1.2;

/// Text is not shrunk below this part of its size; what is still too long ends in "…".
const SMALLEST: f32 = 0.4;

/// Longer texts are cut before they are shaped: a guest's name is no novel.
const LONGEST: usize = 300;

/// Rasterised text.
#[derive(Debug)]
pub(crate) struct Line {
    /// How much of each pixel is ink.
    pub(crate) coverage: GrayImage,
    /// Where `coverage` begins, from the left and top of the text's box. Negative: swashes and
    /// italics may reach beyond their box.
    pub(crate) offset: (i32, i32),
    /// Whether characters were left out because no font of ours has them.
    pub(crate) incomplete: bool,
}

/// Sets `content` (variables already filled in) by the rules of `text`. `None` when there is
/// nothing to draw.
pub(crate) fn set(content: &str, text: &Text) -> Option<Line> {
    let mut press = fonts::press();
    let (words, incomplete) = showable(&mut press, content, text.capitals);
    if words.is_empty() {
        return None;
    }
    let buffer = fitted(&mut press, &words, text);
    let pad = text.size;
    let mut coverage = GrayImage::new(text.width + 2 * pad, text.height + 2 * pad);
    let top = block_top(&buffer, text);
    let press = &mut *press;
    for run in buffer.layout_runs() {
        let left = line_left(&run, text);
        for glyph in run.glyphs.iter().filter(|glyph| glyph.glyph_id != 0) {
            let at = glyph.physical((left + pixels(pad), top + run.line_y + pixels(pad)), 1.0);
            if let Some(drawn) = press.glyphs.get_image_uncached(&mut press.fonts, at.cache_key) {
                let place = &drawn.placement;
                let corner = (at.x + place.left, at.y - place.top);
                stamp(&mut coverage, corner, place.width, &drawn.data);
            }
        }
    }
    let (left, top, coverage) = trimmed(&coverage)?;
    let from_pad = |at: u32| i32::try_from(at).ok()?.checked_sub_unsigned(pad);
    Some(Line {
        coverage,
        offset: (from_pad(left)?, from_pad(top)?),
        incomplete,
    })
}

/// The part with ink and where it begins: a short line in a wide box should not cost its box.
fn trimmed(coverage: &GrayImage) -> Option<(u32, u32, GrayImage)> {
    let inked = |row: &&[u8]| row.iter().any(|ink| *ink > 0);
    let rows = || coverage.chunks_exact(coverage.width() as usize);
    let top = rows().take_while(|row| !inked(row)).count();
    let height = rows()
        .rev()
        .skip_while(|row| !inked(row))
        .count()
        .checked_sub(top)?;
    let left = rows()
        .filter_map(|row| row.iter().position(|ink| *ink > 0))
        .min()?;
    let right = rows()
        .filter_map(|row| row.iter().rposition(|ink| *ink > 0))
        .max()?;
    let [left, top, width, height] =
        [left, top, right + 1 - left, height].map(|side| u32::try_from(side).unwrap_or(0));
    let part = image::imageops::crop_imm(coverage, left, top, width, height).to_image();
    Some((left, top, part))
}

/// The text without characters that would come out as empty boxes; whether any were dropped.
fn showable(press: &mut Press, content: &str, capitals: bool) -> (String, bool) {
    let short: String = content.chars().take(LONGEST).collect();
    let cased = if capitals { short.to_uppercase() } else { short };
    let mut incomplete = false;
    let mut lines = Vec::new();
    for line in cased.lines() {
        let mut kept = String::with_capacity(line.len());
        for character in line.chars() {
            if character == ' ' || is_joined_by_shaping(character) || press.knows(character) {
                kept.push(character);
            } else {
                incomplete = true;
            }
        }
        let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
        if kept.chars().any(|c| !is_joined_by_shaping(c)) {
            lines.push(kept);
        }
    }
    (lines.join("\n"), incomplete)
}

/// Combining accents: shaping makes one letter of them and the one before, even where the font
/// has no accent of its own.
fn is_joined_by_shaping(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

/// The laid out text, as large as its box allows: its size times
/// `min(1, width / natural width, height / natural height)`, but never less than [`SMALLEST`].
fn fitted(press: &mut Press, words: &str, text: &Text) -> Buffer {
    let size = pixels(text.size);
    let natural = laid_out(press, words, text, size, None);
    let width = natural
        .layout_runs()
        .map(|run| ink_width(&run, text))
        .fold(0.0, f32::max);
    let fit = (pixels(text.width) / width).min(pixels(text.height) / block_height(&natural));
    if fit >= 1.0 {
        return natural;
    }
    // Hinting-free glyphs scale linearly; the hair less absorbs rounding.
    let wanted = size * fit * 0.999;
    if fit >= SMALLEST {
        return laid_out(press, words, text, wanted, None);
    }
    laid_out(press, words, text, size * SMALLEST, Some(pixels(text.width)))
}

fn laid_out(press: &mut Press, words: &str, text: &Text, size: f32, cut_at: Option<f32>) -> Buffer {
    let mut buffer = Buffer::new_empty(Metrics::new(size.max(1.0), (size * LINE_HEIGHT).max(1.0)));
    buffer.set_wrap(Wrap::None);
    if cut_at.is_some() {
        buffer.set_ellipsize(Ellipsize::End(EllipsizeHeightLimit::Lines(1)));
    }
    buffer.set_size(cut_at, None);
    let attrs = Attrs::new()
        .family(Family::Name(fonts::family(text.font)))
        .letter_spacing(text.letter_spacing);
    buffer.set_text(words, &attrs, Shaping::Advanced, None);
    buffer.shape_until_scroll(&mut press.fonts, false);
    buffer
}

/// The width of a line without the space after its last letter.
fn ink_width(run: &LayoutRun<'_>, text: &Text) -> f32 {
    let size = run.glyphs.first().map_or(0.0, |glyph| glyph.font_size);
    (run.line_w - text.letter_spacing * size).max(1.0)
}

fn block_height(buffer: &Buffer) -> f32 {
    buffer
        .layout_runs()
        .map(|run| run.line_height)
        .sum::<f32>()
        .max(1.0)
}

fn block_top(buffer: &Buffer, text: &Text) -> f32 {
    let room = pixels(text.height) - block_height(buffer);
    match text.vertical_align {
        VerticalAlign::Top => 0.0,
        VerticalAlign::Middle => room / 2.0,
        VerticalAlign::Bottom => room,
    }
}

fn line_left(run: &LayoutRun<'_>, text: &Text) -> f32 {
    let room = pixels(text.width) - ink_width(run, text);
    match text.align {
        Align::Left => 0.0,
        Align::Center => room / 2.0,
        Align::Right => room,
    }
}

fn pixels(length: u32) -> f32 {
    length as f32
}

/// Adds a glyph's coverage; what hangs over the edge is lost.
fn stamp(coverage: &mut GrayImage, (left, top): (i32, i32), width: u32, data: &[u8]) {
    if width == 0 {
        return;
    }
    for (row, y) in data.chunks_exact(width as usize).zip(top..) {
        for (ink, x) in row.iter().zip(left..) {
            let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
                continue;
            };
            if let Some(pixel) = coverage.get_pixel_mut_checked(x, y) {
                pixel.0[0] = pixel.0[0].saturating_add(*ink);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recipe::{Colour, Font};

    fn boxed(font: Font) -> Text {
        Text {
            content: String::new(),
            x: 0,
            y: 0,
            width: 400,
            height: 60,
            size: 48,
            align: Align::Center,
            vertical_align: VerticalAlign::Middle,
            colour: Colour::BLACK,
            font,
            letter_spacing: 0.0,
            capitals: false,
            rotation: 0.0,
        }
    }

    /// Left, top, right and bottom of the ink, from the corner of the box.
    fn ink(line: &Line) -> (i32, i32, i32, i32) {
        let inked = line.coverage.enumerate_pixels().filter(|(_, _, p)| p.0[0] > 40);
        let places = inked.map(|(x, y, _)| (x as i32 + line.offset.0, y as i32 + line.offset.1));
        places.fold(
            (i32::MAX, i32::MAX, i32::MIN, i32::MIN),
            |(l, t, r, b), (x, y)| (l.min(x), t.min(y), r.max(x), b.max(y)),
        )
    }

    const FONTS: [Font; 6] = [
        Font::Sans,
        Font::SansBold,
        Font::Serif,
        Font::SerifItalic,
        Font::Script,
        Font::Hand,
    ];

    #[test]
    fn every_font_draws_inside_its_box_and_in_the_middle() {
        for font in FONTS {
            let line = set("Hanna & Émile", &boxed(font)).unwrap();
            let (left, top, right, bottom) = ink(&line);
            assert!(
                left >= -4 && right <= 404 && top >= -12 && bottom <= 72,
                "{font:?}"
            );
            assert!((left + right - 400).abs() < 24, "{font:?} {left} {right}");
        }
    }

    #[test]
    fn long_text_shrinks_to_its_box_and_longer_text_ends_in_dots() {
        for words in ["A Midsummer Night's Dream in Athens", &"long ".repeat(50)] {
            let (left, _, right, _) = ink(&set(words, &boxed(Font::Sans)).unwrap());
            assert!(left >= -2 && right <= 402, "{left} {right}");
            assert!(right - left > 330, "the width is used: {left} {right}");
        }
    }

    #[test]
    fn alignment_moves_the_ink() {
        let mut text = boxed(Font::Sans);
        (text.align, text.vertical_align, text.height) = (Align::Left, VerticalAlign::Top, 200);
        let (left, top, _, _) = ink(&set("Hi", &text).unwrap());
        assert!((0..8).contains(&left) && top < 30, "{left} {top}");
        (text.align, text.vertical_align) = (Align::Right, VerticalAlign::Bottom);
        let (_, _, right, bottom) = ink(&set("Hi", &text).unwrap());
        assert!((390..=400).contains(&right) && bottom > 170, "{right} {bottom}");
    }

    #[test]
    fn what_no_font_can_show_is_left_out_and_said() {
        let plain = set("Mia", &boxed(Font::Hand)).unwrap();
        let cheerful = set("Mia 🎉", &boxed(Font::Hand)).unwrap();
        assert!(!plain.incomplete && cheerful.incomplete);
        assert_eq!(plain.coverage, cheerful.coverage);
        assert!(set("🎉", &boxed(Font::Hand)).is_none());
        assert!(set("", &boxed(Font::Hand)).is_none());
    }

    #[test]
    fn a_decomposed_accent_is_drawn_like_a_composed_one() {
        let composed = set("Zoë", &boxed(Font::Serif)).unwrap();
        let decomposed = set("Zoe\u{308}", &boxed(Font::Serif)).unwrap();
        assert_eq!(composed.coverage, decomposed.coverage);
    }

    #[test]
    fn greek_is_borrowed_where_the_font_has_none() {
        for font in FONTS {
            let line = set("Αθηνά", &boxed(font)).unwrap();
            let (left, _, right, _) = ink(&line);
            assert!(!line.incomplete && right - left > 60, "{font:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_text_is_wider_than_its_box(words in "[A-Za-z ]{1,60}", width in 60_u32..500, size in 10_u32..90) {
            let text = Text { width, size, ..boxed(Font::Sans) };
            if let Some(line) = set(&words, &text) {
                let (left, _, right, _) = ink(&line);
                // Letters such as j reach a little beyond their own width.
                let reach = size.cast_signed() / 5 + 1;
                prop_assert!(left >= -reach && right <= width.cast_signed() + reach, "{} {}", left, right);
            }
        }

        #[test]
        fn no_text_panics(words in ".{0,60}", width in 1_u32..300, height in 1_u32..80, size in 4_u32..90) {
            let text = Text { width, height, size, ..boxed(Font::Serif) };
            set(&words, &text);
        }
    }
}
