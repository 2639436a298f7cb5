//! The raw lines: every single measurement as a line of JSON, so that others can reckon anew.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// A file of JSON lines.
pub(crate) struct Raw(BufWriter<File>);

impl Raw {
    /// Begins the file anew.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self(BufWriter::new(file)))
    }

    /// Adds a line; it is on disk at once, so that a run that is stopped leaves what it has.
    pub(crate) fn line(&mut self, value: &Value) -> Result<()> {
        writeln!(self.0, "{value}")?;
        Ok(self.0.flush()?)
    }
}

/// A time without digits that nobody can measure.
pub(crate) fn short(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
