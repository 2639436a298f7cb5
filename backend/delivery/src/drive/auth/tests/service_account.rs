//! Signing in as a service account.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::booth::{Booth, DRIVE_FILE, MINUTE};
use super::server::{Reply, Server};
use crate::drive::Trouble;
use crate::drive::auth::{CredentialFiles, SignIn};

/// Made for these tests with `openssl genrsa 2048`; it opens nothing.
const KEY: &str = include_str!("throwaway_key.pem");
const EMAIL: &str = "booth@project.iam.gserviceaccount.com";

fn key_content(server: &Server) -> Value {
    json!({
        "type": "service_account",
        "private_key_id": "key-7",
        "private_key": KEY,
        "client_email": EMAIL,
        "token_uri": server.url("/token"),
    })
}

fn sign_in(booth: &Booth) -> SignIn {
    booth.sign_in_with(CredentialFiles {
        service_account: Some(booth.path("key.json")),
        ..booth.files()
    })
}

#[tokio::test]
async fn it_signs_a_claim_with_its_key_and_keeps_the_token_in_memory() {
    let server = Server::start(|number, _| Reply::token(&format!("ya29.c.{number}"))).await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    let sign_in = sign_in(&booth);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.c.0");
    assert_eq!(sign_in.token().await.unwrap(), "ya29.c.0");
    booth.clock.advance(56 * MINUTE);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.c.1");
    assert_eq!(sign_in.renew("ya29.c.1").await.unwrap(), "ya29.c.2");
    assert_eq!(
        fs::read_dir(booth.folder.path()).unwrap().count(),
        1,
        "only the key"
    );

    let form = &server.asked()[0].form;
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let parts: Vec<&str> = form["assertion"].split('.').collect();
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let read = |part: &str| serde_json::from_slice::<Value>(&decode(part)).unwrap();
    assert_eq!(
        read(parts[0]),
        json!({"alg": "RS256", "typ": "JWT", "kid": "key-7"})
    );
    assert_eq!(
        read(parts[1]),
        json!({
            "iss": EMAIL, "scope": DRIVE_FILE, "aud": server.url("/token"),
            "iat": 1_795_262_400, "exp": 1_795_266_000,
        })
    );
    let signed = format!("{}.{}", parts[0], parts[1]);
    assert!(is_signed(signed.as_bytes(), &decode(parts[2])));
    assert!(!is_signed(b"something else", &decode(parts[2])));
}

/// Checks the signature with the public half of the key.
fn is_signed(message: &[u8], signature: &[u8]) -> bool {
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let info = ring::sign::any_supported_type(&key)
        .unwrap()
        .public_key()
        .unwrap()
        .to_vec();
    // The last 270 bytes of such an info are the key itself, for 2048 bits.
    let public = &info[info.len() - 270..];
    let provider = ring::default_provider();
    let (_, algorithms) = provider
        .signature_verification_algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == SignatureScheme::RSA_PKCS1_SHA256)
        .unwrap();
    algorithms[0].verify_signature(public, message, signature).is_ok()
}

#[tokio::test]
async fn a_wrong_clock_is_told_from_a_revoked_key() {
    for (description, date, words) in [
        (
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
            "",
            "clock is wrong",
        ),
        (
            "Invalid JWT",
            "Date: Sat, 21 Nov 2026 11:00:00 GMT\r\n",
            "clock is 60 minutes ahead of Google's",
        ),
        ("Invalid JWT Signature.", "", "key is still valid"),
        ("Invalid grant: account not found", "", "account exists"),
    ] {
        let server = Server::start(move |_, _| {
            let answer = json!({"error": "invalid_grant", "error_description": description});
            Reply::Answer(400, date.to_owned(), answer.to_string())
        })
        .await;
        let booth = Booth::new();
        booth.write("key.json", &key_content(&server));
        let error = sign_in(&booth).token().await.unwrap_err();
        assert_eq!(error.trouble, Trouble::SignIn);
        assert!(error.message.contains(words), "{description}: {}", error.message);
    }
}

#[tokio::test]
async fn faults_of_the_server_heal_by_themselves() {
    let server = Server::start(|number, _| match number {
        0 => Reply::json(503, ""),
        1 => Reply::json(200, "{}"),
        _ => Reply::token("ya29.c"),
    })
    .await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    let sign_in = sign_in(&booth);
    assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::Offline);
    assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::Offline);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.c");
}

#[tokio::test]
async fn what_is_wrong_with_a_key_file_is_said() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let booth = Booth::new();
    let sign_in = sign_in(&booth);
    let missing = sign_in.standing(true).await;
    assert_eq!((missing.ok, missing.status), (false, "missing_token"));
    assert_eq!(sign_in.identity(), None);

    let with = |key: &str, value: Value| {
        let mut content = key_content(&server);
        content[key] = value;
        content.to_string()
    };
    for (content, problem) in [
        ("{\"type\":".to_owned(), "ends in the middle"),
        (with("client_email", Value::Null), "has no \"client_email\""),
        (with("private_key", Value::Null), "has no \"private_key\""),
        (with("private_key", "secret".into()), "not in PEM form"),
        (
            with("token_uri", "http://evil.test/".into()),
            "address in \"token_uri\"",
        ),
        (r#"{"installed":{}}"#.to_owned(), "is an OAuth client's file"),
    ] {
        fs::write(booth.path("key.json"), content).unwrap();
        let standing = sign_in.standing(true).await;
        assert_eq!((standing.ok, standing.status), (false, "invalid_token_file"));
        assert!(standing.message.contains(problem), "{}", standing.message);
    }
    booth.write("key.json", &key_content(&server));
    assert!(sign_in.standing(false).await.ok);
    assert_eq!(sign_in.identity().unwrap().len(), 64);
}
