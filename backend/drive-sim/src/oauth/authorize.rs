//! The consent page. Nobody sits there: it answers at once, as the options say.

use std::sync::OnceLock;

use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;

use super::client::Form;
use super::directory::{CLIENT_ID, Grant};
use super::scope;
use crate::options::ClientState;
use crate::shared::Shared;

/// `GET /o/oauth2/v2/auth`: a redirect back to the app with a code, or a page that says what is wrong.
pub(crate) async fn page(shared: web::Data<Shared>, query: web::Query<Form>, _: HttpRequest) -> HttpResponse {
    let options = shared.options();
    let parameter = |name: &str| query.get(name).map(String::as_str);
    if parameter("client_id") != Some(CLIENT_ID) {
        return wrong(401, "invalid_client", "The OAuth client was not found.");
    }
    if options.client == ClientState::Deleted {
        return wrong(401, "deleted_client", "The OAuth client was deleted.");
    }
    let Some(redirect) = parameter("redirect_uri").and_then(loopback) else {
        return wrong(
            400,
            "redirect_uri_mismatch",
            "A desktop app goes back to a loopback address.",
        );
    };
    if parameter("response_type") != Some("code") {
        return wrong(
            400,
            "invalid_request",
            "Required parameter is missing: response_type",
        );
    }
    let Some(asked) = parameter("scope").filter(|scope| !scope.trim().is_empty()) else {
        return wrong(400, "invalid_request", "Missing required parameter: scope");
    };
    let Ok(challenge) = challenge(parameter("code_challenge"), parameter("code_challenge_method")) else {
        return wrong(
            400,
            "invalid_request",
            "Invalid code_challenge or code_challenge_method.",
        );
    };
    let scope = scope::granted(asked, options.consent.scope.as_deref());
    let state = parameter("state");
    if options.consent.deny || scope.is_empty() {
        return back(redirect, &[("error", Some("access_denied")), ("state", state)]);
    }
    let account = parameter("login_hint").unwrap_or(&options.consent.account);
    let grant = Grant {
        account: account.to_owned(),
        client: CLIENT_ID.to_owned(),
        scope: scope.clone(),
    };
    let offline = parameter("access_type") == Some("offline");
    let prompts = parameter("prompt").unwrap_or_default();
    let prompted = prompts.split_whitespace().any(|one| one == "consent");
    let redirect_uri = parameter("redirect_uri").unwrap_or_default();
    let code = shared
        .directory()
        .add_code(grant, redirect_uri, challenge, offline, prompted, shared.now());
    back(
        redirect,
        &[("state", state), ("code", Some(&code)), ("scope", Some(&scope))],
    )
}

/// The redirect addresses of desktop apps: this machine, any port.
fn loopback(address: &str) -> Option<Url> {
    static HOSTS: OnceLock<[url::Host<&str>; 3]> = OnceLock::new();
    let hosts = HOSTS.get_or_init(|| {
        [
            url::Host::Domain("localhost"),
            url::Host::Ipv4(std::net::Ipv4Addr::LOCALHOST),
            url::Host::Ipv6(std::net::Ipv6Addr::LOCALHOST),
        ]
    });
    let url = Url::parse(address).ok()?;
    let local = url.host().is_some_and(|host| hosts.contains(&host));
    (local && url.scheme() == "http").then_some(url)
}

type Challenge = Option<(String, bool)>;

fn challenge(challenge: Option<&str>, method: Option<&str>) -> Result<Challenge, ()> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Ok(Some((challenge.to_owned(), true))),
        (Some(challenge), None | Some("plain")) if (43..=128).contains(&challenge.len()) => {
            Ok(Some((challenge.to_owned(), false)))
        }
        _ => Err(()),
    }
}

fn back(mut redirect: Url, parameters: &[(&str, Option<&str>)]) -> HttpResponse {
    for (name, value) in parameters {
        if let Some(value) = value {
            redirect.query_pairs_mut().append_pair(name, value);
        }
    }
    HttpResponse::Found()
        .insert_header(("Location", redirect.as_str()))
        .insert_header(("Cache-Control", "no-store"))
        .finish()
}

fn wrong(status: u16, error: &str, sentence: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .content_type("text/html; charset=UTF-8")
        .body(format!(
            "<!DOCTYPE html><title>Access blocked</title><h1>Access blocked: authorisation error</h1>\
             <p>{sentence}</p><p>Error {}: {error}</p>",
            status.as_u16()
        ))
}
