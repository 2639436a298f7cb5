//! The files: their forms, their changes while we run, and what is written back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::booth::{Booth, DRIVE_FILE, MINUTE, token_content};
use super::server::{Reply, Server};
use crate::drive::Trouble;
use crate::drive::auth::{CredentialFiles, SignIn};

const OVER: &str = "2026-11-21T11:00:00Z";
const IN_AN_HOUR: &str = "2026-11-21T13:00:00Z";

async fn renewing() -> Server {
    Server::start(|number, _| Reply::token(&format!("ya29.new{number}"))).await
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let server = renewing().await;
    let booth = Booth::new();
    let sign_in = booth.sign_in();
    assert!(!SignIn::has_credentials(&booth.files()));
    assert_eq!(sign_in.identity(), None);
    let nothing = sign_in.token().await.unwrap_err();
    assert_eq!(nothing.trouble, Trouble::SignIn);
    assert!(nothing.message.contains("client_secrets.json"));
    booth.write_client(&server);
    let unsigned = sign_in.standing(true).await;
    assert_eq!((unsigned.ok, unsigned.status), (false, "missing_token"));
    assert!(
        unsigned.message.starts_with("Nobody has signed in") && !unsigned.message.contains("client_secrets")
    );
}

#[tokio::test]
async fn a_file_that_is_no_token_is_reported_without_its_content() {
    for (content, problem) in [
        ("", "is empty"),
        (r#"{"token":"ya29.secret","refresh_"#, "ends in the middle"),
        ("ya29.secret", "is not JSON"),
        (r#""ya29.secret""#, "is not a JSON object"),
        ("{}", "holds no token"),
        (r#"{"token":"","refresh_token":null}"#, "holds no token"),
        ("[]", "holds no token"),
        (
            r#"{"token":"x","token_uri":"http://evil.test/token"}"#,
            "is not https",
        ),
    ] {
        let booth = Booth::new();
        fs::write(booth.path("token.json"), content).unwrap();
        let standing = booth.sign_in().standing(true).await;
        assert_eq!((standing.ok, standing.status), (false, "invalid_token_file"));
        assert!(
            standing.message.contains(problem),
            "{content}: {}",
            standing.message
        );
        assert!(!standing.message.contains("secret"));
    }
}

#[tokio::test]
async fn a_token_without_refresh_token_serves_until_its_end() {
    let server = renewing().await;
    let booth = Booth::new();
    let mut content = token_content(&server, "ya29.only", IN_AN_HOUR);
    content["refresh_token"] = Value::Null;
    booth.write("token.json", &content);
    let sign_in = booth.sign_in();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.only");
    assert!(
        sign_in
            .standing(true)
            .await
            .message
            .contains("There is no refresh token")
    );
    assert_eq!(
        sign_in.renew("ya29.only").await.unwrap_err().trouble,
        Trouble::SignIn
    );
    booth.clock.advance(61 * MINUTE);
    let standing = sign_in.standing(true).await;
    assert_eq!(
        (standing.ok, standing.status),
        (false, "expired_no_refresh_token")
    );
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_token_of_unknown_age_is_renewed_where_it_can_be() {
    let server = renewing().await;
    let booth = Booth::new();
    let mut content = token_content(&server, "ya29.undated", OVER);
    content["expiry"] = Value::Null;
    booth.write("token.json", &content);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.new0");
    content["refresh_token"] = Value::Null;
    booth.write("token.json", &content);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.undated");
}

#[tokio::test]
async fn a_token_with_too_little_scope_is_refused_before_anybody_is_asked() {
    let server = renewing().await;
    for (scopes, enough) in [
        (json!(["https://www.googleapis.com/auth/drive.readonly"]), false),
        (json!(["openid", DRIVE_FILE]), true),
        (json!("https://www.googleapis.com/auth/drive openid"), true),
        (json!(null), true),
    ] {
        let booth = Booth::new();
        let mut content = token_content(&server, "ya29.good", IN_AN_HOUR);
        content["scopes"] = scopes.clone();
        booth.write("token.json", &content);
        let sign_in = booth.sign_in();
        match sign_in.token().await {
            Ok(token) => assert!(enough && token == "ya29.good", "{scopes}"),
            Err(error) => {
                assert!(!enough && error.trouble == Trouble::Scope, "{scopes}");
                assert!(error.message.contains("`drive.file`") && error.message.contains("`drive.readonly`"));
                assert_eq!(sign_in.standing(true).await.status, "unauthorized");
            }
        }
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn every_way_to_write_the_time_is_read() {
    let server = renewing().await;
    for expiry in [
        "2026-11-21T13:00:00.123456Z",
        "2026-11-21T13:00:00Z",
        "2026-11-21T13:00:00.5",
        "2026-11-21T13:00:00",
        "2026-11-21 13:00:00",
        "2026-11-21T14:00:00+01:00",
    ] {
        let booth = Booth::new();
        booth.write_token(&server, "ya29.good", expiry);
        assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.good", "{expiry}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_renewed_file_keeps_its_form_and_what_we_do_not_know() {
    let server = Server::start(|_, _| {
        let answer = json!({
            "access_token": "ya29.new", "expires_in": 3599, "token_type": "Bearer",
            "scope": format!("openid {DRIVE_FILE}"), "refresh_token": "1//newer",
        });
        Reply::json(200, &answer.to_string())
    })
    .await;
    let booth = Booth::new();
    let old = json!({
        "access_token": "ya29.old",
        "refresh_token": "1//refresh",
        "token_uri": server.url("/token"),
        "client_id": "the-client",
        "client_secret": "GOCSPX-secret",
        "scopes": DRIVE_FILE,
        "token_expiry": "2026-11-21T11:00:00Z",
        "expiry": null,
        "rapt_token": null,
        "note": {"of": "somebody else"},
    });
    booth.write("token.json", &old);
    fs::set_permissions(booth.path("token.json"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.new");
    let file = booth.token_file();
    for (key, value) in [
        ("token", json!("ya29.new")),
        ("access_token", json!("ya29.new")),
        ("refresh_token", json!("1//newer")),
        ("expiry", json!("2026-11-21T12:59:59.000000Z")),
        ("token_expiry", json!("2026-11-21T12:59:59.000000Z")),
        ("scopes", json!(format!("openid {DRIVE_FILE}"))),
        ("note", json!({"of": "somebody else"})),
        ("rapt_token", Value::Null),
    ] {
        assert_eq!(file[key], value, "{key}");
    }
    let mode = fs::metadata(booth.path("token.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(booth.folder.path()).unwrap().count(),
        1,
        "no temporary file is left"
    );
}

#[tokio::test]
async fn the_list_of_yup_oauth2_is_read_with_the_client_from_its_own_file() {
    let server = renewing().await;
    let booth = Booth::new();
    booth.write_client(&server);
    booth.write(
        "token.json",
        &json!([{"scopes": [DRIVE_FILE], "token": {
            "access_token": "ya29.yup", "refresh_token": "1//yup", "id_token": null,
            "expires_at": [2026, 325, 13, 0, 0, 0, 0, 0, 0],
        }}]),
    );
    let sign_in = booth.sign_in();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.yup");
    booth.clock.advance(60 * MINUTE);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new0");
    assert_eq!(server.asked()[0].form["refresh_token"], "1//yup");
    assert_eq!(server.asked()[0].form["client_secret"], "GOCSPX-secret");
    assert_eq!(booth.token_file()["refresh_token"], "1//yup");
}

#[tokio::test]
async fn a_client_is_asked_for_only_when_it_is_needed() {
    let server = renewing().await;
    let booth = Booth::new();
    let mut content = token_content(&server, "ya29.good", IN_AN_HOUR);
    content["client_id"] = Value::Null;
    content["client_secret"] = Value::Null;
    booth.write("token.json", &content);
    let sign_in = booth.sign_in();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.good");
    booth.clock.advance(60 * MINUTE);
    let error = sign_in.token().await.unwrap_err();
    assert_eq!(error.trouble, Trouble::SignIn);
    assert!(error.message.contains("client_secrets.json"));
    assert_eq!(sign_in.standing(false).await.status, "refresh_failed");
    fs::write(booth.path("client_secrets.json"), "{").unwrap();
    assert!(
        sign_in
            .token()
            .await
            .unwrap_err()
            .message
            .contains("ends in the middle")
    );
    booth.write_client(&server);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new0");
}

#[tokio::test]
async fn the_tokens_own_client_is_used_and_a_difference_mentioned() {
    let server = renewing().await;
    let booth = Booth::new();
    booth.write_client(&server);
    let mut content = token_content(&server, "ya29.old", OVER);
    content["client_id"] = "another-client".into();
    content["client_secret"] = "another-secret".into();
    booth.write("token.json", &content);
    let standing = booth.sign_in().standing(true).await;
    assert!(standing.ok && standing.message.contains("another OAuth client"));
    assert_eq!(server.asked()[0].form["client_id"], "another-client");
    assert_eq!(server.asked()[0].form["client_secret"], "another-secret");
}

#[tokio::test]
async fn changes_of_the_files_count_at_once() {
    let server = Server::start(|_, _| Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.one", IN_AN_HOUR);
    let sign_in = booth.sign_in();
    let one = sign_in.identity().unwrap();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.one");

    // Somebody has renewed the token: the same person, another token.
    booth.write_token(&server, "ya29.second", IN_AN_HOUR);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.second");
    assert_eq!(sign_in.identity().unwrap(), one);

    // A refusal holds for the files it was given for, and no longer.
    booth.write_token(&server, "ya29.dead", OVER);
    assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::SignIn);
    let mut another = token_content(&server, "ya29.another", IN_AN_HOUR);
    another["refresh_token"] = "1//another".into();
    booth.write("token.json", &another);
    assert!(sign_in.standing(false).await.ok);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.another");
    assert_ne!(sign_in.identity().unwrap(), one);

    fs::remove_file(booth.path("token.json")).unwrap();
    assert_eq!(sign_in.standing(false).await.status, "missing_token");
    assert!(sign_in.token().await.is_err());
    assert_eq!(sign_in.identity(), None);
}

#[tokio::test]
async fn a_newer_sign_in_is_not_overwritten_by_a_refresh_under_way() {
    let booth = Booth::new();
    let path = booth.path("token.json");
    let server = Server::start(move |number, _| {
        if number == 0 {
            let mut newer: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            newer["token"] = "ya29.newer".into();
            newer["refresh_token"] = "1//newer".into();
            newer["expiry"] = IN_AN_HOUR.into();
            fs::write(&path, newer.to_string()).unwrap();
        }
        Reply::token("ya29.of-the-old-sign-in")
    })
    .await;
    booth.write_token(&server, "ya29.old", OVER);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.newer");
    assert_eq!(booth.token_file()["refresh_token"], "1//newer");
}

#[tokio::test]
async fn a_sign_in_that_was_deleted_during_a_refresh_stays_deleted() {
    let booth = Booth::new();
    let path = booth.path("token.json");
    let server = Server::start(move |_, _| {
        fs::remove_file(&path).unwrap();
        Reply::token("ya29.too-late")
    })
    .await;
    booth.write_token(&server, "ya29.old", OVER);
    assert_eq!(
        booth.sign_in().token().await.unwrap_err().trouble,
        Trouble::SignIn
    );
    assert!(!booth.path("token.json").exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_does_not_stop_the_service() {
    let server = renewing().await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    // Even root finds no room here for the name of a temporary file.
    let token = fill_path(booth.folder.path()).join("t");
    fs::rename(booth.path("token.json"), &token).unwrap();
    let sign_in = booth.sign_in_with(CredentialFiles {
        token: token.clone(),
        ..booth.files()
    });
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new0");
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new0");
    assert_eq!(server.asked().len(), 1);
    let standing = sign_in.standing(true).await;
    assert!(standing.ok && standing.message.contains("cannot be written"));
    // Whoever signs in anew by other means is heard.
    fs::write(
        &token,
        token_content(&server, "ya29.by-hand", IN_AN_HOUR).to_string(),
    )
    .unwrap();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.by-hand");
    assert!(!sign_in.standing(true).await.message.contains("cannot be written"));
}

/// A folder below `start` whose path is so long that only very short names fit into it.
fn fill_path(start: &Path) -> PathBuf {
    const LONGEST_PATH: usize = 4095;
    let mut path = start.to_owned();
    while path.as_os_str().len() + 210 < LONGEST_PATH {
        path.push("f".repeat(200));
    }
    path.push("f".repeat(LONGEST_PATH - path.as_os_str().len() - 8));
    fs::create_dir_all(&path).unwrap();
    path
}

#[tokio::test]
async fn no_secret_is_seen_in_debug_output() {
    let server = renewing().await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let sign_in = booth.sign_in();
    sign_in.token().await.unwrap();
    let seen = format!("{sign_in:?} {:?}", sign_in.standing(true).await);
    for secret in ["ya29", "1//refresh", "GOCSPX"] {
        assert!(!seen.contains(secret));
    }
    assert!(!sign_in.identity().unwrap().contains("the-client"));
}
