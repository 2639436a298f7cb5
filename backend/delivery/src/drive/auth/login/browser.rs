//! Consent in a browser on this machine: a loopback address, state and PKCE (RFC 8252).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use boothline_domain::clock::SharedClock;
use tokio::net::TcpListener;
use url::{Host, Url};

use super::listener::{self, Consent, Expected};
use super::{LoginError, Options, SignedIn, pkce, read_client, store};
use crate::drive::auth::client_secrets::{ClientKind, ClientSecrets, is_loopback};
use crate::drive::auth::endpoint;
use crate::drive::auth::secret::Secret;
use crate::drive::auth::sign_in::LIMIT;
use crate::drive::auth::{CredentialFiles, Scope};
use crate::drive::http::HttpClient;

/// Shows Google's page to a person and stores what they grant. `open` gets the page's address,
/// which it opens or prints; it is called once, when we listen already.
///
/// # Errors
/// [`LoginError`] says what to do; nothing is stored then.
pub async fn by_browser(
    files: &CredentialFiles,
    scope: Scope,
    http: &HttpClient,
    clock: &SharedClock,
    options: &Options,
    mut open: impl FnMut(&Url),
) -> Result<SignedIn, LoginError> {
    let client = read_client(files)?;
    let (socket, redirect) = listen(&client, options).await?;
    let (state, verifier) = (pkce::random_text()?, pkce::random_text()?);
    open(&consent_page(&client, scope, &redirect, &state, &verifier));

    let expected = Expected {
        path: redirect.path().to_owned(),
        state,
    };
    let consent = tokio::time::timeout(options.timeout, listener::consent(&socket, &expected))
        .await
        .map_err(|_| LoginError::TimedOut)?
        .map_err(|source| LoginError::Listen {
            address: redirect.to_string(),
            source,
        })?;
    drop(socket);
    let code = match consent {
        Consent::Code(code) => code,
        Consent::Error(error) if error == "access_denied" => return Err(LoginError::Denied),
        Consent::Error(words) => return Err(LoginError::Refused { words }),
    };

    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.client_id.as_str()),
        (
            "client_secret",
            client.client_secret.as_ref().map_or("", Secret::expose),
        ),
        ("redirect_uri", redirect.as_str()),
        ("code", code.expose()),
        ("code_verifier", verifier.expose()),
    ];
    let granted = endpoint::token(http, &client.token_uri, &form, LIMIT, clock.now())
        .await
        .map_err(|error| LoginError::from_endpoint(error, false))?;
    store(files, &client, scope, granted, clock).await
}

/// Google's page. Only with `prompt=consent` a second sign-in brings a refresh token, too.
fn consent_page(
    client: &ClientSecrets,
    scope: Scope,
    redirect: &Url,
    state: &Secret,
    verifier: &Secret,
) -> Url {
    let mut page = client.auth_uri.clone();
    page.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &client.client_id)
        .append_pair("redirect_uri", redirect.as_str())
        .append_pair("scope", scope.url())
        .append_pair("state", state.expose())
        .append_pair("access_type", "offline")
        .append_pair("prompt", "consent")
        .append_pair("code_challenge", &pkce::challenge(verifier))
        .append_pair("code_challenge_method", "S256");
    page
}

/// Listens where the browser will come back to.
async fn listen(client: &ClientSecrets, options: &Options) -> Result<(TcpListener, Url), LoginError> {
    let registered = match &client.kind {
        ClientKind::Installed => None,
        ClientKind::Web { redirects } => Some(
            pick(redirects, options)
                .ok_or(LoginError::NoRedirect { port: options.port })?
                .clone(),
        ),
    };
    let address = match &registered {
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, options.port.unwrap_or(0))),
        Some(url) => SocketAddr::new(interface(url), url.port_or_known_default().unwrap_or(80)),
    };
    let unable = |source| LoginError::Listen {
        address: address.to_string(),
        source,
    };
    let socket = TcpListener::bind(address).await.map_err(unable)?;
    let port = socket.local_addr().map_err(unable)?.port();
    let redirect = registered.unwrap_or_else(|| {
        Url::parse(&format!("http://127.0.0.1:{port}/callback")).expect("a port makes a proper address")
    });
    Ok((socket, redirect))
}

/// The registered address that we can listen at; one on this machine rather than another.
fn pick<'a>(redirects: &'a [Url], options: &Options) -> Option<&'a Url> {
    let suitable = |url: &&Url| {
        url.scheme() == "http"
            && options
                .port
                .is_none_or(|port| url.port_or_known_default() == Some(port))
    };
    let mut candidates = redirects.iter().filter(suitable);
    let local = candidates.clone().find(|url| is_loopback(url));
    local.or_else(|| candidates.next().filter(|_| options.allow_insecure_redirect))
}

fn interface(url: &Url) -> IpAddr {
    match url.host() {
        Some(Host::Ipv6(ip)) if ip.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        _ if is_loopback(url) => Ipv4Addr::LOCALHOST.into(),
        _ => Ipv4Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(redirects: &[&str], port: Option<u16>, allow_insecure_redirect: bool) -> Option<String> {
        let redirects: Vec<Url> = redirects.iter().map(|text| Url::parse(text).unwrap()).collect();
        let options = Options {
            port,
            allow_insecure_redirect,
            ..Options::default()
        };
        pick(&redirects, &options).map(Url::to_string)
    }

    #[test]
    fn a_web_client_comes_back_to_this_machine_unless_told_otherwise() {
        let all = [
            "https://booth.test/cb",
            "http://booth.test:8085/cb",
            "http://localhost:8085/cb",
        ];
        assert_eq!(picked(&all, None, true).unwrap(), "http://localhost:8085/cb");
        assert_eq!(
            picked(&all, Some(8085), false).unwrap(),
            "http://localhost:8085/cb"
        );
        assert_eq!(picked(&all, Some(9000), true), None);
        assert_eq!(picked(&all[..2], None, false), None);
        assert_eq!(
            picked(&all[..2], None, true).unwrap(),
            "http://booth.test:8085/cb"
        );
    }
}
