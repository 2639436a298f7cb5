//! OAuth 2.0, as apps, devices and service accounts use it.

use std::time::Duration;

use boothline_drive_sim::{ClientState, Options};
use serde_json::{Value, json};

use crate::support::{Drive, Reply};

const SCOPE: &str = "https://www.googleapis.com/auth/drive.file";
const REDIRECT: &str = "http://127.0.0.1:9/callback";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[track_caller]
fn refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status, reply.json()["error"].as_str()),
        (status, Some(error))
    );
}

/// The parameters that the consent page sends back.
fn consent(drive: &Drive, more: &[(&str, &str)]) -> std::collections::HashMap<String, String> {
    let client = drive.client();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("client_id", client.0.as_str()),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "s t&"),
        ("access_type", "offline"),
        ("prompt", "consent"),
    ]);
    query.extend_pairs(more);
    let reply = drive.guest(&format!("o/oauth2/v2/auth?{}", query.finish()));
    assert_eq!(reply.status, 302, "{}", reply.text());
    let back = url::Url::parse(&reply.headers["location"]).unwrap();
    assert!(back.as_str().starts_with(REDIRECT));
    back.query_pairs().into_owned().collect()
}

fn exchange(drive: &Drive, code: &str, more: &[(&str, &str)]) -> Reply {
    let (id, secret) = drive.client();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &id),
        ("client_secret", &secret),
        ("redirect_uri", REDIRECT),
        ("code", code),
    ];
    fields.extend(more);
    drive.form("token", &fields)
}

fn refresh(drive: &Drive, token: &str) -> Reply {
    let (id, secret) = drive.client();
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", &id),
        ("client_secret", &secret),
        ("refresh_token", token),
    ];
    drive.form("o/oauth2/token", &fields)
}

#[test]
fn a_code_serves_once_and_only_with_its_verifier() {
    let drive = Drive::start();
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let back = consent(&drive, &pkce);
    assert_eq!(back["state"], "s t&");
    refused(&exchange(&drive, &back["code"], &[]), 400, "invalid_grant");
    let wrong = "x".repeat(43);
    let back = consent(&drive, &pkce);
    refused(
        &exchange(&drive, &back["code"], &[("code_verifier", &wrong)]),
        400,
        "invalid_grant",
    );
    let back = consent(&drive, &pkce);
    let token = exchange(&drive, &back["code"], &[("code_verifier", VERIFIER)]).ok();
    assert_eq!(token["scope"], SCOPE);
    assert_eq!(token["expires_in"], 3599);
    assert!(token.get("refresh_token_expires_in").is_none());
    let again = exchange(&drive, &back["code"], &[("code_verifier", VERIFIER)]);
    refused(&again, 400, "invalid_grant");
    let back = consent(&drive, &pkce);
    drive.sim.advance_clock(Duration::from_secs(601));
    let late = exchange(&drive, &back["code"], &[("code_verifier", VERIFIER)]);
    refused(&late, 400, "invalid_grant");
}

#[test]
fn the_consent_page_refuses_foreign_clients_and_addresses() {
    let drive = Drive::start();
    let (id, _) = drive.client();
    for (client, redirect) in [("other", REDIRECT), (id.as_str(), "https://example.com/")] {
        let path = format!(
            "o/oauth2/v2/auth?client_id={client}&redirect_uri={redirect}&response_type=code&scope={SCOPE}"
        );
        assert!(drive.guest(&path).status >= 400);
    }
    drive.sim.change(|options| options.consent.deny = true);
    assert_eq!(consent(&drive, &[])["error"], "access_denied");
}

#[test]
fn a_person_may_leave_scopes_unticked() {
    let drive = Drive::start();
    drive
        .sim
        .change(|options| options.consent.scope = Some(format!("openid {SCOPE}")));
    let asked = format!("{SCOPE} https://www.googleapis.com/auth/drive");
    let back = consent(&drive, &[("scope", &asked)]);
    let token = exchange(&drive, &back["code"], &[]).ok();
    assert_eq!(token["scope"], SCOPE);
}

#[test]
fn a_refresh_gives_an_access_token_only() {
    let drive = Drive::start();
    let stored = drive.credentials("token.json");
    let stored = stored["refresh_token"].as_str().unwrap();
    let fresh = refresh(&drive, stored).ok();
    assert!(fresh.get("refresh_token").is_none());
    assert_ne!(fresh["access_token"], json!(drive.token));
    assert_eq!(drive.sim.snapshot().token_refreshes, 1);
    refused(&refresh(&drive, "1//never-given"), 400, "invalid_grant");
    drive.sim.revoke_tokens();
    let dead = refresh(&drive, stored);
    refused(&dead, 400, "invalid_grant");
    assert_eq!(
        dead.json()["error_description"],
        "Token has been expired or revoked."
    );
    drive.get("drive/v3/files").refused(401, "authError");
}

#[test]
fn access_tokens_end_with_their_time() {
    let drive = Drive::start();
    drive.get("drive/v3/files").ok();
    drive.sim.advance_clock(Duration::from_secs(3600));
    drive.get("drive/v3/files").refused(401, "authError");
}

#[test]
fn an_app_in_testing_loses_its_grant_after_a_week() {
    let week = Duration::from_secs(7 * 24 * 3600);
    let drive = Drive::with(Options {
        refresh_token_lifetime: Some(week),
        ..Options::default()
    });
    let token = exchange(&drive, &consent(&drive, &[])["code"], &[]).ok();
    assert_eq!(token["refresh_token_expires_in"], week.as_secs());
    let token = token["refresh_token"].as_str().unwrap();
    drive.sim.advance_clock(week / 2);
    assert!(
        refresh(&drive, token).ok()["refresh_token_expires_in"]
            .as_u64()
            .unwrap()
            <= week.as_secs() / 2
    );
    drive.sim.advance_clock(week / 2);
    refused(&refresh(&drive, token), 400, "invalid_grant");
}

#[test]
fn the_client_itself_may_be_wrong() {
    let drive = Drive::start();
    let stored = drive.credentials("token.json");
    let token = stored["refresh_token"].as_str().unwrap();
    let (id, _) = drive.client();
    let wrong = [
        ("grant_type", "refresh_token"),
        ("client_id", &id),
        ("client_secret", "guess"),
        ("refresh_token", token),
    ];
    refused(&drive.form("token", &wrong), 401, "invalid_client");
    drive.sim.change(|options| options.client = ClientState::Deleted);
    refused(&refresh(&drive, token), 401, "deleted_client");
    drive
        .sim
        .change(|options| options.client = ClientState::Unauthorized);
    refused(&refresh(&drive, token), 401, "unauthorized_client");
    refused(
        &drive.form("token", &[("grant_type", "password")]),
        400,
        "unsupported_grant_type",
    );
}

#[test]
fn revoking_one_token_ends_the_whole_grant() {
    let drive = Drive::start();
    let stored = drive.credentials("token.json");
    let token = stored["refresh_token"].as_str().unwrap();
    assert_eq!(drive.form("revoke", &[("token", &drive.token)]).ok(), json!({}));
    refused(&refresh(&drive, token), 400, "invalid_grant");
    refused(&drive.form("revoke", &[("token", token)]), 400, "invalid_token");
}

#[test]
fn a_device_polls_until_its_person_decides() {
    let drive = Drive::start();
    let (id, secret) = drive.client();
    let too_much = [
        ("client_id", id.as_str()),
        ("scope", "https://www.googleapis.com/auth/drive"),
    ];
    refused(&drive.form("device/code", &too_much), 400, "invalid_scope");
    let start = || {
        drive
            .form("device/code", &[("client_id", &id), ("scope", SCOPE)])
            .ok()
    };
    let poll = |device: &Value| {
        let fields = [
            ("client_id", id.as_str()),
            ("client_secret", &secret),
            ("device_code", device["device_code"].as_str().unwrap()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ];
        drive.form("token", &fields)
    };
    let device = start();
    assert_eq!(device["verification_url"], format!("{}device", drive.sim.url()));
    assert_eq!(device["interval"], 5);
    refused(&poll(&device), 428, "authorization_pending");
    refused(&poll(&device), 403, "slow_down");
    drive.sim.advance_clock(Duration::from_secs(10));
    refused(&poll(&device), 428, "authorization_pending");
    let user_code = device["user_code"].as_str().unwrap();
    assert!(drive.sim.decide_device(user_code, true));
    let token = poll(&device).ok();
    assert!(token["refresh_token"].is_string());
    refused(&poll(&device), 400, "invalid_grant");
    let device = start();
    let code = json!({"user_code": device["user_code"]});
    drive.post("sim/device/deny", &code).ok();
    refused(&poll(&device), 403, "access_denied");
    assert_eq!(
        drive
            .post("sim/device/approve", &json!({"user_code": "NONE"}))
            .status,
        404
    );
}

#[test]
fn a_service_account_proves_itself_with_its_key() {
    let mut drive = Drive::start();
    let good = drive.assertion(&json!({}));
    assert!(drive.assert_with(&good).ok().get("refresh_token").is_none());
    let other = drive.assertion(&json!({"scope": "https://www.googleapis.com/auth/drive"}));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let (claims, _) = other.rsplit_once('.').unwrap();
    let forged = format!("{claims}.{signature}");
    refused(&drive.assert_with(&forged), 400, "invalid_grant");
    let now = drive.now();
    for claims in [
        json!({"aud": "https://example.com/token"}),
        json!({"iat": now - 7200, "exp": now - 3600}),
        json!({"exp": now + 7200}),
        json!({"iss": "other@example.com"}),
    ] {
        refused(
            &drive.assert_with(&drive.assertion(&claims)),
            400,
            "invalid_grant",
        );
    }
    let delegated = drive.assertion(&json!({"sub": "operator@example.com"}));
    refused(&drive.assert_with(&delegated), 401, "unauthorized_client");
    drive.sim.change(|options| options.delegation = true);
    let token = drive.assert_with(&delegated).ok();
    drive.token = token["access_token"].as_str().unwrap().to_owned();
    drive.photo("in the operator's Drive", None, b"abc");
    drive.token = drive.sign_in_service_account();
    let refused = drive.multipart(&json!({"name": "a"}), b"abc", "id");
    refused.refused(403, "storageQuotaExceeded");
    drive.folder("no bytes", None);
}
