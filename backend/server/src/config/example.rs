//! `.env.example`: the table of variables as a file to copy.

use std::fmt::Write as _;

use super::variables::{Group, VARIABLES, Variable};

const HEADER: &str = "\
# Settings of Boothline. Copy this file to .env and change what you need; every
# line below shows the default. The process environment wins over this file.
# `boothline doctor` checks all of them, `boothline config show` lists what is in force.
";

/// The text of `.env.example`.
pub fn render() -> String {
    let mut text = HEADER.to_owned();
    let mut group = None;
    for variable in VARIABLES {
        if group.replace(variable.group) != Some(variable.group) {
            text.push_str(&heading(variable.group));
        }
        text.push_str(&entry(variable));
    }
    text
}

fn heading(group: Group) -> String {
    let title = group.title();
    format!("\n# ---- {title} {}\n", "-".repeat(72 - title.len()))
}

fn entry(variable: &Variable) -> String {
    let mut text = String::from("\n");
    for line in variable.doc.lines() {
        writeln!(text, "# {line}").expect("writing to a string cannot fail");
    }
    writeln!(text, "#{}={}", variable.name, variable.default).expect("writing to a string cannot fail");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_is_what_the_code_reads() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.env.example");
        let written = std::fs::read_to_string(file).unwrap();
        assert_eq!(
            written,
            render(),
            "write it anew: cargo run -- config example > .env.example"
        );
    }

    #[test]
    fn the_example_with_every_line_switched_on_is_a_valid_configuration() {
        let pairs: Vec<(&str, &str)> = VARIABLES
            .iter()
            .map(|variable| (variable.name, variable.default))
            .collect();
        let environment = super::super::Environment::from_pairs(&pairs);
        super::super::Config::from_environment(&environment).unwrap();
    }
}
