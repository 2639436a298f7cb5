//! The flow for machines without a browser: the person types a code on a phone.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use boothline_domain::clock::Timestamp;
use serde_json::json;

use super::client::Form;
use super::directory::Grant;
use super::error::OAuthError;
use super::scope;
use crate::error::json_answer;
use crate::random;
use crate::shared::Shared;

const LIFETIME: Duration = Duration::from_secs(1800);

/// A device that waits for its person.
pub(super) struct Device {
    user_code: String,
    client: String,
    scope: String,
    expires: Timestamp,
    last_poll: Option<Timestamp>,
    interval: Duration,
    decision: Decision,
}

enum Decision {
    Pending,
    Approved(String),
    Denied,
}

/// `POST /device/code`
pub(crate) async fn start(
    shared: web::Data<Shared>,
    _: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, OAuthError> {
    let options = shared.options();
    let client = form.get("client_id").ok_or(OAuthError::invalid_request(
        "Missing required parameter: client_id",
    ))?;
    if client != super::CLIENT_ID {
        return Err(OAuthError::new(
            401,
            "invalid_client",
            "The OAuth client was not found.",
        ));
    }
    let scope = form.get("scope").filter(|scope| !scope.is_empty());
    let scope = scope.ok_or(OAuthError::invalid_request("Missing required parameter: scope"))?;
    if !scope::is_for_devices(scope) {
        return Err(OAuthError::new(400, "invalid_scope", "Invalid device flow scope"));
    }
    let device_code = format!("AH-1Ng{}", random::text(90));
    let user_code = user_code();
    let device = Device {
        user_code: user_code.clone(),
        client: client.clone(),
        scope: scope.clone(),
        expires: shared.now().plus(LIFETIME),
        last_poll: None,
        interval: Duration::from_secs(options.device_interval),
        decision: Decision::Pending,
    };
    shared.directory().devices.insert(device_code.clone(), device);
    Ok(json_answer(&json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_url": format!("{}device", shared.url),
        "expires_in": LIFETIME.as_secs(),
        "interval": options.device_interval,
    })))
}

/// Eight letters that are not mistaken for each other.
fn user_code() -> String {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    let letters = random::text(8);
    let mut code: String = letters
        .bytes()
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
        .collect();
    code.insert(4, '-');
    code
}

/// Asks for the person's decision.
pub(super) fn poll(shared: &Shared, client: &str, code: &str) -> Result<Grant, OAuthError> {
    let now = shared.now();
    let mut directory = shared.directory();
    let device = directory
        .devices
        .get_mut(code)
        .filter(|device| device.client == client && now < device.expires)
        .ok_or(OAuthError::invalid_grant("Malformed device code."))?;
    let too_soon = device
        .last_poll
        .is_some_and(|last| now.since(last) < device.interval);
    device.last_poll = Some(now);
    match &device.decision {
        Decision::Pending if too_soon => {
            device.interval += Duration::from_secs(5);
            Err(OAuthError::new(403, "slow_down", "Forbidden"))
        }
        Decision::Pending => Err(OAuthError::new(
            428,
            "authorization_pending",
            "Precondition Required",
        )),
        Decision::Denied => Err(OAuthError::new(403, "access_denied", "Forbidden")),
        Decision::Approved(account) => {
            let grant = Grant {
                account: account.clone(),
                client: client.to_owned(),
                scope: device.scope.clone(),
            };
            directory.devices.remove(code);
            Ok(grant)
        }
    }
}

/// The person's decision about a code; false when nothing waits under it.
pub(crate) fn decide(shared: &Shared, user_code: &str, approve: bool) -> bool {
    let account = shared.options().consent.account;
    let mut directory = shared.directory();
    let Some(device) = directory
        .devices
        .values_mut()
        .find(|device| device.user_code.eq_ignore_ascii_case(user_code))
    else {
        return false;
    };
    device.decision = if approve {
        Decision::Approved(account)
    } else {
        Decision::Denied
    };
    true
}

/// `GET /device`: says how to decide here.
pub(crate) async fn page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=UTF-8").body(
        "<!DOCTYPE html><title>Connect a device</title><h1>Connect a device</h1>\
         <p>POST /sim/device/approve with {\"user_code\": \"XXXX-XXXX\"} lets it in.</p>",
    )
}
