//! From the text of a search to its tree.

use super::{Collection, Comparison, Field, Properties, Search};

/// Reads a whole search; `None` when it is not one.
pub(super) fn search(text: &str) -> Option<Search> {
    let tokens = tokens(text).filter(|tokens| tokens.len() <= MOST_TOKENS)?;
    let mut parser = Parser {
        tokens: &tokens,
        depth: 0,
    };
    let search = parser.any()?;
    parser.tokens.is_empty().then_some(search)
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

/// More than any person or program writes. Both keep a hostile search from using up the stack.
const DEEPEST: u8 = 64;
const MOST_TOKENS: usize = 4096;

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
