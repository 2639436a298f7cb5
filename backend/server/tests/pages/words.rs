//! The message files, and where pages use them.

use std::collections::BTreeMap;

use crate::files::{names_in, read};

/// Key to message.
pub(crate) type Messages = BTreeMap<String, String>;

/// Every language that has a file.
pub(crate) fn languages() -> Vec<String> {
    names_in("messages")
        .iter()
        .filter_map(|name| name.strip_suffix(".json"))
        .map(str::to_owned)
        .collect()
}

pub(crate) fn messages(language: &str) -> Messages {
    let text = read(&format!("messages/{language}.json"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{language}: {error}"))
}

/// The `{places}` of a message, in alphabetical order.
pub(crate) fn places(message: &str) -> Vec<&str> {
    let mut places: Vec<_> = message
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    places.sort_unstable();
    places
}

/// The keys that a page or a script names in full.
pub(crate) fn used_in(text: &str) -> Vec<String> {
    let openings = [
        "data-say=\"",
        "data-say-label=\"",
        "data-say-alt=\"",
        "say(\"",
        "words[\"",
    ];
    let uses = openings.iter().flat_map(|opening| text.split(*opening).skip(1));
    uses.filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}
