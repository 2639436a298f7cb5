//! The search language of `files.list`: `'FOLDER' in parents and trashed = false and name contains 'a'`.

mod parse;

use crate::error::ApiError;

/// A parsed search.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Search {
    And(Box<Search>, Box<Search>),
    Or(Box<Search>, Box<Search>),
    Not(Box<Search>),
    Compare(Field, Comparison, String),
    /// `'ID' in parents`, `'MAIL' in owners`
    In(String, Collection),
    /// `appProperties has { key='a' and value='b' }`
    Has(Properties, String, String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    Name,
    FullText,
    MimeType,
    Trashed,
    Starred,
    SharedWithMe,
    ModifiedTime,
    CreatedTime,
    Visibility,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Contains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Collection {
    Parents,
    Owners,
    Writers,
    Readers,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Properties {
    App,
    Public,
}

/// What a search can ask of a file.
pub(crate) trait Subject {
    fn text(&self, field: Field) -> String;
    fn is_in(&self, id: &str, collection: Collection) -> bool;
    fn has(&self, properties: Properties, key: &str, value: &str) -> bool;
}

impl Search {
    /// Parses a `q` parameter.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        parse::search(text).ok_or_else(|| ApiError::invalid_value("q"))
    }

    pub(crate) fn fits(&self, subject: &impl Subject) -> bool {
        match self {
            Self::And(left, right) => left.fits(subject) && right.fits(subject),
            Self::Or(left, right) => left.fits(subject) || right.fits(subject),
            Self::Not(inner) => !inner.fits(subject),
            Self::In(id, collection) => subject.is_in(id, *collection),
            Self::Has(properties, key, value) => subject.has(*properties, key, value),
            Self::Compare(field, comparison, value) => {
                compare(*field, *comparison, &subject.text(*field), value)
            }
        }
    }
}

fn compare(field: Field, comparison: Comparison, actual: &str, wanted: &str) -> bool {
    // Times are compared as text: both are RFC 3339 in UTC, and a shorter one sorts first.
    match comparison {
        Comparison::Equal if field == Field::Name => actual.to_lowercase() == wanted.to_lowercase(),
        Comparison::NotEqual if field == Field::Name => actual.to_lowercase() != wanted.to_lowercase(),
        Comparison::Equal => actual == wanted,
        Comparison::NotEqual => actual != wanted,
        Comparison::Contains => contains(field, actual, wanted),
        Comparison::Less => actual < wanted,
        Comparison::LessOrEqual => actual <= wanted,
        Comparison::Greater => actual > wanted,
        Comparison::GreaterOrEqual => actual >= wanted,
    }
}

/// `name contains` matches only the beginnings of words, as Google documents it.
fn contains(field: Field, actual: &str, wanted: &str) -> bool {
    let (actual, wanted) = (actual.to_lowercase(), wanted.to_lowercase());
    if field == Field::MimeType {
        return actual.starts_with(&wanted);
    }
    let mut in_word = false;
    actual.char_indices().any(|(index, c)| {
        let begins = !in_word;
        in_word = c.is_alphanumeric();
        begins && actual[index..].starts_with(&wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Photo;

    impl Subject for Photo {
        fn text(&self, field: Field) -> String {
            match field {
                Field::Name => "Ada's first_photo.jpg",
                Field::MimeType => "image/jpeg",
                Field::Trashed => "false",
                Field::ModifiedTime => "2026-06-14T12:00:00.500Z",
                _ => "",
            }
            .to_owned()
        }

        fn is_in(&self, id: &str, collection: Collection) -> bool {
            id == "F" && collection == Collection::Parents
        }

        fn has(&self, properties: Properties, key: &str, value: &str) -> bool {
            properties == Properties::App && key == "photo" && value == "7"
        }
    }

    #[track_caller]
    fn fits(q: &str) -> bool {
        Search::parse(q).unwrap().fits(&Photo)
    }

    #[test]
    fn searches_find_what_they_describe() {
        assert!(fits(
            r"'F' in parents and trashed = false and name = 'Ada\'s first_photo.jpg'"
        ));
        assert!(fits(
            "not 'G' in parents and (name='x' or mimeType contains 'image/')"
        ));
        assert!(fits("appProperties has { key='photo' and value='7' }"));
        assert!(!fits("properties has {key='photo' and value='7'}"));
        assert!(fits("name contains 'fir' and name contains 'photo'"));
        assert!(!fits("name contains 'irst'"));
        assert!(fits(
            "modifiedTime > '2026-06-14T12:00:00' and modifiedTime <= '2026-06-14T14:00:01+02:00' or name='x'"
        ));
        assert!(!fits("modifiedTime >= '2026-06-14T14:00:01+02:00'"));
        assert!(!fits("trashed=true or mimeType != 'image/jpeg'"));
    }

    #[test]
    fn what_google_refuses_is_refused() {
        for q in [
            "name",
            "name = x",
            "name = 'x",
            "trashed = 'false'",
            "foo = 'x'",
            "'F' in pockets",
            "name='a' and",
            "(name='a'",
            "name='a')",
            "name < 'a'",
            "modifiedTime > 'noon'",
            "appProperties has { key='a' }",
            "",
        ] {
            assert!(Search::parse(q).is_err(), "{q}");
        }
        assert!(Search::parse(&"(".repeat(5000)).is_err());
        assert!(Search::parse(&format!("name='a'{}", " and name='a'".repeat(5000))).is_err());
        assert!(Search::parse(&format!("{} name='a'", "not ".repeat(5000))).is_err());
    }
}
