//! Text on a picture: variables filled in, set in a shipped font, shrunk until it fits its box.

mod fonts;
mod set;
mod variables;

pub(crate) use set::set;
pub use variables::Variables;
pub(crate) use variables::unknown_variable;
