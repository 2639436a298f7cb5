//! What the pages promise, read from their files: strict content policy, every word in every language, small guest page.

mod files;
mod markup;
mod words;

use std::collections::BTreeSet;

use files::{PAGES, STYLES, asset_exists, read, scripts};

#[test]
fn no_page_carries_script_or_style_inline() {
    for page in PAGES {
        let text = read(page);
        for tag in markup::tags(&text) {
            assert!(!tag.starts_with("<style"), "{page}: {tag}");
            assert!(
                !tag.starts_with("<script") || tag.contains(" src="),
                "{page}: {tag}"
            );
            for name in markup::attribute_names(tag) {
                assert!(name != "style" && !name.starts_with("on"), "{page}: {tag}");
            }
        }
    }
}

#[test]
fn nothing_comes_from_another_host() {
    let sources = PAGES
        .iter()
        .chain(&STYLES)
        .map(|file| (*file).to_owned())
        .chain(scripts());
    for file in sources {
        let text = read(&file);
        let foreign = text.lines().filter(|line| {
            (line.contains("https://") || line.contains("\"//")) && !line.trim_start().starts_with(['/', '*'])
        });
        assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&str>::new(), "{file}");
    }
}

#[test]
fn every_file_a_page_asks_for_exists() {
    for page in PAGES {
        for address in markup::own_addresses(&read(page)) {
            assert!(asset_exists(&address), "{page} asks for {address}");
        }
    }
}

#[test]
fn every_language_says_the_same_things() {
    let english = words::messages("en");
    for language in words::languages() {
        let own = words::messages(&language);
        let keys = |messages: &words::Messages| messages.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&own), keys(&english), "{language}");
        for (key, message) in &own {
            assert_eq!(
                words::places(message),
                words::places(&english[key]),
                "{language} {key}"
            );
        }
    }
}

#[test]
fn every_word_on_a_page_is_in_the_message_files() {
    let english = words::messages("en");
    let known = |key: &str| english.contains_key(key) || english.contains_key(&format!("{key}.other"));
    for file in PAGES.iter().map(|file| (*file).to_owned()).chain(scripts()) {
        for key in words::used_in(&read(&file)) {
            assert!(known(&key), "{file} says {key}");
        }
    }
}

#[test]
fn the_guests_page_weighs_less_than_50_kb_without_the_picture() {
    let parts = [
        "templates/guest.html",
        "guest.css",
        "guest.js",
        "mark.svg",
        "messages/de.json",
    ];
    let bytes: usize = parts.iter().map(|part| read(part).len()).sum();
    assert!(bytes < 50_000, "{bytes} bytes");
}

#[test]
fn the_guests_page_blocks_on_one_file_only() {
    let page = read("templates/guest.html");
    let blocking = markup::tags(&page)
        .filter(|tag| tag.contains("rel=\"stylesheet\""))
        .count();
    assert_eq!(blocking, 1);
    assert!(!read("guest.css").contains("@import"));
}

#[test]
fn the_guests_page_has_the_colours_of_all_others() {
    let all = markup::tokens(&read("tokens.css"));
    let guest = markup::tokens(&read("guest.css"));
    assert!(!guest.is_empty());
    for token in guest {
        assert!(all.contains(&token), "{token:?} is not in tokens.css");
    }
}
