//! Signing in to Google: credentials on disk, tokens in memory.
//!
//! [`SignIn`] hands out access tokens. It reads the files that Google's Python
//! client writes, and writes them back in the same form, so that both can share
//! them. [`login`] makes such a file, once, with a person's consent.
//!
//! The service account's grant is yup-oauth2's. A person's grant is refreshed here, since
//! yup-oauth2 (12.1.2) asks one fixed address and not the file's, or drops the reason of a failed
//! refresh and waits for a person, and keeps any JSON object as a token for ever.
//!
//! yup-oauth2 logs tokens at debug level; it is called without a log.

mod client_secrets;
mod credentials;
mod disk;
mod endpoint;
mod error;
pub mod login;
mod refresh;
mod scope;
mod secret;
mod service_account;
mod sign_in;
mod skew;
mod standing;
#[cfg(test)]
mod tests;
mod token_file;
mod vault;

use std::path::PathBuf;

pub use scope::Scope;
pub use sign_in::SignIn;
pub use standing::SignInStanding;

/// Where the credentials lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialFiles {
    /// The OAuth client, as the Google Cloud console gives it: `client_secrets.json`.
    pub client_secrets: PathBuf,
    /// The operator's grant with the current access token: `token.json`. It is rewritten.
    pub token: PathBuf,
    /// The key of a service account; where it is set, the other two files are not used.
    pub service_account: Option<PathBuf>,
}
