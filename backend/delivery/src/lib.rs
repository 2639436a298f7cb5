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

use boothline_domain::{ShareCode, TargetKind};

use crate::drive::Drive;

/// A place that results are delivered to.
#[derive(Clone)]
pub enum Target {
    /// Our own pages on the venue's network.
    Local(LocalTarget),
    /// A Google Drive folder.
    Drive(DriveTarget),
}

/// Delivery to Google Drive.
#[derive(Clone)]
pub struct DriveTarget {
    /// Our connection to it.
    pub drive: Drive,
    /// Our own pages, where guests' phones reach them from anywhere: then the
    /// QR code leads there, also before Drive has the file.
    pub pages: Option<LocalTarget>,
}

impl Target {
    /// The word for it in the configuration, the API and the metrics.
    pub const fn kind(&self) -> TargetKind {
        match self {
            Self::Local(_) => TargetKind::Local,
            Self::Drive(_) => TargetKind::Drive,
        }
    }

    /// The links of a result that may not exist yet. `compressed_url` is the
    /// path of its compressed copy below our own address, `reserved` the id
    /// that Drive keeps for it, where there is one.
    pub fn links(&self, code: &ShareCode, compressed_url: &str, reserved: Option<&str>) -> Links {
        match self {
            Self::Local(local) => local.links(code, compressed_url),
            Self::Drive(target) => target.links(code, reserved),
        }
    }
}

impl DriveTarget {
    /// The links of a result, as far as they are known.
    pub fn links(&self, code: &ShareCode, reserved: Option<&str>) -> Links {
        let there = reserved.map(|id| self.drive.links(id));
        let share_url = self.pages.as_ref().map(|pages| pages.page(code));
        let download_link = there.as_ref().map(|links| links.download_link.clone());
        Links {
            qr_target: share_url.clone().or_else(|| download_link.clone()),
            drive_link: there.map(|links| links.drive_link),
            share_url,
            download_link,
        }
    }
}
