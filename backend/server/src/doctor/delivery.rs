//! Where will the pictures go?

use super::Check;
use crate::config::{Delivery, DeliveryTarget};

const NAME: &str = "delivery";

/// The target that is in force, and whether something else seems to be wanted.
pub(super) fn target(delivery: &Delivery) -> Check {
    let found = delivery.credentials_found();
    let drive_is_prepared = !found.is_empty() || delivery.target_folder_id.is_some();
    if delivery.target == DeliveryTarget::Auto && drive_is_prepared {
        return Check::warning(
            NAME,
            "Google Drive is prepared here, but this version delivers to its own share pages only.",
            "Nothing is lost: the settings are kept for a later version. DELIVERY_TARGET=local silences this.",
        );
    }
    Check::ok(NAME, "Pictures are delivered by share pages of this service.")
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;
    use crate::config::{Config, Environment};

    fn check(target_text: &str) -> Check {
        let pairs = [("TARGET_FOLDER_ID", "1AbC"), ("DELIVERY_TARGET", target_text)];
        let config = Config::from_environment(&Environment::from_pairs(&pairs)).unwrap();
        target(&config.delivery)
    }

    #[test]
    fn a_booth_prepared_for_drive_is_told_that_it_delivers_locally() {
        assert_eq!(check("auto").status, Status::Warning);
        assert_eq!(check("local").status, Status::Ok);
    }
}
