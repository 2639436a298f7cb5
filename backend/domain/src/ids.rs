//! Ids: one type for each thing, so that they cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! integer_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

integer_id! {
    /// A guest: found or made by e-mail.
    GuestId
}
integer_id! {
    /// One visit of a guest.
    SessionId
}
integer_id! {
    /// One input shot.
    PhotoId
}
integer_id! {
    /// One picture that is laid over results.
    OverlayId
}
integer_id! {
    /// One result in the making.
    JobId
}

/// A theme's id: the slug of its first title, at most 64 characters of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ThemeId(String);

/// The text is not a theme id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a theme id is 1 to 64 characters of a-z, 0-9 and '-'")]
pub struct ThemeIdError;

impl ThemeId {
    /// The longest id.
    pub const MAX_LEN: usize = 64;

    /// The id that a title suggests, `attempt` times taken already.
    ///
    /// Every run of other characters becomes one `-`; a title without any
    /// letter or digit becomes `theme`. The second theme of a title gets the
    /// suffix `-2`, the third `-3`; the slug is cut so that the suffix fits.
    /// `ascii_title` is the title in ASCII letters where it was not.
    pub fn from_title(ascii_title: &str, attempt: u32) -> Self {
        let suffix = match attempt {
            0 => String::new(),
            taken => format!("-{}", taken.saturating_add(1)),
        };
        let mut slug = String::with_capacity(Self::MAX_LEN);
        for character in ascii_title.chars() {
            if character.is_ascii_alphanumeric() {
                slug.push(character.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(Self::MAX_LEN - suffix.len());
        let stem = match slug.trim_end_matches('-') {
            "" => "theme",
            stem => stem,
        };
        Self(format!("{stem}{suffix}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ThemeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ThemeId {
    type Err = ThemeIdError;

    fn from_str(text: &str) -> Result<Self, ThemeIdError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        if fits && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ThemeIdError)
        }
    }
}

impl TryFrom<String> for ThemeId {
    type Error = ThemeIdError;

    fn try_from(text: String) -> Result<Self, ThemeIdError> {
        text.parse()
    }
}

impl From<ThemeId> for String {
    fn from(id: ThemeId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_title_becomes_a_slug() {
        let id = |title| ThemeId::from_title(title, 0).to_string();
        assert_eq!(id("Black & White"), "black-white");
        assert_eq!(id("  ...  "), "theme");
        assert_eq!(id("2x6 Strip!"), "2x6-strip");
    }

    #[test]
    fn a_taken_slug_gets_a_number_that_still_fits() {
        assert_eq!(ThemeId::from_title("Gala", 1).as_str(), "gala-2");
        let long = "x".repeat(200);
        let third = ThemeId::from_title(&long, 2);
        assert_eq!(third.as_str().len(), ThemeId::MAX_LEN);
        assert!(third.as_str().ends_with("x-3"));
    }

    proptest! {
        #[test]
        fn every_title_gives_a_valid_id(title in ".{0,120}", attempt in 0u32..2000) {
            let id = ThemeId::from_title(&title, attempt);
            prop_assert_eq!(id.as_str().parse::<ThemeId>(), Ok(id.clone()));
        }

        #[test]
        fn no_path_is_a_theme_id(path in "[a-z]*[/\\\\.%\\x00][a-z]*") {
            prop_assert!(path.parse::<ThemeId>().is_err());
        }
    }
}
