//! Where settings come from: the process environment before the `.env` file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::Mistake;
use super::variables::{self, VARIABLES};

/// The file that is read where no other is named.
const DEFAULT_FILE: &str = ".env";

/// How alike two names must be (Jaro-Winkler, 0 to 1) for one to be a
/// misspelling of the other.
const MISSPELT: f64 = 0.9;

/// Which source a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The process environment.
    Process,
    /// The `.env` file.
    File,
}

/// A name in the `.env` file that is none of ours but looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// As it is written.
    pub name: String,
    /// What was probably meant.
    pub meant: &'static str,
}

/// The text of every variable that is set.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    values: BTreeMap<&'static str, (String, Origin)>,
    misspelt: Vec<UnknownName>,
    mistakes: Vec<Mistake>,
}

impl Environment {
    /// Reads the process environment and `file`, or `.env` in the working
    /// directory where there is one.
    ///
    /// What cannot be read is kept, and reported with the other mistakes.
    pub fn load(file: Option<&Path>) -> Self {
        let mut environment = Self::default();
        if let Some(path) = env_file(file) {
            environment.read_file(&path);
        }
        environment.read_process();
        environment
    }

    /// An environment with exactly these variables; names that are not in the
    /// table are left out.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let mut environment = Self::default();
        for (name, text) in pairs {
            environment.insert(name, text, Origin::Process);
        }
        environment
    }

    /// The text of a variable and where it came from, unless it is empty.
    pub fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let (text, origin) = self.values.get(name)?;
        Some((text.as_str(), *origin))
    }

    /// Names in the `.env` file that are probably misspelt.
    pub fn misspelt(&self) -> &[UnknownName] {
        &self.misspelt
    }

    pub(super) fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    fn read_process(&mut self) {
        for variable in VARIABLES {
            let Some(raw) = std::env::var_os(variable.name) else {
                continue;
            };
            match raw.into_string() {
                Ok(text) => self.insert(variable.name, &text, Origin::Process),
                Err(raw) => self.mistakes.push(Mistake::value(
                    variable,
                    &raw.to_string_lossy(),
                    "text in UTF-8".to_owned(),
                )),
            }
        }
    }

    fn read_file(&mut self, path: &Path) {
        let lines = match dotenvy::from_path_iter(path) {
            Ok(lines) => lines,
            Err(error) => {
                return self.file_mistake(format!(
                    "The settings file {} cannot be read: {error}",
                    path.display()
                ));
            }
        };
        for line in lines {
            match line {
                Ok((name, text)) => self.insert_from_file(&name, &text),
                Err(dotenvy::Error::LineParse(line, _)) => {
                    // The line itself may hold a secret: only its number is shown.
                    return self.file_mistake(format!(
                        "Line {} of {} is not of the form NAME=value (quote values that hold spaces or #)",
                        line_number(path, &line),
                        path.display()
                    ));
                }
                Err(error) => {
                    return self.file_mistake(format!(
                        "The settings file {} cannot be read: {error}",
                        path.display()
                    ));
                }
            }
        }
    }

    fn insert_from_file(&mut self, name: &str, text: &str) {
        if variables::find(name).is_none() {
            self.misspelt.extend(probably_meant(name));
        }
        self.insert(name, text, Origin::File);
    }

    fn insert(&mut self, name: &str, text: &str, origin: Origin) {
        let Some(variable) = variables::find(name) else {
            return;
        };
        if !text.trim().is_empty() {
            self.values
                .insert(variable.name, (text.trim().to_owned(), origin));
        }
    }

    fn file_mistake(&mut self, sentence: String) {
        self.mistakes.push(Mistake::File { sentence });
    }
}

fn env_file(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_owned()),
        None => Path::new(DEFAULT_FILE).exists().then(|| DEFAULT_FILE.into()),
    }
}

/// Where in the file a line stands, of which the parser may give only the value; `?` when it spans several.
fn line_number(path: &Path, line: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .position(|candidate| candidate.trim().ends_with(line.trim()))
        .map_or_else(|| "?".to_owned(), |index| (index + 1).to_string())
}

fn probably_meant(name: &str) -> Option<UnknownName> {
    VARIABLES
        .iter()
        .map(|variable| (strsim::jaro_winkler(name, variable.name), variable.name))
        .filter(|(likeness, _)| *likeness >= MISSPELT)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, meant)| UnknownName {
            name: name.to_owned(),
            meant,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("booth.env");
        std::fs::write(&path, text).unwrap();
        let mut environment = Environment::default();
        environment.read_file(&path);
        (folder, environment)
    }

    #[test]
    fn a_file_sets_what_the_process_does_not() {
        let (_folder, mut environment) = file("WORKERS=3\nEVENT_NAME=\"Ada & Alan\"\n");
        environment.insert("WORKERS", "5", Origin::Process);
        assert_eq!(environment.get("WORKERS"), Some(("5", Origin::Process)));
        assert_eq!(environment.get("EVENT_NAME"), Some(("Ada & Alan", Origin::File)));
    }

    #[test]
    fn an_empty_variable_of_the_process_leaves_the_files_value() {
        let (_folder, mut environment) = file("WORKERS=3\n");
        environment.insert("WORKERS", "", Origin::Process);
        assert_eq!(environment.get("WORKERS"), Some(("3", Origin::File)));
    }

    #[test]
    fn a_broken_line_is_named_by_number_and_not_shown() {
        let (_folder, environment) = file("WORKERS=3\nOPERATOR_TOKEN hush hush\n");
        let [Mistake::File { sentence }] = environment.mistakes() else {
            panic!("one mistake, not {:?}", environment.mistakes());
        };
        assert!(sentence.contains("Line 2"), "{sentence}");
        assert!(!sentence.contains("hush"), "{sentence}");
    }

    #[test]
    fn a_value_with_spaces_and_no_quotes_is_named_by_number() {
        let (_folder, environment) = file("WORKERS=3\n\nEVENT_NAME=Anna & Tom\n");
        let [Mistake::File { sentence }] = environment.mistakes() else {
            panic!("one mistake, not {:?}", environment.mistakes());
        };
        assert!(sentence.contains("Line 3"), "{sentence}");
    }

    #[test]
    fn a_named_file_that_is_missing_is_a_mistake() {
        let environment = Environment::load(Some(Path::new("/nowhere/booth.env")));
        assert!(environment.mistakes().iter().any(|mistake| matches!(
            mistake,
            Mistake::File { sentence } if sentence.contains("/nowhere/booth.env")
        )));
    }

    #[test]
    fn a_misspelt_name_is_noticed_and_a_foreign_one_is_not() {
        let (_folder, environment) = file("BIND_ADR=1\nCOMPOSE_PROJECT_NAME=x\n");
        assert_eq!(
            environment.misspelt(),
            [UnknownName {
                name: "BIND_ADR".to_owned(),
                meant: "BIND_ADDR"
            }]
        );
    }
}
