//! Consent: in a browser, and by a code.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use url::Url;

use super::booth::{Booth, DRIVE_FILE};
use super::server::{Asked, Reply, Server};
use crate::drive::auth::Scope;
use crate::drive::auth::client_secrets::ClientSecrets;
use crate::drive::auth::login::{self, LoginError, Options, SignedIn};

/// What the person's browser sees: Google's page with its parameters.
struct Page {
    redirect: Url,
    parameters: HashMap<String, String>,
}

impl Page {
    fn of(url: &Url) -> Self {
        let parameters: HashMap<String, String> = url.query_pairs().into_owned().collect();
        Self {
            redirect: Url::parse(&parameters["redirect_uri"]).unwrap(),
            parameters,
        }
    }

    /// Comes back with these parameters, and gives the status and the page.
    async fn come_back(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = self.redirect.clone();
        url.set_path(path);
        url.query_pairs_mut().extend_pairs(parameters);
        let port = url.port().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let target = &url[url::Position::BeforePath..];
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    fn state(&self) -> &str {
        &self.parameters["state"]
    }
}

/// Signs in with a browser that does what `person` does.
async fn browse(
    booth: &Booth,
    scope: Scope,
    options: &Options,
    person: impl AsyncFnOnce(Page),
) -> Result<SignedIn, LoginError> {
    let (opened, mut pages) = mpsc::unbounded_channel();
    let (files, clock) = (booth.files(), booth.shared_clock());
    let signing_in = login::by_browser(&files, scope, &booth.http, &clock, options, |url| {
        opened.send(Page::of(url)).unwrap();
    });
    let acting = async { person(pages.recv().await.unwrap()).await };
    tokio::join!(signing_in, acting).0
}

fn full_answer() -> Value {
    json!({
        "access_token": "ya29.first", "expires_in": 3599, "refresh_token": "1//first",
        "scope": DRIVE_FILE, "token_type": "Bearer", "refresh_token_expires_in": 604_799,
    })
}

/// A token endpoint that redeems codes with this answer.
async fn redeeming(answer: Value) -> Server {
    Server::start(move |_, _| Reply::json(200, &answer.to_string())).await
}

async fn agree(page: Page) {
    let state = page.state().to_owned();
    let answer = page
        .come_back("/callback", &[("state", &state), ("code", "4/code")])
        .await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("You can close this window"));
}

#[tokio::test]
async fn a_browser_brings_a_token_file_that_the_service_goes_on_with() {
    let server = redeeming(full_answer()).await;
    let booth = Booth::new();
    booth.write_client(&server);
    let challenge = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&challenge);
    let signed_in = browse(
        &booth,
        Scope::File,
        &Options::default(),
        async move |page: Page| {
            for (name, value) in [
                ("response_type", "code"),
                ("client_id", "the-client"),
                ("scope", DRIVE_FILE),
                ("access_type", "offline"),
                ("prompt", "consent"),
                ("code_challenge_method", "S256"),
            ] {
                assert_eq!(page.parameters[name], value);
            }
            assert_eq!(page.redirect.host_str(), Some("127.0.0.1"));
            *seen.lock().unwrap() = page.parameters["code_challenge"].clone();
            agree(page).await;
        },
    )
    .await
    .unwrap();
    assert_eq!(signed_in.scopes, [DRIVE_FILE]);
    assert!(signed_in.refresh_token);
    assert_eq!(signed_in.ends.unwrap().to_rfc3339(), "2026-11-28T11:59:59.000Z");

    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    let form = &asked[0].form;
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "4/code");
    assert_eq!(form["client_secret"], "GOCSPX-secret");
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(proof, *challenge.lock().unwrap());

    let file = booth.token_file();
    assert_eq!(file["refresh_token"], "1//first");
    assert_eq!(file["scopes"], json!([DRIVE_FILE]));
    assert_eq!(file["obtained_at"], "2026-11-21T12:00:00.000000Z");
    let mode = fs::metadata(booth.path("token.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.first");
}

#[tokio::test]
async fn only_the_answer_with_the_right_path_and_state_counts() {
    let server = redeeming(full_answer()).await;
    let booth = Booth::new();
    booth.write_client(&server);
    let signed_in = browse(&booth, Scope::File, &Options::default(), async |page: Page| {
        // A connection that a browser opened ahead and never uses.
        let port = page.redirect.port().unwrap();
        let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let state = page.state().to_owned();
        let favicon = page.come_back("/favicon.ico", &[]).await;
        assert!(favicon.starts_with("HTTP/1.1 404"));
        let elsewhere = page
            .come_back("/", &[("state", &state), ("code", "4/evil")])
            .await;
        assert!(elsewhere.starts_with("HTTP/1.1 404"));
        let forged = page
            .come_back("/callback", &[("state", "guessed"), ("code", "4/evil")])
            .await;
        assert!(forged.starts_with("HTTP/1.1 400"));
        let forged_refusal = page
            .come_back("/callback", &[("state", "guessed"), ("error", "access_denied")])
            .await;
        assert!(forged_refusal.starts_with("HTTP/1.1 400"));
        let empty = page.come_back("/callback", &[("state", &state)]).await;
        assert!(empty.starts_with("HTTP/1.1 404"));
        agree(page).await;
    })
    .await;
    assert!(signed_in.is_ok());
    assert_eq!(server.asked()[0].form["code"], "4/code");
}

#[tokio::test]
async fn a_refusal_ends_the_sign_in_at_once_and_changes_nothing() {
    let server = redeeming(full_answer()).await;
    let booth = Booth::new();
    booth.write_client(&server);
    fs::write(booth.path("token.json"), "{\"token\":\"before\"}").unwrap();
    let refused = browse(&booth, Scope::File, &Options::default(), async |page: Page| {
        let state = page.state().to_owned();
        let answer = page
            .come_back("/callback", &[("state", &state), ("error", "access_denied")])
            .await;
        assert!(answer.starts_with("HTTP/1.1 200"));
    })
    .await;
    assert!(matches!(refused, Err(LoginError::Denied)));
    assert!(server.asked().is_empty());
    assert_eq!(booth.token_file()["token"], "before");
}

#[tokio::test]
async fn a_grant_that_is_not_enough_is_not_stored() {
    let mut partial = full_answer();
    partial["scope"] = "openid email".into();
    let mut fleeting = full_answer();
    fleeting["refresh_token"] = Value::Null;
    for (answer, scope) in [
        (partial, Scope::File),
        (fleeting, Scope::File),
        (full_answer(), Scope::Full),
    ] {
        let narrow = answer["refresh_token"].is_string();
        let server = redeeming(answer).await;
        let booth = Booth::new();
        booth.write_client(&server);
        let outcome = browse(&booth, scope, &Options::default(), agree).await;
        match outcome.unwrap_err() {
            LoginError::MissingScope { missing } => assert!(narrow && missing == scope),
            LoginError::NoRefreshToken => assert!(!narrow),
            other => panic!("{other}"),
        }
        assert!(!booth.path("token.json").exists());
    }
}

#[tokio::test]
async fn what_the_token_endpoint_says_no_to_is_told_apart() {
    for (status, body, words) in [
        (
            401,
            r#"{"error":"invalid_client"}"#,
            "does not accept the OAuth client",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"Malformed auth code."}"#,
            "Malformed auth code",
        ),
        (200, "{}", "cannot be reached"),
        (503, "", "cannot be reached"),
    ] {
        let server = Server::start(move |_, _| Reply::json(status, body)).await;
        let booth = Booth::new();
        booth.write_client(&server);
        let outcome = browse(&booth, Scope::File, &Options::default(), agree).await;
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(!booth.path("token.json").exists());
    }
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let server = redeeming(full_answer()).await;
    let booth = Booth::new();
    booth.write_client(&server);
    let options = Options {
        timeout: Duration::from_millis(50),
        ..Options::default()
    };
    let outcome = browse(&booth, Scope::File, &options, async |_| {}).await;
    assert!(matches!(outcome, Err(LoginError::TimedOut)));
}

#[tokio::test]
async fn a_taken_port_and_a_missing_client_are_said() {
    let server = redeeming(full_answer()).await;
    let booth = Booth::new();
    let (files, clock) = (booth.files(), booth.shared_clock());
    let never = |_: &Url| panic!("no page may be opened");
    let missing = login::by_browser(
        &files,
        Scope::File,
        &booth.http,
        &clock,
        &Options::default(),
        never,
    )
    .await;
    assert!(matches!(missing, Err(LoginError::NoClient(_))));
    booth.write_client(&server);
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = Options {
        port: Some(taken.local_addr().unwrap().port()),
        ..Options::default()
    };
    let busy = login::by_browser(&files, Scope::File, &booth.http, &clock, &options, never).await;
    assert!(matches!(busy, Err(LoginError::Listen { .. })));
}

const CODE: &str = r#"{"device_code":"AH-1Ng","user_code":"GQVQ-JKEC","verification_url":"https://www.google.com/device","expires_in":1800,"interval":5}"#;

/// Signs in by a code; gives the outcome's words or the token, and the pauses between questions.
async fn by_code(
    answers: &'static [(u16, &'static str)],
) -> (Result<String, LoginError>, Vec<u64>, Vec<Asked>) {
    let server = Server::start(move |number, asked| {
        if asked.path == "/device/code" {
            return Reply::json(200, CODE);
        }
        let (status, body) = answers[number - 1];
        Reply::json(status, body)
    })
    .await;
    let booth = Booth::new();
    booth.write_client(&server);
    let clock = booth.shared_clock();
    let client = fs::read(booth.path("client_secrets.json")).unwrap();
    let asker = login::Asker {
        client: ClientSecrets::parse(&client).unwrap(),
        http: &booth.http,
        clock: &clock,
    };
    let mut shown = Vec::new();
    let mut pauses = Vec::new();
    let granted = asker
        .ask(
            Scope::File,
            Duration::from_secs(60),
            |code| shown.push(code.clone()),
            async |pause| pauses.push(pause.as_secs()),
        )
        .await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].user_code, "GQVQ-JKEC");
    assert_eq!(shown[0].verification_url, "https://www.google.com/device");
    let token = granted.map(|granted| granted.access_token.expose().to_owned());
    (token, pauses, server.asked())
}

#[tokio::test]
async fn a_code_is_asked_after_in_the_pace_that_google_wants() {
    let (token, pauses, asked) = by_code(&[
        (428, r#"{"error":"authorization_pending"}"#),
        (429, r#"{"error":"slow_down"}"#),
        (503, ""),
        (428, r#"{"error":"authorization_pending"}"#),
        (200, r#"{"access_token":"ya29.device","expires_in":3599}"#),
    ])
    .await;
    assert_eq!(token.unwrap(), "ya29.device");
    assert_eq!(pauses, [5, 5, 10, 15, 15]);
    assert_eq!(asked[0].form["scope"], DRIVE_FILE);
    assert_eq!(asked[1].form["device_code"], "AH-1Ng");
    assert_eq!(
        asked[1].form["grant_type"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
}

#[tokio::test]
async fn the_ends_of_a_code_are_told_apart() {
    let (denied, ..) = by_code(&[(403, r#"{"error":"access_denied"}"#)]).await;
    assert!(matches!(denied, Err(LoginError::Denied)));
    let (expired, ..) = by_code(&[(400, r#"{"error":"expired_token"}"#)]).await;
    assert!(matches!(expired, Err(LoginError::CodeExpired)));
    let (used, ..) = by_code(&[(400, r#"{"error":"invalid_grant"}"#)]).await;
    assert!(matches!(used, Err(LoginError::CodeExpired)));
    let (client, ..) = by_code(&[(401, r#"{"error":"invalid_client"}"#)]).await;
    assert!(client.unwrap_err().to_string().contains("TVs and Limited Input"));
}

#[tokio::test]
async fn a_code_brings_a_token_file_and_full_access_needs_a_browser() {
    let server = Server::start(|_, asked| {
        if asked.path == "/device/code" {
            let code = CODE
                .replace("\"interval\":5", "\"interval\":1")
                .replace("_url", "_uri");
            return Reply::json(200, &code);
        }
        Reply::json(200, &full_answer().to_string())
    })
    .await;
    let booth = Booth::new();
    booth.write_client(&server);
    let (files, clock, options) = (booth.files(), booth.shared_clock(), Options::default());
    let refused = login::by_device(&files, Scope::Full, &booth.http, &clock, &options, |_| {}).await;
    assert!(matches!(refused, Err(LoginError::ScopeNeedsBrowser)));
    assert!(server.asked().is_empty());
    let signed_in = login::by_device(&files, Scope::File, &booth.http, &clock, &options, |_| {}).await;
    assert_eq!(signed_in.unwrap().scopes, [DRIVE_FILE]);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.first");
}
