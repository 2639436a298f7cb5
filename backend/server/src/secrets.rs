//! Keys: how they are kept in memory, made, compared and never printed.

mod keyfile;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

pub use keyfile::{KeyFileError, Keys, keys_file, load, load_or_make, make_new, private_dir};

use crate::config::{Config, KioskAuth};

/// Bytes of randomness in a key we make: 256 bits.
const KEY_BYTES: usize = 32;

/// A key: whoever prints it sees only that there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A fresh key of 256 random bits, in letters that are safe in a URL.
    ///
    /// # Errors
    /// Where the operating system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text itself, for the one who has to send or store it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this key, in a time that does not tell how much
    /// of it was right (its length may show).
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// Whether it is long enough not to be guessed.
    pub fn is_strong(&self) -> bool {
        self.0.len() >= 16
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Keys that were made just now and have to be shown to the operator once.
#[derive(Clone, Debug)]
pub struct FreshKeys {
    /// The operator's token, unless it was configured.
    pub operator_token: Option<Secret>,
    /// The booth's key, unless it was configured or kiosks need none.
    pub booth_key: Option<Secret>,
}

/// Gives `config` the keys it needs beyond loopback: configured ones win, then
/// those of an earlier start, else new ones are made and returned.
///
/// # Errors
/// When the key file cannot be read or written.
pub fn equip(config: &mut Config) -> Result<Option<FreshKeys>, KeyFileError> {
    let access = &mut config.access;
    let complete = access.operator_token.is_some() && access.booth_key.is_some();
    if config.server.bind_addr.ip().is_loopback() || complete {
        return Ok(None);
    }
    let (keys, made) = load_or_make(&config.storage.data_dir)?;
    let token_is_ours = access.operator_token.is_none();
    let key_is_ours = access.booth_key.is_none() && access.kiosk_auth == KioskAuth::On;
    access.operator_token.get_or_insert(keys.operator_token.clone());
    access.booth_key.get_or_insert(keys.booth_key.clone());
    Ok(made.then(|| FreshKeys {
        operator_token: token_is_ours.then_some(keys.operator_token),
        booth_key: key_is_ours.then_some(keys.booth_key),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn config(folder: &tempfile::TempDir, pairs: &[(&str, &str)]) -> Config {
        let data = folder.path().join("data");
        let mut all = vec![("DATA_DIR", data.to_str().unwrap())];
        all.extend_from_slice(pairs);
        Config::from_environment(&Environment::from_pairs(&all)).unwrap()
    }

    #[test]
    fn a_key_matches_only_itself_and_is_not_printed() {
        let key = Secret::new("correct-horse");
        assert!(key.matches("correct-horse"));
        for wrong in ["", "correct-hors", "correct-horse ", "Correct-horse"] {
            assert!(!key.matches(wrong), "{wrong:?}");
        }
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }

    #[test]
    fn a_random_key_has_256_bits_and_travels_in_a_url() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(URL_SAFE_NO_PAD.decode(one.expose()).unwrap().len(), 32);
        assert!(one.is_strong());
    }

    #[test]
    fn a_service_on_loopback_needs_no_keys_and_makes_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&folder, &[]);
        assert!(equip(&mut config).unwrap().is_none());
        assert!(config.access.operator_token.is_none());
        assert!(!folder.path().join("data").exists());
    }

    #[test]
    fn keys_are_made_on_the_first_start_and_used_again_on_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let lan = [("BIND_ADDR", "0.0.0.0:8000")];
        let mut first = config(&folder, &lan);
        let fresh = equip(&mut first).unwrap().expect("they were made");
        assert_eq!(fresh.operator_token, first.access.operator_token);

        let mut second = config(&folder, &lan);
        assert!(equip(&mut second).unwrap().is_none(), "shown only once");
        assert_eq!(second.access.booth_key, first.access.booth_key);
    }

    #[test]
    fn a_configured_key_wins_and_is_not_shown_as_new() {
        let folder = tempfile::tempdir().unwrap();
        let pairs = [
            ("BIND_ADDR", "0.0.0.0:8000"),
            ("OPERATOR_TOKEN", "chosen-by-hand"),
        ];
        let mut config = config(&folder, &pairs);
        let fresh = equip(&mut config).unwrap().expect("the booth key was made");
        assert!(fresh.operator_token.is_none());
        assert!(fresh.booth_key.is_some());
        let token = config.access.operator_token.unwrap();
        assert!(token.matches("chosen-by-hand"));
    }
}
