//! Signed assertions of service accounts (RFC 7523).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use boothline_domain::clock::Timestamp;
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde::Deserialize;
use url::Url;

use super::directory::{CLIENT_ID, Grant};
use super::error::OAuthError;
use crate::options::Options;
use crate::world::SERVICE_ACCOUNT;

/// The private key of the service account. It opens nothing but simulators.
pub(crate) const KEY_PEM: &str = include_str!("../service_account_test_key.pem");
/// The name of that key.
pub(crate) const KEY_ID: &str = "b007b007b007b007b007b007b007b007b007b007";

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    scope: String,
    aud: String,
    iat: i64,
    exp: i64,
    sub: Option<String>,
}

/// Seconds that clocks may differ.
const LEEWAY: i64 = 300;
const LONGEST_LIFE: i64 = 3600;

/// Checks signature, audience and times; what it grants.
pub(super) fn verify(
    assertion: &str,
    own_url: &str,
    options: &Options,
    now: Timestamp,
) -> Result<Grant, OAuthError> {
    let (signed, signature) = assertion
        .rsplit_once('.')
        .ok_or(OAuthError::invalid_grant("Bad Request"))?;
    let (header, claims) = signed
        .split_once('.')
        .ok_or(OAuthError::invalid_grant("Bad Request"))?;
    let header: Header = decode(header)?;
    let claims: Claims = decode(claims)?;
    if claims.iss != SERVICE_ACCOUNT {
        return Err(OAuthError::invalid_grant("Invalid grant: account not found"));
    }
    let right_key = header.alg == "RS256" && header.kid.is_none_or(|kid| kid == KEY_ID);
    if !right_key || !is_signed(signed.as_bytes(), signature) {
        return Err(OAuthError::invalid_grant("Invalid JWT Signature."));
    }
    if !is_token_address(&claims.aud, own_url) {
        return Err(OAuthError::invalid_grant("Invalid JWT: Failed audience check."));
    }
    let now = now.millis() / 1000;
    let in_time = claims.iat <= now + LEEWAY
        && claims.exp > now - LEEWAY
        && claims.exp > claims.iat
        && claims.exp - claims.iat <= LONGEST_LIFE;
    if !in_time {
        return Err(OAuthError::invalid_grant(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check \
             your iat and exp values in the JWT claim.",
        ));
    }
    if claims.scope.trim().is_empty() {
        return Err(OAuthError::new(
            400,
            "invalid_scope",
            "Empty or missing scope not allowed.",
        ));
    }
    if claims.sub.as_ref().is_some_and(|sub| *sub != claims.iss) && !options.delegation {
        return Err(OAuthError::new(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for \
             any of the scopes requested.",
        ));
    }
    Ok(Grant {
        account: claims.sub.unwrap_or(claims.iss),
        // A service account belongs to the same Cloud project as the OAuth client.
        client: CLIENT_ID.to_owned(),
        scope: claims.scope,
    })
}

fn decode<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, OAuthError> {
    let bytes = URL_SAFE_NO_PAD.decode(unpadded(part)).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(OAuthError::invalid_grant("Bad Request"))
}

/// RFC 7515 knows no padding, but Google takes it, and some libraries send it.
fn unpadded(part: &str) -> &str {
    part.trim_end_matches('=')
}

fn is_signed(message: &[u8], signature: &str) -> bool {
    let Ok(signature) = URL_SAFE_NO_PAD.decode(unpadded(signature)) else {
        return false;
    };
    let public = key_pair().public_key().as_ref().to_vec();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message, &signature)
        .is_ok()
}

/// The key pair of the service account.
fn key_pair() -> RsaKeyPair {
    let base64: String = KEY_PEM
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD.decode(base64).expect("the shipped key is PEM");
    RsaKeyPair::from_pkcs8(&der).expect("the shipped key is an RSA key")
}

/// Google's Python client names Google's own address whatever the key file says. Of ours, `localhost` and
/// `127.0.0.1` lead to the same door.
fn is_token_address(audience: &str, own_url: &str) -> bool {
    const GOOGLES: [&str; 2] = [
        "https://oauth2.googleapis.com/token",
        "https://accounts.google.com/o/oauth2/token",
    ];
    if GOOGLES.contains(&audience) {
        return true;
    }
    let (Ok(audience), Ok(own)) = (Url::parse(audience), Url::parse(own_url)) else {
        return false;
    };
    let local = matches!(audience.host_str(), Some("localhost" | "127.0.0.1"));
    local
        && audience.port_or_known_default() == own.port_or_known_default()
        && ["/token", "/o/oauth2/token"].contains(&audience.path())
}
