//! The search language of `files.list`: `'FOLDER' in parents and trashed = false and name contains 'a'`.

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
        let refuse = || ApiError::invalid_value("q");
        let tokens = tokens(text).ok_or_else(refuse)?;
        let mut parser = Parser {
            tokens: &tokens,
            depth: 0,
        };
        let search = parser.any().ok_or_else(refuse)?;
        if parser.tokens.is_empty() {
            Ok(search)
        } else {
            Err(refuse())
        }
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

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(&'static str),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 10] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", "{", "}"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            tokens.push(Token::Text(quoted(&mut rest)?));
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// Takes `'it\'s'` off the front.
fn quoted(rest: &mut &str) -> Option<String> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((index, c)) = characters.next() {
        match c {
            '\'' => {
                *rest = &rest[index + 1..];
                return Some(value);
            }
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: u8,
}

/// Deeper nesting than any person writes; it keeps a hostile search from using up the stack.
const DEEPEST: u8 = 64;

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }

    fn word(&mut self, expected: &str) -> bool {
        let found =
            matches!(self.tokens.first(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(expected));
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn sign(&mut self, expected: &'static str) -> Option<()> {
        (self.next()? == Token::Sign(expected)).then_some(())
    }

    fn any(&mut self) -> Option<Search> {
        let mut left = self.all()?;
        while self.word("or") {
            left = Search::Or(Box::new(left), Box::new(self.all()?));
        }
        Some(left)
    }

    fn all(&mut self) -> Option<Search> {
        let mut left = self.one()?;
        while self.word("and") {
            left = Search::And(Box::new(left), Box::new(self.one()?));
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Search> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
        let search = self.term();
        self.depth -= 1;
        search
    }

    fn term(&mut self) -> Option<Search> {
        if self.word("not") {
            return Some(Search::Not(Box::new(self.one()?)));
        }
        match self.next()? {
            Token::Sign("(") => {
                let inner = self.any()?;
                self.sign(")")?;
                Some(inner)
            }
            Token::Text(id) => {
                let collection = self.word("in").then(|| self.next())??;
                Some(Search::In(id, collection_named(&collection)?))
            }
            Token::Word(word) if word == "appProperties" => self.has(Properties::App),
            Token::Word(word) if word == "properties" => self.has(Properties::Public),
            Token::Word(word) => self.comparison(field_named(&word)?),
            Token::Sign(_) => None,
        }
    }

    fn has(&mut self, properties: Properties) -> Option<Search> {
        if !self.word("has") {
            return None;
        }
        self.sign("{")?;
        let key = self.pair("key")?;
        if !self.word("and") {
            return None;
        }
        let value = self.pair("value")?;
        self.sign("}")?;
        Some(Search::Has(properties, key, value))
    }

    fn pair(&mut self, name: &str) -> Option<String> {
        if !self.word(name) {
            return None;
        }
        self.sign("=")?;
        match self.next()? {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }

    fn comparison(&mut self, field: Field) -> Option<Search> {
        let comparison = match self.next()? {
            Token::Sign("=") => Comparison::Equal,
            Token::Sign("!=") => Comparison::NotEqual,
            Token::Sign("<") => Comparison::Less,
            Token::Sign("<=") => Comparison::LessOrEqual,
            Token::Sign(">") => Comparison::Greater,
            Token::Sign(">=") => Comparison::GreaterOrEqual,
            Token::Word(word) if word == "contains" => Comparison::Contains,
            _ => return None,
        };
        let value = match (field, self.next()?) {
            (Field::Trashed | Field::Starred | Field::SharedWithMe, Token::Word(word))
                if word == "true" || word == "false" =>
            {
                word
            }
            (Field::Trashed | Field::Starred | Field::SharedWithMe, _) => return None,
            (Field::ModifiedTime | Field::CreatedTime, Token::Text(text)) => in_utc(&text)?,
            (_, Token::Text(text)) => text,
            _ => return None,
        };
        allowed(field, comparison).then_some(Search::Compare(field, comparison, value))
    }
}

/// Google's times are UTC unless they say otherwise.
fn in_utc(text: &str) -> Option<String> {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
    let time: DateTime<Utc> = if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        time.into()
    } else if let Ok(time) = text.parse::<NaiveDateTime>() {
        time.and_utc()
    } else {
        text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc()
    };
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn allowed(field: Field, comparison: Comparison) -> bool {
    let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    match field {
        Field::Name | Field::MimeType => equality || comparison == Comparison::Contains,
        Field::FullText => comparison == Comparison::Contains,
        Field::Trashed | Field::Starred | Field::SharedWithMe | Field::Visibility => equality,
        Field::ModifiedTime | Field::CreatedTime => comparison != Comparison::Contains,
    }
}

fn field_named(word: &str) -> Option<Field> {
    Some(match word {
        "name" => Field::Name,
        "fullText" => Field::FullText,
        "mimeType" => Field::MimeType,
        "trashed" => Field::Trashed,
        "starred" => Field::Starred,
        "sharedWithMe" => Field::SharedWithMe,
        "modifiedTime" => Field::ModifiedTime,
        "createdTime" => Field::CreatedTime,
        "visibility" => Field::Visibility,
        _ => return None,
    })
}

fn collection_named(token: &Token) -> Option<Collection> {
    let Token::Word(word) = token else { return None };
    Some(match word.as_str() {
        "parents" => Collection::Parents,
        "owners" => Collection::Owners,
        "writers" => Collection::Writers,
        "readers" => Collection::Readers,
        _ => return None,
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
        assert!(Search::parse(&format!("{} name='a'", "not ".repeat(5000))).is_err());
    }
}
