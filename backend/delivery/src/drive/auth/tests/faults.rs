//! Refusals, faults of the network, and answers that are no tokens.

use serde_json::json;

use super::booth::{Booth, MINUTE, token_content};
use super::server::{Reply, Server};
use crate::drive::{DriveError, Trouble};

const OVER: &str = "2026-11-21T11:00:00Z";

/// What a first call brings when the server does this, and what is on disk after it.
async fn fault(reply: fn() -> Reply) -> (DriveError, &'static str) {
    let server = Server::start(move |number, _| match number {
        0 => reply(),
        _ => Reply::token("ya29.new"),
    })
    .await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let before = booth.token_file();
    let sign_in = booth.impatient_sign_in();
    let error = sign_in.token().await.unwrap_err();
    assert_eq!(
        booth.token_file(),
        before,
        "a fault leaves the token file as it was"
    );
    assert_eq!(server.asked().len(), 1);
    let standing = sign_in.standing(false).await;
    assert_eq!(standing.message, error.message);
    assert_eq!(standing.ok, error.trouble == Trouble::Offline);
    if error.trouble == Trouble::Offline {
        assert_eq!(sign_in.token().await.unwrap(), "ya29.new", "it heals by itself");
    } else {
        assert_eq!(sign_in.token().await.unwrap_err(), error);
        assert_eq!(
            server.asked().len(),
            1,
            "a refusal is not asked for again at once"
        );
        booth.clock.advance(MINUTE);
        assert_eq!(
            sign_in.token().await.unwrap(),
            "ya29.new",
            "but it is after a while"
        );
    }
    (error, standing.status)
}

#[tokio::test]
async fn what_is_no_token_is_never_taken_for_one() {
    let replies: [fn() -> Reply; 9] = [
        || Reply::json(200, "{}"),
        || Reply::json(200, r#"{"error":{"code":503}}"#),
        || Reply::json(200, r#"{"access_token":null,"expires_in":3599}"#),
        || Reply::json(200, r#"{"access_token":"","expires_in":3599}"#),
        || Reply::json(200, r#"{"access_token":"x","token_type":"mac"}"#),
        || Reply::json(200, "<html>Welcome to the venue's network</html>"),
        || Reply::json(500, "<html>Error 500</html>"),
        || Reply::Answer(302, "Location: http://portal.test/\r\n".to_owned(), String::new()),
        || Reply::json(403, "<html>Blocked by your administrator</html>"),
    ];
    for reply in replies {
        let (error, status) = fault(reply).await;
        assert_eq!(
            (error.trouble, status),
            (Trouble::Offline, "offline"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn faults_of_network_and_server_heal_by_themselves() {
    let replies: [fn() -> Reply; 7] = [
        || Reply::Hang,
        || Reply::Cut,
        || Reply::json(503, r#"{"error":"invalid_grant"}"#),
        || Reply::json(429, r#"{"error":"rate_limit_exceeded"}"#),
        || Reply::json(408, ""),
        || Reply::json(400, r#"{"error":"server_error"}"#),
        || Reply::json(400, r#"{"error":"temporarily_unavailable"}"#),
    ];
    for reply in replies {
        let (error, status) = fault(reply).await;
        assert_eq!(
            (error.trouble, status),
            (Trouble::Offline, "offline"),
            "{error:?}"
        );
    }
    let (error, _) = fault(|| Reply::Answer(503, "Retry-After: 7\r\n".to_owned(), String::new())).await;
    assert_eq!(error.retry_after.unwrap().as_secs(), 7);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_sign_in_trouble() {
    let booth = Booth::new();
    {
        let gone = Server::start(|_, _| Reply::Hang).await;
        booth.write_token(&gone, "ya29.old", OVER);
    }
    let sign_in = booth.impatient_sign_in();
    assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::Offline);
    let standing = sign_in.standing(true).await;
    assert_eq!((standing.ok, standing.status), (true, "offline"));
}

#[tokio::test]
async fn a_withdrawn_sign_in_asks_for_a_new_one() {
    let (error, status) = fault(|| {
        Reply::json(
            400,
            r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked: 1//refresh"}"#,
        )
    })
    .await;
    assert_eq!((error.trouble, status), (Trouble::SignIn, "refresh_failed"));
    assert!(
        error
            .message
            .contains("sign in again with `boothline auth drive`")
    );
    assert!(error.detail.contains("Token has been expired or revoked"));
    assert!(!error.detail.contains("1//refresh"));
}

#[tokio::test]
async fn a_wrong_client_is_told_from_a_withdrawn_sign_in() {
    let replies: [fn() -> Reply; 3] = [
        || Reply::json(401, r#"{"error":"invalid_client"}"#),
        || Reply::json(401, r#"{"error":"deleted_client"}"#),
        || Reply::json(401, r#"{"error":"unauthorized_client"}"#),
    ];
    for reply in replies {
        let (error, status) = fault(reply).await;
        assert_eq!((error.trouble, status), (Trouble::SignIn, "refresh_failed"));
        assert!(error.message.contains("does not accept the OAuth client"));
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_mentioned() {
    let (error, _) = fault(|| {
        let date = "Date: Sat, 21 Nov 2026 13:00:00 GMT\r\n".to_owned();
        Reply::Answer(400, date, r#"{"error":"invalid_grant"}"#.to_owned())
    })
    .await;
    assert!(
        error
            .message
            .contains("This machine's clock is 60 minutes behind Google's")
    );
}

#[tokio::test]
async fn a_grant_that_dies_after_seven_days_is_explained() {
    let server = Server::start(|_, _| Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    for (key, time, explained) in [
        ("obtained_at", "2026-11-14T11:30:00Z", true),
        ("obtained_at", "2026-11-18T12:00:00Z", false),
        ("obtained_at", "2026-08-01T12:00:00Z", false),
        ("refresh_token_expires_at", "2026-11-21T11:59:00Z", true),
        ("refresh_token_expires_at", "2026-11-25T11:59:00Z", false),
    ] {
        let booth = Booth::new();
        let mut content = token_content(&server, "ya29.old", OVER);
        content[key] = time.into();
        booth.write("token.json", &content);
        let message = booth.sign_in().token().await.unwrap_err().message;
        assert_eq!(message.contains("In production"), explained, "{key} {time}");
    }
}

#[tokio::test]
async fn a_sign_in_that_will_end_says_so_before() {
    let server = Server::start(|_, _| {
        let answer =
            json!({"access_token": "ya29.new", "expires_in": 3599, "refresh_token_expires_in": 86400});
        Reply::json(200, &answer.to_string())
    })
    .await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let standing = booth.sign_in().standing(true).await;
    assert!(standing.ok && standing.message.contains("In production"));
    assert_eq!(
        booth.token_file()["refresh_token_expires_at"],
        "2026-11-22T12:00:00.000000Z"
    );
}
