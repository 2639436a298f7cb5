//! Consent by a code that is typed in on any other device (RFC 8628).

use std::time::Duration;

use boothline_domain::clock::SharedClock;
use url::Url;

use super::{LoginError, Options, SignedIn, read_client, store};
use crate::drive::auth::client_secrets::{ClientSecrets, google_token_uri, text};
use crate::drive::auth::endpoint::{self, EndpointError, Granted};
use crate::drive::auth::secret::Secret;
use crate::drive::auth::sign_in::LIMIT;
use crate::drive::auth::{CredentialFiles, Scope};
use crate::drive::http::HttpClient;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The pause between two questions where the answer does not say, and what is added to it when
/// we ask too often (RFC 8628, sections 3.2 and 3.5).
const STEP: Duration = Duration::from_secs(5);
/// Google's codes live so long; other answers must say.
const USUAL_LIFE: Duration = Duration::from_secs(1800);

/// What a person has to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// What to type in.
    pub user_code: String,
    /// Where.
    pub verification_url: String,
    /// How long the code is good.
    pub expires_in: Duration,
}

/// Shows a person a code, waits for their consent, and stores what they grant. Google gives
/// only [`Scope::File`] this way, to a client of the type "TVs and Limited Input devices".
///
/// # Errors
/// [`LoginError`] says what to do; nothing is stored then.
pub async fn by_device(
    files: &CredentialFiles,
    scope: Scope,
    http: &HttpClient,
    clock: &SharedClock,
    options: &Options,
    show: impl FnMut(&DeviceCode),
) -> Result<SignedIn, LoginError> {
    if scope == Scope::Full {
        return Err(LoginError::ScopeNeedsBrowser);
    }
    let asker = Asker {
        client: read_client(files)?,
        http,
        clock,
    };
    let granted = asker
        .ask(scope, options.timeout, show, tokio::time::sleep)
        .await?;
    store(files, &asker.client, scope, granted, clock).await
}

pub(in crate::drive::auth) struct Asker<'a> {
    pub(in crate::drive::auth) client: ClientSecrets,
    pub(in crate::drive::auth) http: &'a HttpClient,
    pub(in crate::drive::auth) clock: &'a SharedClock,
}

impl Asker<'_> {
    /// Asks for a code, and then for the consent, with pauses that `pause` makes.
    pub(in crate::drive::auth) async fn ask(
        &self,
        scope: Scope,
        timeout: Duration,
        mut show: impl FnMut(&DeviceCode),
        pause: impl AsyncFnMut(Duration),
    ) -> Result<Granted, LoginError> {
        let form = [
            ("client_id", self.client.client_id.as_str()),
            ("scope", scope.url()),
        ];
        let address = device_endpoint(&self.client.token_uri);
        let answer = endpoint::post(self.http, &address, &form, LIMIT, self.clock.now())
            .await
            .map_err(|error| LoginError::from_endpoint(error, true))?;
        // Google says "url" where the RFC says "uri".
        let page = text(&answer, "verification_url").or_else(|| text(&answer, "verification_uri"));
        let (Some(device_code), Some(user_code), Some(verification_url)) =
            (text(&answer, "device_code"), text(&answer, "user_code"), page)
        else {
            return Err(LoginError::Unreachable {
                problem: "an answer without a code".to_owned(),
            });
        };
        let code = DeviceCode {
            user_code,
            verification_url,
            expires_in: endpoint::seconds(&answer, "expires_in").unwrap_or(USUAL_LIFE),
        };
        let interval = endpoint::seconds(&answer, "interval").unwrap_or(STEP);
        show(&code);
        let device_code = Secret::new(device_code);
        let waiting = self.wait(&device_code, interval, pause);
        match tokio::time::timeout(timeout.min(code.expires_in), waiting).await {
            Ok(outcome) => outcome,
            Err(_) if timeout < code.expires_in => Err(LoginError::TimedOut),
            Err(_) => Err(LoginError::CodeExpired),
        }
    }

    async fn wait(
        &self,
        device_code: &Secret,
        mut interval: Duration,
        mut pause: impl AsyncFnMut(Duration),
    ) -> Result<Granted, LoginError> {
        let client = &self.client;
        let form = [
            ("grant_type", GRANT_TYPE),
            ("client_id", client.client_id.as_str()),
            (
                "client_secret",
                client.client_secret.as_ref().map_or("", Secret::expose),
            ),
            ("device_code", device_code.expose()),
        ];
        loop {
            pause(interval).await;
            let answer = endpoint::token(self.http, &client.token_uri, &form, LIMIT, self.clock.now()).await;
            let error = match answer {
                Ok(granted) => return Ok(granted),
                Err(error) => error,
            };
            match &error {
                // The network may come back while the code is good.
                EndpointError::Unreachable { .. } => interval += STEP,
                EndpointError::Refused(refusal) => match refusal.code.as_str() {
                    "authorization_pending" => {}
                    "slow_down" => interval += STEP,
                    "expired_token" | "invalid_grant" => return Err(LoginError::CodeExpired),
                    _ => return Err(LoginError::from_endpoint(error, true)),
                },
            }
        }
    }
}

/// Google's own, or its like beside another token endpoint.
fn device_endpoint(token_uri: &Url) -> Url {
    let google = "https://oauth2.googleapis.com/device/code";
    let hosts = [
        "oauth2.googleapis.com",
        "accounts.google.com",
        "www.googleapis.com",
    ];
    if *token_uri == google_token_uri() || token_uri.host_str().is_some_and(|host| hosts.contains(&host)) {
        return Url::parse(google).expect("the constant is a URL");
    }
    let mut address = token_uri.clone();
    address.set_path("/device/code");
    address.set_query(None);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_endpoint_lies_beside_the_token_endpoint() {
        let beside = |token_uri: &str| device_endpoint(&Url::parse(token_uri).unwrap()).to_string();
        let google = "https://oauth2.googleapis.com/device/code";
        assert_eq!(beside("https://oauth2.googleapis.com/token"), google);
        assert_eq!(beside("https://accounts.google.com/o/oauth2/token"), google);
        assert_eq!(
            beside("http://127.0.0.1:9/oauth/token?x=1"),
            "http://127.0.0.1:9/device/code"
        );
    }
}
