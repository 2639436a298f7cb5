//! What the operator allows us to do in Drive.

use std::fmt;

/// The access that we ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `drive.file`: files that this app made or that were picked for it. Google does not ask
    /// for a review of the app.
    File,
    /// `drive`: every file of the account; needed for a folder that was made by hand.
    Full,
}

impl Scope {
    /// The address that names the scope in requests and token files.
    pub const fn url(self) -> &'static str {
        match self {
            Self::File => "https://www.googleapis.com/auth/drive.file",
            Self::Full => "https://www.googleapis.com/auth/drive",
        }
    }

    /// Whether what was granted is enough; full access includes the narrow one.
    pub(super) fn is_covered_by(self, granted: &[String]) -> bool {
        granted
            .iter()
            .any(|scope| scope == self.url() || scope == Self::Full.url())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "drive.file",
            Self::Full => "drive",
        })
    }
}
