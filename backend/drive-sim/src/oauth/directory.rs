//! Who granted what to whom: codes, refresh tokens, access tokens.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use boothline_domain::clock::Timestamp;

use super::device::Device;
use super::error::OAuthError;
use super::scope;
use crate::error::ApiError;
use crate::options::Options;
use crate::random;
use crate::world::{Caller, insufficient_scope};

/// The client in `client_secrets.json`.
pub(crate) const CLIENT_ID: &str = "100000000000-boothsim.apps.googleusercontent.com";
pub(crate) const CLIENT_SECRET: &str = "GOCSPX-booth-sim-not-a-secret";

/// What a person allowed an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) account: String,
    pub(crate) client: String,
    pub(crate) scope: String,
}

/// A code that the consent page gave out, for one exchange.
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect_uri: String,
    /// PKCE: the challenge and whether it is a hash (S256).
    pub(super) challenge: Option<(String, bool)>,
    pub(super) wants_refresh_token: bool,
    pub(super) expires: Timestamp,
}

struct Token {
    grant: Grant,
    expires: Option<Timestamp>,
}

/// All grants. Its `Debug` shows no tokens.
#[derive(Default)]
pub(crate) struct Directory {
    codes: HashMap<String, Code>,
    refresh_tokens: HashMap<String, Token>,
    access_tokens: HashMap<String, Token>,
    consented: HashSet<(String, String)>,
    pub(super) devices: HashMap<String, Device>,
    refreshes: u64,
}

const CODE_LIFETIME: Duration = Duration::from_secs(600);

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("refreshes", &self.refreshes)
            .finish_non_exhaustive()
    }
}

impl Directory {
    /// Notes a person's consent and gives the code for it. Only the first consent, or one that was asked
    /// for with `prompt=consent`, brings a refresh token.
    pub(super) fn add_code(
        &mut self,
        grant: Grant,
        redirect_uri: &str,
        challenge: Option<(String, bool)>,
        offline: bool,
        prompted: bool,
        now: Timestamp,
    ) -> String {
        let first = self
            .consented
            .insert((grant.account.clone(), grant.client.clone()));
        let text = format!("4/0{}", random::text(70));
        let code = Code {
            grant,
            redirect_uri: redirect_uri.to_owned(),
            challenge,
            wants_refresh_token: offline && (first || prompted),
            expires: now.plus(CODE_LIFETIME),
        };
        self.codes.insert(text.clone(), code);
        text
    }

    /// Takes a code, which then is used up.
    pub(super) fn take_code(&mut self, code: &str, now: Timestamp) -> Result<Code, OAuthError> {
        self.codes
            .remove(code)
            .filter(|code| now < code.expires)
            .ok_or(OAuthError::invalid_grant("Malformed auth code."))
    }

    /// A new access token.
    pub(crate) fn access_token(&mut self, grant: Grant, options: &Options, now: Timestamp) -> String {
        let text = format!("ya29.{}", random::text(180));
        let token = Token {
            grant,
            expires: Some(now.plus(options.token_lifetime)),
        };
        self.access_tokens.insert(text.clone(), token);
        text
    }

    /// A new refresh token.
    pub(crate) fn refresh_token(&mut self, grant: Grant, options: &Options, now: Timestamp) -> String {
        self.consented
            .insert((grant.account.clone(), grant.client.clone()));
        let text = format!("1//0{}", random::text(96));
        let token = Token {
            grant,
            expires: options.refresh_token_lifetime.map(|lifetime| now.plus(lifetime)),
        };
        self.refresh_tokens.insert(text.clone(), token);
        text
    }

    /// What a refresh token grants, while it lives; and how long it still does.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        client: &str,
        now: Timestamp,
    ) -> Result<(Grant, Option<Duration>), OAuthError> {
        self.refreshes += 1;
        let token = self
            .refresh_tokens
            .get(token)
            .filter(|token| token.expires.is_none_or(|expires| now < expires))
            .ok_or(OAuthError::invalid_grant("Token has been expired or revoked."))?;
        if token.grant.client != client {
            return Err(OAuthError::new(401, "unauthorized_client", "Unauthorized"));
        }
        let left = token.expires.map(|expires| expires.since(now));
        Ok((token.grant.clone(), left))
    }

    /// Who calls with this access token.
    pub(crate) fn caller(&self, token: &str, now: Timestamp) -> Result<Caller, ApiError> {
        let token = self
            .access_tokens
            .get(token)
            .filter(|token| token.expires.is_some_and(|expires| now < expires))
            .ok_or_else(ApiError::unauthenticated)?;
        let reach = scope::reach(&token.grant.scope).ok_or_else(insufficient_scope)?;
        Ok(Caller {
            account: token.grant.account.clone(),
            client: token.grant.client.clone(),
            reach,
        })
    }

    /// Ends all that the person granted to the app of this token; false when there is no such token.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        let known = self
            .refresh_tokens
            .get(token)
            .or_else(|| self.access_tokens.get(token));
        let Some(grant) = known.map(|token| token.grant.clone()) else {
            return false;
        };
        let same = |other: &Token| other.grant.account == grant.account && other.grant.client == grant.client;
        self.refresh_tokens.retain(|_, token| !same(token));
        self.access_tokens.retain(|_, token| !same(token));
        self.consented.remove(&(grant.account, grant.client));
        true
    }

    /// Ends every token, as when the person takes the app's access away.
    pub(crate) fn revoke_all(&mut self) {
        self.refresh_tokens.clear();
        self.access_tokens.clear();
        self.consented.clear();
    }

    /// Ends every access token; refresh tokens stay.
    pub(crate) fn expire_access_tokens(&mut self) {
        self.access_tokens.clear();
    }

    /// How often a refresh was asked for.
    pub(crate) const fn refreshes(&self) -> u64 {
        self.refreshes
    }
}
