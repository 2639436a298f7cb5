//! The looks every fresh installation has, as recipes, and the images they are made with.

mod noise;
mod scenery;
mod texture;

use std::sync::LazyLock;

use crate::recipe::Recipe;

pub use texture::asset;

/// Names of built-in images begin with this.
pub const ASSET_PREFIX: &str = "builtin/";

/// A look that ships with the booth.
#[derive(Debug, Clone)]
pub struct BuiltinLook {
    /// Stable and url-safe.
    pub id: &'static str,
    /// What the guest reads on the button.
    pub title: &'static str,
    /// One sentence for the operator.
    pub description: &'static str,
    /// How it is made.
    pub recipe: Recipe,
}

/// Each look lives in a JSON file of its own, in the very form an operator would write.
macro_rules! looks {
    ($($id:literal, $title:literal, $description:literal;)*) => {
        [$(($id, $title, $description, include_str!(concat!("looks/", $id, ".json")))),*]
    };
}

const FILES: [(&str, &str, &str, &str); 19] = looks! {
    "portrait", "Portrait", "One photo, full bleed, nothing added: 4x6 inch upright.";
    "landscape", "Landscape", "One photo in a white mount with the event's name: 6x4 inch.";
    "polaroid", "Polaroid", "An instant print on linen, with a handwritten caption.";
    "strip", "Photo strip", "Four photos in the classic 2x6 inch strip.";
    "strip-sheet", "Two strips", "Three photos on two equal strips, a 4x6 inch sheet to cut.";
    "collage", "Collage", "Four photos around the event's name: 4x6 inch.";
    "keepsake", "Keepsake", "One photo and two small ones beside it, in a wedding album's manner.";
    "black-and-white", "Black & white", "A silver print in a narrow white frame.";
    "warm-film", "Warm film", "Late sun on colour film, rounded as from the lab.";
    "sepia", "Sepia", "A brown-toned print on an old album page.";
    "cool", "Cool", "Clear northern light in a slate frame.";
    "high-contrast", "High contrast", "Deep shadows and bright lights, full bleed with a dark band.";
    "glow", "Soft glow", "Light that blooms softly and flatters skin.";
    "oval", "Oval portrait", "An oval window in paper, as in a locket.";
    "boomerang", "Boomerang", "Five quick shots that play forwards and back: a short clip for phones, 4:5.";
    "flipbook", "Flipbook", "Eight quick shots in a silver frame, one after the other: a clip for phones, 4:5.";
    "portrait-hd", "Portrait HD", "One photo, full bleed, in twice the resolution.";
    "stage", "On stage", "Guests before a green cloth stand in the limelight of a theatre.";
    "beach", "By the sea", "Guests before a green cloth stand on a beach, as on a postcard.";
};

/// All built-in looks in the order a guest should see them; the first is the default.
#[must_use]
pub fn builtin() -> &'static [BuiltinLook] {
    static LOOKS: LazyLock<Vec<BuiltinLook>> = LazyLock::new(|| FILES.map(read).to_vec());
    &LOOKS
}

fn read((id, title, description, json): (&'static str, &'static str, &'static str, &str)) -> BuiltinLook {
    BuiltinLook {
        id,
        title,
        description,
        recipe: Recipe::from_json(json).expect("the files are part of the program and a test reads each"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::recipe::FilterName;

    #[test]
    fn every_look_is_valid_and_ids_are_unique_slugs() {
        let ids: HashSet<_> = builtin().iter().map(|look| look.id).collect();
        assert_eq!(ids.len(), FILES.len());
        for look in builtin() {
            assert!(look.recipe.validate().is_ok());
            assert!(look.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        }
    }

    #[test]
    fn the_first_look_is_the_plain_portrait() {
        let first = &builtin()[0];
        assert_eq!((first.id, first.title), ("portrait", "Portrait"));
        assert_eq!(first.recipe, Recipe::default());
        assert_eq!(first.recipe.shots(), 1);
    }

    #[test]
    fn every_filter_has_a_look() {
        let used: HashSet<_> = builtin().iter().map(|look| look.recipe.filter.name).collect();
        for filter in FilterName::ALL {
            assert!(used.contains(&filter), "{filter:?}");
        }
    }

    #[test]
    fn every_image_a_look_names_exists() {
        for look in builtin() {
            for name in look.recipe.asset_names() {
                assert!(asset(name).is_some(), "{}: {name}", look.id);
            }
        }
    }
}
