//! A service account: it signs in with a key of its own, without any person.
//!
//! The assertion is made here and not by yup-oauth2, whose errors do not tell a fault of the
//! network or the clock from a key that was revoked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boothline_domain::clock::Timestamp;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use serde_json::json;
use url::Url;

use super::client_secrets::{self, google_token_uri, text};
use super::scope::Scope;

/// Google refuses an assertion that is good for longer.
const LIFE_SECONDS: i64 = 3600;

/// The key file of a service account. It has no `Debug` output.
pub(super) struct ServiceAccountKey {
    pub(super) email: String,
    pub(super) key_id: Option<String>,
    pub(super) token_uri: Url,
    key: RsaSigningKey,
}

impl ServiceAccountKey {
    /// Reads the file's bytes; the error is the end of a sentence that began with its path.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let root = client_secrets::object(bytes)?;
        if root.contains_key("installed") || root.contains_key("web") {
            return Err("is an OAuth client's file, not a service account's key".to_owned());
        }
        let email = text(&root, "client_email").ok_or("has no \"client_email\"")?;
        let pem = text(&root, "private_key").ok_or("has no \"private_key\"")?;
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| "has a \"private_key\" that is not in PEM form")?;
        let key = RsaSigningKey::new(&der).map_err(|_| "has a \"private_key\" that is no RSA key")?;
        Ok(Self {
            email,
            key_id: text(&root, "private_key_id"),
            token_uri: client_secrets::endpoint(&root, "token_uri", google_token_uri().as_str())?,
            key,
        })
    }

    /// A signed claim that asks for `scope`, good for an hour (RFC 7523). `None` when the key
    /// cannot sign.
    pub(super) fn assertion(&self, scope: Scope, now: Timestamp) -> Option<String> {
        let issued = now.utc().timestamp();
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(id) = &self.key_id {
            header["kid"] = id.as_str().into();
        }
        let claims = json!({
            "iss": self.email,
            "scope": scope.url(),
            "aud": self.token_uri.as_str(),
            "iat": issued,
            "exp": issued + LIFE_SECONDS,
        });
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = self
            .key
            .choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?
            .sign(signed.as_bytes())
            .ok()?;
        Some(format!("{signed}.{}", encode(&signature)))
    }
}
