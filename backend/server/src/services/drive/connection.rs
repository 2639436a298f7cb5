//! How Google Drive is reached: the settings become a client.

use boothline_delivery::drive::auth::SignIn;
use boothline_delivery::drive::{Drive, DriveSettings, Patience, Share, http};
use boothline_domain::clock::SharedClock;

use crate::config::{Config, DriveShare};

/// Google's own advice: up to 5 MB in one request.
const MULTIPART_LIMIT: u64 = 5 * 1024 * 1024;

/// Services, workers and commands of one data folder keep one pace by it.
const PACE: &str = "drive.pace";

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// TLS needs them.
    #[error("No root certificates were found ({0}): install the package ca-certificates.")]
    NoCertificates(std::io::Error),
}

/// Our connection to Google Drive, as configured. Nothing is sent yet.
///
/// # Errors
/// When this machine has no root certificates.
pub fn open(config: &Config, clock: &SharedClock) -> Result<Drive, ConnectionError> {
    let delivery = &config.delivery;
    let http = http::client().map_err(ConnectionError::NoCertificates)?;
    let settings = DriveSettings {
        api_url: delivery.drive_api_url.folder(),
        link_url: delivery.drive_link_url.folder(),
        share: match delivery.drive_share {
            DriveShare::File => Share::File,
            DriveShare::Folder => Share::Folder,
        },
        requests_per_second: f64::from(delivery.drive_requests_per_second),
        pace_file: Some(config.storage.data_dir.join(PACE)),
        multipart_limit: MULTIPART_LIMIT,
        patience: Patience::default(),
    };
    let sign_in = SignIn::new(
        delivery.credential_files(),
        delivery.scope(),
        http.clone(),
        clock.clone(),
    );
    Ok(Drive::new(settings, sign_in, http, clock.clone()))
}
