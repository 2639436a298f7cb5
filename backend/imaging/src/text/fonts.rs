//! The fonts inside the binary. The machine's own fonts are never asked: a look must come out the
//! same on every machine.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use cosmic_text::fontdb::{Database, ID, Source, Stretch, Style, Weight};
use cosmic_text::{Fallback, FontSystem, SwashCache};
use unicode_script::Script;

use crate::recipe::Font;

/// Each file under a family name of our own. All are entered as upright and of normal weight,
/// because a glyph is only borrowed from a font of the same weight.
const FILES: [(&str, &[u8]); 7] = [
    ("sans", include_bytes!("../../fonts/Jost-Regular.ttf")),
    ("sans-bold", include_bytes!("../../fonts/Jost-SemiBold.ttf")),
    (
        "serif",
        include_bytes!("../../fonts/CormorantGaramond-SemiBold.ttf"),
    ),
    (
        "serif-italic",
        include_bytes!("../../fonts/CormorantGaramond-MediumItalic.ttf"),
    ),
    ("script", include_bytes!("../../fonts/GreatVibes-Regular.ttf")),
    ("hand", include_bytes!("../../fonts/Caveat-SemiBold.ttf")),
    (BORROWED_FROM, include_bytes!("../../fonts/Manrope-Medium.ttf")),
];

/// The family that lends what the others lack: it has Greek.
const BORROWED_FROM: &str = "wide";

/// The family name of a font.
pub(super) fn family(font: Font) -> &'static str {
    match font {
        Font::Sans => "sans",
        Font::SansBold => "sans-bold",
        Font::Serif => "serif",
        Font::SerifItalic => "serif-italic",
        Font::Script => "script",
        Font::Hand => "hand",
    }
}

/// Parsed fonts and the rasteriser's scratch memory.
pub(super) struct Press {
    pub(super) fonts: FontSystem,
    pub(super) glyphs: SwashCache,
    faces: Vec<ID>,
}

/// The one press. A text takes a few milliseconds, far less than parsing the fonts again would.
pub(super) fn press() -> MutexGuard<'static, Press> {
    static PRESS: LazyLock<Mutex<Press>> = LazyLock::new(|| Mutex::new(Press::new()));
    // A panic in another text left at worst an unfinished cache entry.
    PRESS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Press {
    fn new() -> Self {
        let mut database = Database::new();
        for (name, bytes) in FILES {
            enter(&mut database, name, bytes);
        }
        let faces = database.faces().map(|face| face.id).collect();
        Self {
            fonts: FontSystem::new_with_locale_and_db_and_fallback("en".to_owned(), database, OnlyOurs),
            glyphs: SwashCache::new(),
            faces,
        }
    }

    /// Whether any of the fonts can show a character.
    pub(super) fn knows(&mut self, character: char) -> bool {
        self.faces.iter().any(|face| {
            self.fonts
                .get_font(*face, Weight::NORMAL)
                .is_some_and(|font| font.as_swash().charmap().map(character) != 0)
        })
    }
}

fn enter(database: &mut Database, name: &str, bytes: &'static [u8]) {
    let source = Source::Binary(Arc::new(bytes));
    let loaded = database.load_font_source(source);
    for id in loaded {
        let face = database.face(id).cloned();
        database.remove_face(id);
        let Some(mut face) = face else { continue };
        for (family, _) in &mut face.families {
            name.clone_into(family);
        }
        face.families.truncate(1);
        (face.style, face.weight, face.stretch) = (Style::Normal, Weight::NORMAL, Stretch::Normal);
        database.push_face_info(face);
    }
}

/// Missing glyphs come from one family of ours.
struct OnlyOurs;

impl Fallback for OnlyOurs {
    fn common_fallback(&self) -> &[&'static str] {
        &[BORROWED_FROM]
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _: Script, _: &str) -> &[&'static str] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font() {
        assert_eq!(press().faces.len(), FILES.len());
    }

    #[test]
    fn latin_greek_and_cyrillic_names_are_known_and_emoji_are_not() {
        let mut press = press();
        for character in "Zoë Łukasz Ñandú Şükrü Αθηνά Ольга Ő & ·’…–".chars() {
            assert!(press.knows(character), "{character}");
        }
        assert!(!press.knows('🎉'));
    }
}
