//! Are the settings understood?

use super::Check;
use crate::config::{ConfigError, Environment};

const NAME: &str = "settings";

/// The settings were understood; names that look misspelt are pointed out.
pub(super) fn valid(environment: &Environment) -> Check {
    let misspelt: Vec<String> = environment
        .misspelt()
        .iter()
        .map(|unknown| format!("{} (meant {}?)", unknown.name, unknown.meant))
        .collect();
    if misspelt.is_empty() {
        return Check::ok(NAME, "All settings are understood.");
    }
    Check::warning(
        NAME,
        format!(
            "The settings file has names we do not know: {}.",
            misspelt.join(", ")
        ),
        "Correct the names; `boothline config example` lists all of them.",
    )
}

/// One failed check for each setting that is wrong.
pub fn mistakes(error: &ConfigError) -> Vec<Check> {
    error
        .mistakes()
        .iter()
        .map(|mistake| {
            Check::failed(
                NAME,
                format!("{mistake}."),
                "Mend it in the environment or in .env; `boothline config example` explains it.",
            )
        })
        .collect()
}
