//! The unguessable name of a result, as it stands in links and file names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 128 bits from a cryptographic source, written as 26 characters of Crockford's
/// base 32 (no `i`, `l`, `o`, `u`: read aloud and typed without mistakes).
///
/// It says nothing of the job's id or time. Source of the alphabet:
/// <https://www.crockford.com/base32.html>.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShareCode(String);

/// The text is not a share code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a share code is 26 characters of Crockford's base 32")]
pub struct ShareCodeError;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LEN: usize = 26;

impl ShareCode {
    /// The code for 16 random bytes; the caller takes them from the operating system.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut value = u128::from_be_bytes(bytes);
        let mut text = [0_u8; LEN];
        for place in text.iter_mut().rev() {
            *place = ALPHABET[(value & 31) as usize];
            value >>= 5;
        }
        Self(text.iter().copied().map(char::from).collect())
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShareCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ShareCode {
    type Err = ShareCodeError;

    fn from_str(text: &str) -> Result<Self, ShareCodeError> {
        if text.len() == LEN && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ShareCodeError)
        }
    }
}

impl TryFrom<String> for ShareCode {
    type Error = ShareCodeError;

    fn try_from(text: String) -> Result<Self, ShareCodeError> {
        text.parse()
    }
}

impl From<ShareCode> for String {
    fn from(code: ShareCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_bits_of_the_randomness_are_kept() {
        assert_eq!(
            ShareCode::from_random([0xff; 16]).as_str(),
            "7zzzzzzzzzzzzzzzzzzzzzzzzz"
        );
        assert_eq!(ShareCode::from_random([0; 16]).as_str(), "0".repeat(26));
    }

    proptest! {
        #[test]
        fn a_code_reads_back_as_itself(bytes: [u8; 16]) {
            let code = ShareCode::from_random(bytes);
            prop_assert_eq!(code.as_str().parse(), Ok(code.clone()));
        }

        #[test]
        fn two_sources_never_share_a_code(a: [u8; 16], b: [u8; 16]) {
            prop_assert_eq!(a == b, ShareCode::from_random(a) == ShareCode::from_random(b));
        }
    }
}
