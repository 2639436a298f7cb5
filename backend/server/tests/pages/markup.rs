//! Just enough HTML and CSS to check our own.

use std::collections::BTreeSet;

/// Every opening tag.
pub(crate) fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split_inclusive('>')
        .filter_map(|piece| piece.find('<').map(|start| &piece[start..]))
}

/// The names of a tag's attributes.
pub(crate) fn attribute_names(tag: &str) -> impl Iterator<Item = &str> {
    // Values are quoted, so every second piece is markup.
    tag.split('"')
        .step_by(2)
        .flat_map(str::split_whitespace)
        .map(|name| name.trim_end_matches(['=', '>', '/']))
}

/// Our own files named by `href` and `src`, without fragments and template values.
pub(crate) fn own_addresses(html: &str) -> Vec<String> {
    let attributes = ["href=\"", "src=\""];
    let values = attributes
        .iter()
        .flat_map(|attribute| html.split(*attribute).skip(1));
    let addresses = values.filter_map(|rest| rest.split(['"', '#']).next());
    addresses
        .filter(|address| address.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

/// Custom properties with their values, those of the dark scheme marked as such.
pub(crate) fn tokens(css: &str) -> BTreeSet<(bool, String)> {
    let mut dark = false;
    let mut tokens = BTreeSet::new();
    for line in css.lines().map(str::trim) {
        match line {
            _ if line.starts_with("@media") => dark = line.contains("dark"),
            _ if line.starts_with("--") => drop(tokens.insert((dark, line.to_owned()))),
            _ => {}
        }
    }
    tokens
}
