//! What an operator has to know about the sign-in.

use boothline_domain::clock::Timestamp;

use super::SignIn;
use super::credentials::Credentials;
use super::error::{SignInError, wall_clock};
use super::sign_in::LEAST;
use super::vault::Held;

/// Whether and how we are signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInStanding {
    /// False only when a person must act.
    pub ok: bool,
    /// `authorized`, `missing_token`, `invalid_token_file`, `refresh_failed`,
    /// `expired_no_refresh_token`, `unauthorized` (a scope is missing) or `offline`.
    pub status: &'static str,
    /// Plain sentences: what is so, and what to do.
    pub message: String,
    /// When the access token ends; it is renewed before, where there is a refresh token.
    pub expiry: Option<Timestamp>,
    /// Whether tokens can be renewed without a person.
    pub has_refresh_token: bool,
    /// Whether this very call has renewed the token.
    pub refreshed: bool,
}

impl SignIn {
    /// How the sign-in stands. With `check` a token that is due is renewed, which takes up to
    /// ten seconds; without, nothing is sent, and the last renewal is what counts.
    pub async fn standing(&self, check: bool) -> SignInStanding {
        let mut refreshed = false;
        let outcome = if check {
            self.obtain(None)
                .await
                .map(|obtained| refreshed = obtained.refreshed)
        } else {
            self.outlook().await
        };
        // Whatever the outcome is, the files say what there is.
        let held = self.inner.vault.look_unscoped().ok();
        let (status, message) = match &outcome {
            Ok(()) => (
                "authorized",
                held.as_ref().map_or_else(String::new, |held| self.praise(held)),
            ),
            Err(error) => (error.status(), error.to_string()),
        };
        SignInStanding {
            ok: outcome.as_ref().err().is_none_or(SignInError::heals),
            status,
            message,
            expiry: held
                .as_ref()
                .and_then(|held| held.access.as_ref())
                .and_then(|access| access.expiry),
            has_refresh_token: held.as_ref().is_some_and(|held| {
                matches!(held.credentials, Credentials::User(_)) && held.credentials.can_refresh()
            }),
            refreshed,
        }
    }

    /// What the next call for a token is likely to bring.
    async fn outlook(&self) -> Result<(), SignInError> {
        let held = self.look().await?;
        let valid = held
            .access
            .as_ref()
            .and_then(|access| access.lasts(LEAST, self.now()));
        match self.inner.vault.failure() {
            Some(failure) if !failure.error.heals() || valid != Some(true) => return Err(failure.error),
            _ => {}
        }
        if let Credentials::User(grant) = &held.credentials
            && held.credentials.can_refresh()
            && valid != Some(true)
        {
            grant.client(&self.inner.files.client_secrets)?;
        }
        if held.credentials.can_refresh() || valid.unwrap_or(held.access.is_some()) {
            return Ok(());
        }
        let ended = held.access.and_then(|access| access.expiry);
        Err(SignInError::NoRefreshToken(ended))
    }

    fn praise(&self, held: &Held) -> String {
        let grant = match &held.credentials {
            Credentials::ServiceAccount(_) => return "Signed in to Google as a service account.".to_owned(),
            Credentials::User(grant) => grant,
        };
        let mut sentences = vec!["Signed in to Google.".to_owned()];
        if !held.credentials.can_refresh() {
            let end = held.access.as_ref().and_then(|access| access.expiry);
            let end = end.map_or_else(String::new, |end| format!(", and it ends at {}", wall_clock(end)));
            sentences.push(format!(
                "There is no refresh token{end}: sign in again with `boothline auth drive`."
            ));
        }
        if let Some(end) = grant.file.grant_ends {
            sentences.push(format!(
                "Google ends this sign-in at {}, as the app is in \"Testing\": publish it (\"In production\") in the Google Cloud console, then sign in again with `boothline auth drive`.",
                wall_clock(end)
            ));
        }
        if grant.clients_differ() {
            sentences.push(
                "The token belongs to another OAuth client than the client's file; the token's own is used."
                    .to_owned(),
            );
        }
        if let Some(problem) = self.inner.vault.unsaved_problem() {
            sentences.push(format!(
                "The token file cannot be written ({problem}); the current token is kept in memory."
            ));
        }
        sentences.join(" ")
    }
}
