//! Where will the pictures go?

use boothline_domain::TargetKind;

use super::Check;
use crate::config::{Delivery, DeliveryTarget};

const NAME: &str = "delivery";

/// The target that is in force. Whether Drive takes them is [`super::drive`]'s question.
pub(super) fn target(delivery: &Delivery) -> Check {
    let prepared = delivery.client_secrets_file.exists() || delivery.target_folder_id.is_some();
    match delivery.kind() {
        TargetKind::Local if delivery.target == DeliveryTarget::Auto && prepared => Check::warning(
            NAME,
            "Google Drive is prepared, but nobody has signed in: pictures stay on this machine.",
            "Sign in with `boothline auth drive`; or set DELIVERY_TARGET=local if that is meant.",
        ),
        TargetKind::Local => Check::ok(NAME, "Pictures are delivered by share pages of this service."),
        TargetKind::Drive => Check::ok(NAME, "Pictures are delivered to Google Drive."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};

    fn message(pairs: &[(&str, &str)]) -> String {
        let config = Config::from_environment(&Environment::from_pairs(pairs)).unwrap();
        target(&config.delivery).message
    }

    #[test]
    fn without_credentials_pictures_stay_here_unless_drive_is_asked_for() {
        let nowhere = ("TOKEN_FILE", "/nonexistent/token.json");
        assert!(message(&[nowhere]).contains("share pages"));
        assert!(message(&[nowhere, ("DELIVERY_TARGET", "drive")]).contains("Google Drive"));
    }
}
