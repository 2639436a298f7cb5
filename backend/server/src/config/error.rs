//! What is wrong with the settings, in words an operator can act on.

use std::fmt;

use super::Variable;

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A variable holds something it cannot mean.
    Value {
        /// Its name.
        variable: &'static str,
        /// What it holds; absent for a secret.
        found: Option<String>,
        /// What it should be, as the end of a sentence.
        expected: String,
    },
    /// The `.env` file cannot be read or understood.
    File {
        /// The whole sentence.
        sentence: String,
    },
}

impl Mistake {
    pub(super) fn value(variable: &Variable, found: &str, expected: String) -> Self {
        Self::Value {
            variable: variable.name,
            found: (!variable.secret).then(|| found.to_owned()),
            expected,
        }
    }

    /// The variable to mend, if it is one.
    pub const fn variable(&self) -> Option<&'static str> {
        match self {
            Self::Value { variable, .. } => Some(variable),
            Self::File { .. } => None,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value {
                variable,
                found: Some(found),
                expected,
            } => write!(f, "{variable} is {found:?}; it should be {expected}"),
            Self::Value {
                variable,
                found: None,
                expected,
            } => write!(f, "{variable} should be {expected} (its value is not shown)"),
            Self::File { sentence } => f.write_str(sentence),
        }
    }
}

/// Everything that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(Vec<Mistake>);

impl ConfigError {
    pub(super) const fn new(mistakes: Vec<Mistake>) -> Self {
        Self(mistakes)
    }

    /// One entry for each thing to mend, in the order of `.env.example`.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [_] => writeln!(f, "One setting is wrong:")?,
            many => writeln!(f, "{} settings are wrong:", many.len())?,
        }
        for mistake in &self.0 {
            writeln!(f, "  - {mistake}")?;
        }
        write!(
            f,
            "Mend them in the environment or in .env; `boothline config example` explains each."
        )
    }
}
