//! What is in force: every variable with its value and where it came from.

use super::environment::{Environment, Origin};
use super::variables::{VARIABLES, Variable};

/// One variable as it is in force.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The variable.
    pub variable: &'static Variable,
    /// Its text; `None` when nothing is set and no fixed default exists. A
    /// secret shows only that it is set.
    pub text: Option<String>,
    /// Where it came from; `None` for a default.
    pub origin: Option<Origin>,
}

/// Every variable, in the order of `.env.example`.
pub fn settings(environment: &Environment) -> Vec<Setting> {
    VARIABLES
        .iter()
        .map(|variable| setting(environment, variable))
        .collect()
}

fn setting(environment: &Environment, variable: &'static Variable) -> Setting {
    let Some((text, origin)) = environment.get(variable.name) else {
        let default = variable.default;
        return Setting {
            variable,
            text: (!default.is_empty()).then(|| default.to_owned()),
            origin: None,
        };
    };
    let shown = if variable.secret { "(set, not shown)" } else { text };
    Setting {
        variable,
        text: Some(shown.to_owned()),
        origin: Some(origin),
    }
}
