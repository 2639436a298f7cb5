//! One refresh: what is asked, and where the answer is kept.

use std::sync::Arc;

use super::SignIn;
use super::credentials::{AccessToken, Credentials, UserGrant};
use super::disk::{self, Replaced};
use super::endpoint::{self, Granted};
use super::error::SignInError;
use super::secret::Secret;
use super::service_account::ServiceAccount;
use super::token_file::TokenFile;

impl SignIn {
    /// Asks for a new token. `None` when the token file was replaced or deleted meanwhile.
    pub(super) async fn refresh(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<AccessToken>, SignInError> {
        match credentials {
            Credentials::User(grant) => self.refresh_user(grant).await,
            Credentials::ServiceAccount(account) => self.refresh_account(account).await.map(Some),
        }
    }

    async fn refresh_user(&self, grant: &UserGrant) -> Result<Option<AccessToken>, SignInError> {
        let inner = &*self.inner;
        let client = grant.client(&inner.files.client_secrets)?;
        let refresh_token = grant.file.refresh_token.as_ref();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client.id),
            ("client_secret", client.secret.map_or("", Secret::expose)),
            ("refresh_token", refresh_token.map_or("", Secret::expose)),
        ];
        let granted = endpoint::token(&inner.http, &client.token_uri, &form, inner.limit, self.now())
            .await
            .map_err(|error| SignInError::for_user(error, grant.age(self.now())))?;
        self.keep(grant, &granted).await
    }

    /// Keeps what a refresh has brought, on disk or, where that fails, in memory.
    async fn keep(&self, grant: &UserGrant, granted: &Granted) -> Result<Option<AccessToken>, SignInError> {
        let vault = &self.inner.vault;
        let now = self.now();
        let invalid = |problem| SignInError::InvalidFile {
            path: self.inner.files.token.clone(),
            problem,
            cure: "Sign in again with `boothline auth drive`.",
        };
        let file = grant.file.with(granted, now).map_err(invalid)?;
        let (path, stamp, bytes) = (self.inner.files.token.clone(), grant.stamp, file.to_bytes());
        let written =
            tokio::task::spawn_blocking(move || disk::replace_unchanged(&path, stamp, &bytes)).await;
        match written {
            Ok(Ok(Replaced::Done)) => vault.forget_unsaved(),
            Ok(Ok(Replaced::Changed)) => return Ok(None),
            Ok(Err(error)) => self.keep_in_memory(grant, file, &error.to_string()),
            Err(error) => self.keep_in_memory(grant, file, &error.to_string()),
        }
        // The new token may have come with less than the old one had.
        vault.look()?;
        Ok(Some(AccessToken {
            value: granted.access_token.clone(),
            expiry: Some(granted.ends(now)),
        }))
    }

    fn keep_in_memory(&self, grant: &UserGrant, file: TokenFile, problem: &str) {
        let path = self.inner.files.token.display();
        if self
            .inner
            .vault
            .keep_unsaved(grant.stamp, file, problem.to_owned())
        {
            tracing::warn!(
                "Could not write the Google token to {path} ({problem}); it is kept in memory until the service ends"
            );
        }
    }

    async fn refresh_account(&self, account: &Arc<ServiceAccount>) -> Result<AccessToken, SignInError> {
        let inner = &*self.inner;
        let granted = account
            .token(&inner.http, inner.scope, inner.limit, self.now())
            .await
            .map_err(SignInError::for_account)?;
        let access = AccessToken {
            expiry: Some(granted.ends(self.now())),
            value: granted.access_token,
        };
        inner.vault.keep_account_token(account, access.clone());
        Ok(access)
    }
}
