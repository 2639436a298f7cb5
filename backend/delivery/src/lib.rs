//! Where results go, and which links lead there.
//!
//! The targets are a closed set: [`Target`] is an enum, and each variant keeps
//! its own file. A target says as early as it can which links a result will
//! have, so that the QR code is on screen before the picture is made.

pub mod drive;
mod links;
mod local;

pub use links::{Links, Standing, qr_picture_address};
pub use local::{InvalidBase, LocalTarget};

use boothline_domain::ShareCode;

/// A place that results are delivered to.
#[derive(Clone, Debug)]
pub enum Target {
    /// Our own pages on the venue's network.
    Local(LocalTarget),
}

impl Target {
    /// The word for it in the configuration, the API and the metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Local(_) => "local",
        }
    }

    /// The links of a result that may not exist yet. `compressed_url` is the
    /// path of its compressed copy below our own address.
    pub fn links(&self, code: &ShareCode, compressed_url: &str) -> Links {
        match self {
            Self::Local(local) => local.links(code, compressed_url),
        }
    }

    /// What an operator has to know about it.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Local(local) => local.standing(),
        }
    }
}
