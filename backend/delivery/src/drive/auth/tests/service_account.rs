//! Signing in as a service account.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use boothline_domain::clock::{Clock as _, SystemClock};
use rustls::SignatureScheme;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tracing_subscriber::util::SubscriberInitExt as _;

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

fn files(booth: &Booth) -> CredentialFiles {
    CredentialFiles {
        service_account: Some(booth.path("key.json")),
        ..booth.files()
    }
}

fn sign_in(booth: &Booth) -> SignIn {
    booth.sign_in_with(files(booth))
}

#[tokio::test]
async fn it_signs_a_claim_with_its_key_and_keeps_the_token_in_memory() {
    let server = Server::start(|number, _| Reply::token(&format!("ya29.c.{number}"))).await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    let sign_in = sign_in(&booth);
    let start = SystemClock.now().utc().timestamp();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.c.0");
    let end = SystemClock.now().utc().timestamp();
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
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).unwrap();
    let read = |part: &str| serde_json::from_slice::<Value>(&decode(part)).unwrap();
    assert_eq!(read(parts[0]), json!({"alg": "RS256", "typ": "JWT"}));
    let claims = read(parts[1]);
    assert_eq!(claims["iss"], EMAIL);
    assert_eq!(claims["scope"], DRIVE_FILE);
    assert_eq!(claims["aud"], server.url("/token"));
    assert_eq!(claims["sub"], Value::Null);
    let (issued, expires) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert!((start..=end).contains(&issued));
    assert!((3500..=3600).contains(&(expires - issued)));
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
async fn what_is_no_token_is_an_error_and_heals_by_itself() {
    let replies: [fn() -> Reply; 16] = [
        || Reply::Hang,
        || Reply::Cut,
        || Reply::json(503, ""),
        || Reply::json(500, "<html>Error 500</html>"),
        || Reply::json(429, r#"{"error":"rate_limit_exceeded"}"#),
        || Reply::json(400, r#"{"error":"temporarily_unavailable"}"#),
        || Reply::Answer(302, "Location: http://portal.test/\r\n".to_owned(), String::new()),
        || Reply::json(200, "<html>Welcome to the venue's network</html>"),
        || Reply::json(200, "{}"),
        || Reply::json(200, "[]"),
        || Reply::json(200, r#"{"error":{"code":503}}"#),
        || Reply::json(200, r#"{"id_token":"eyJ0","expires_in":3599}"#),
        || Reply::json(200, r#"{"access_token":null,"expires_in":3599}"#),
        || Reply::json(200, r#"{"access_token":" ","expires_in":3599}"#),
        || Reply::json(200, r#"{"access_token":"x","token_type":"mac"}"#),
        || Reply::json(200, r#"{"access_token":"x","expires_in":9223372036854775807}"#),
    ];
    for (number, reply) in replies.into_iter().enumerate() {
        let server = Server::start(move |asked, _| match asked {
            0 => reply(),
            _ => Reply::token("ya29.c"),
        })
        .await;
        let booth = Booth::new();
        booth.write("key.json", &key_content(&server));
        let sign_in = booth.impatient_sign_in_with(files(&booth));
        let error = sign_in.token().await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Offline, "reply {number}: {error:?}");
        let standing = sign_in.standing(false).await;
        assert_eq!((standing.ok, standing.status), (true, "offline"));
        assert_eq!(sign_in.token().await.unwrap(), "ya29.c", "reply {number}");
    }
}

#[tokio::test]
async fn an_end_that_cannot_be_is_taken_for_googles_hour() {
    for end in ["", r#","expires_in":-5"#, r#","expires_in":999999999"#] {
        let server = Server::start(move |number, _| {
            Reply::json(200, &format!(r#"{{"access_token":"ya29.{number}"{end}}}"#))
        })
        .await;
        let booth = Booth::new();
        booth.write("key.json", &key_content(&server));
        let sign_in = sign_in(&booth);
        assert_eq!(sign_in.token().await.unwrap(), "ya29.0");
        booth.clock.advance(54 * MINUTE);
        assert_eq!(sign_in.token().await.unwrap(), "ya29.0", "{end}");
        booth.clock.advance(2 * MINUTE);
        assert_eq!(sign_in.token().await.unwrap(), "ya29.1", "{end}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_sign_in_trouble() {
    let booth = Booth::new();
    {
        let gone = Server::start(|_, _| Reply::Hang).await;
        booth.write("key.json", &key_content(&gone));
    }
    let error = sign_in(&booth).token().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::Offline);
    assert!(error.message.contains("refused"), "{}", error.message);
}

#[tokio::test]
async fn twenty_callers_cause_one_request() {
    let server = Server::start(|_, _| Reply::token("ya29.c")).await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    let sign_in = sign_in(&booth);
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let sign_in = sign_in.clone();
        callers.spawn(async move { sign_in.token().await.unwrap() });
    }
    assert_eq!(callers.join_all().await, ["ya29.c"; 20]);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_does_not_repeat_the_assertion() {
    let server = Server::start(|_, asked| {
        let assertion = asked.form.get("assertion").map_or("", String::as_str);
        let words = format!("Invalid JWT Signature: \"{assertion}\" is no good");
        let answer = json!({"error": "invalid_grant", "error_description": words});
        Reply::json(400, &answer.to_string())
    })
    .await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    let error = sign_in(&booth).token().await.unwrap_err();
    assert_eq!(
        error.detail,
        "invalid_grant: Invalid JWT Signature: (hidden) is no good"
    );
}

/// The library writes whole requests and answers at debug level.
#[tokio::test]
async fn no_log_level_shows_a_token_or_an_assertion() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = subscriber.set_default();

    let server = Server::start(|_, _| Reply::token("ya29.secret")).await;
    let booth = Booth::new();
    booth.write("key.json", &key_content(&server));
    sign_in(&booth).token().await.unwrap();
    tracing::info!("heard");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("heard"), "the log is listened to");
    for secret in ["ya29.secret", "eyJ", "PRIVATE KEY"] {
        assert!(!text.contains(secret), "{text}");
    }
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
        (
            with("private_key", KEY[..KEY.len() / 2].into()),
            "not in PEM form",
        ),
        (with("project_id", 7.into()), "as Google gives it"),
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
