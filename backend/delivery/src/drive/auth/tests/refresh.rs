//! Renewing tokens: when, how often, and for whom.

use std::time::Duration;

use google_drive3::common::GetToken;
use tokio::task::JoinSet;

use super::booth::{Booth, MINUTE, NOON};
use super::server::{Reply, Server};
use crate::drive::Trouble;

const OVER: &str = "2026-11-21T11:00:00.123456Z";
const IN_AN_HOUR: &str = "2026-11-21T13:00:00Z";
const IN_FOUR_MINUTES: &str = "2026-11-21T12:04:00Z";

#[tokio::test]
async fn a_good_token_is_handed_out_without_asking_anybody() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.good", IN_AN_HOUR);
    assert_eq!(booth.sign_in().token().await.unwrap(), "ya29.good");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn twenty_callers_cause_one_refresh() {
    let server = Server::start(|number, _| Reply::token(&format!("ya29.new{number}"))).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let sign_in = booth.sign_in();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let sign_in = sign_in.clone();
        callers.spawn(async move { sign_in.token().await });
    }
    for token in callers.join_all().await {
        assert_eq!(token.unwrap(), "ya29.new0");
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    let form = &asked[0].form;
    assert_eq!(asked[0].path, "/token");
    assert_eq!(form["grant_type"], "refresh_token");
    assert_eq!(form["refresh_token"], "1//refresh");
    assert_eq!(form["client_id"], "the-client");
    assert_eq!(form["client_secret"], "GOCSPX-secret");
    let file = booth.token_file();
    assert_eq!(file["token"], "ya29.new0");
    assert_eq!(file["expiry"], "2026-11-21T12:59:59.000000Z");
    assert_eq!(file["refresh_token"], "1//refresh");
}

#[tokio::test]
async fn twenty_callers_share_one_failure_too() {
    let server = Server::start(|_, _| Reply::json(503, "")).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let sign_in = booth.sign_in();
    // On one thread all of them look before the first answer comes.
    let calls = (0..20).map(|_| {
        let sign_in = sign_in.clone();
        async move { sign_in.token().await.unwrap_err().trouble }
    });
    let local = tokio::task::LocalSet::new();
    let troubles = local
        .run_until(async {
            let mut callers = JoinSet::new();
            for call in calls {
                callers.spawn_local(call);
            }
            callers.join_all().await
        })
        .await;
    assert_eq!(troubles, [Trouble::Offline; 20]);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let server = Server::start(|_, _| Reply::token("ya29.new")).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", IN_AN_HOUR);
    let sign_in = booth.sign_in();
    booth.clock.advance(54 * MINUTE);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.old");
    booth.clock.advance(2 * MINUTE);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new");
}

#[tokio::test]
async fn while_google_is_away_the_old_token_serves_to_its_last_minute() {
    let server = Server::start(|_, _| Reply::json(503, "")).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", IN_FOUR_MINUTES);
    let sign_in = booth.sign_in();
    assert_eq!(sign_in.token().await.unwrap(), "ya29.old");
    assert_eq!(sign_in.token().await.unwrap(), "ya29.old");
    assert_eq!(
        server.asked().len(),
        1,
        "an early renewal is not repeated at once"
    );
    booth.clock.advance(MINUTE);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.old");
    assert_eq!(server.asked().len(), 2);
    booth.clock.advance(2 * MINUTE + Duration::from_secs(1));
    assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::Offline);
}

#[tokio::test]
async fn a_refusal_counts_even_while_the_old_token_would_serve() {
    let server = Server::start(|_, _| Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", IN_FOUR_MINUTES);
    let sign_in = booth.sign_in();
    for _ in 0..2 {
        assert_eq!(sign_in.token().await.unwrap_err().trouble, Trouble::SignIn);
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_an_early_renewal_of_somebody_else() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", IN_FOUR_MINUTES);
    let sign_in = booth.sign_in();
    let mut first = Box::pin(sign_in.token());
    while server.asked().is_empty() {
        tokio::select! {
            _ = &mut first => panic!("the server does not answer"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(sign_in.token().await.unwrap(), "ya29.old");
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_block_the_others() {
    let server = Server::start(|number, _| match number {
        0 => Reply::Hang,
        _ => Reply::token("ya29.new"),
    })
    .await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let sign_in = booth.sign_in();
    let mut first = Box::pin(sign_in.token());
    while server.asked().is_empty() {
        tokio::select! {
            _ = &mut first => panic!("the server does not answer"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(first);
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new");
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_however_many_were_rejected() {
    let server = Server::start(|number, _| Reply::token(&format!("ya29.new{number}"))).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", IN_AN_HOUR);
    let sign_in = booth.sign_in();
    assert_eq!(sign_in.renew("ya29.old").await.unwrap(), "ya29.new0");
    assert_eq!(sign_in.renew("ya29.old").await.unwrap(), "ya29.new0");
    assert_eq!(sign_in.token().await.unwrap(), "ya29.new0");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn google_drive3_never_goes_without_a_token() {
    let server = Server::start(|_, _| Reply::json(200, "{}")).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.good", IN_AN_HOUR);
    let sign_in = booth.sign_in();
    let token = sign_in
        .get_token(&["https://www.googleapis.com/auth/drive.meet.readonly"])
        .await;
    assert_eq!(token.unwrap().unwrap(), "ya29.good");
    booth.write_token(&server, "ya29.old", OVER);
    assert!(sign_in.get_token(&[]).await.is_err());
}

#[tokio::test]
async fn the_standing_says_whether_it_has_renewed_the_token() {
    let server = Server::start(|_, _| Reply::token("ya29.new")).await;
    let booth = Booth::new();
    booth.write_token(&server, "ya29.old", OVER);
    let sign_in = booth.sign_in();
    let before = sign_in.standing(false).await;
    assert!(before.ok && !before.refreshed && server.asked().is_empty());
    let checked = sign_in.standing(true).await;
    assert_eq!(
        (checked.ok, checked.status, checked.refreshed),
        (true, "authorized", true)
    );
    assert_eq!(checked.expiry.unwrap(), NOON.plus(Duration::from_secs(3599)));
    assert!(checked.has_refresh_token);
    assert!(!sign_in.standing(true).await.refreshed);
}
