//! Reads variables one by one and remembers every mistake.

use std::collections::BTreeSet;

use super::environment::Environment;
use super::error::{ConfigError, Mistake};
use super::variables::{self, Variable};

/// A parser answers with what it expected, as the end of a sentence.
pub(super) type Parsed<T> = Result<T, String>;

/// A walk through the variables that does not stop at the first mistake.
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    mistakes: Vec<Mistake>,
    names_read: BTreeSet<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            mistakes: environment.mistakes().to_vec(),
            names_read: BTreeSet::new(),
        }
    }

    /// The variable's value, or its default when it is not set or wrong.
    pub(super) fn value<T>(&mut self, name: &str, parse: impl Fn(&str) -> Parsed<T>) -> T {
        match self.optional(name, &parse) {
            Some(value) => value,
            None => parse(self.variable(name).default)
                .expect("a default parses: a test reads every variable without settings"),
        }
    }

    /// The variable's value; `None` when it is not set or wrong.
    pub(super) fn optional<T>(&mut self, name: &str, parse: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        let variable = self.variable(name);
        let (text, _) = self.environment.get(name)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.mistakes.push(Mistake::value(variable, text, expected));
                None
            }
        }
    }

    /// The settings, unless something was wrong.
    pub(super) fn finish<T>(mut self, settings: T) -> Result<T, ConfigError> {
        if self.mistakes.is_empty() {
            return Ok(settings);
        }
        self.mistakes
            .sort_by_key(|mistake| mistake.variable().map(variables::position));
        Err(ConfigError::new(self.mistakes))
    }

    #[cfg(test)]
    pub(super) fn names_read(&self) -> &BTreeSet<&'static str> {
        &self.names_read
    }

    fn variable(&mut self, name: &str) -> &'static Variable {
        let variable =
            variables::find(name).expect("a variable that is read is in the table: a test reads every one");
        self.names_read.insert(variable.name);
        variable
    }
}
