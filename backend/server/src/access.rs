//! Who may call what: kiosks, operators, and how wrong keys are slowed down.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use boothline_domain::clock::Timestamp;
use subtle::ConstantTimeEq;

use crate::refusal::{Kind, Refusal};

const WINDOW: Duration = Duration::from_secs(60);
/// Enough for every device at a venue; beyond it the oldest window is forgotten.
const REMEMBERED: usize = 10_000;

/// The rules of this process.
#[derive(Debug)]
pub struct Access {
    /// True while we listen on loopback only: then nobody needs a key.
    pub open: bool,
    /// True where kiosks need no key even beyond loopback.
    pub kiosks_open: bool,
    booth_key: Option<String>,
    operator_token: Option<String>,
    failures_allowed: u32,
    failures: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    since: Timestamp,
}

/// What the caller showed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// `X-Booth-Key`.
    pub booth_key: Option<&'a str>,
    /// The token of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
}

impl Access {
    /// Rules with these keys; beyond loopback a missing key lets nobody in. An address
    /// that shows `failures_allowed` wrong keys within a minute has to wait.
    pub fn new(
        open: bool,
        kiosks_open: bool,
        booth_key: Option<String>,
        operator_token: Option<String>,
        failures_allowed: u32,
    ) -> Self {
        Self {
            open,
            kiosks_open,
            booth_key,
            operator_token,
            failures_allowed,
            failures: Mutex::default(),
        }
    }

    /// Lets a kiosk in, and an operator as well.
    pub fn kiosk(&self, shown: Shown<'_>, from: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
        if self.open || self.kiosks_open {
            return Ok(());
        }
        let Some(key) = shown.booth_key else {
            if shown.bearer.is_some() {
                return self.operator(shown, from, now);
            }
            let detail = "This call needs the booth key in the header X-Booth-Key.";
            return Err(Refusal::new(Kind::Unauthorized, "booth_key_missing", detail));
        };
        self.check(
            key,
            self.booth_key.as_deref(),
            from,
            now,
            "booth_key_wrong",
            "The booth key is not the right one.",
        )
    }

    /// Lets an operator in.
    pub fn operator(&self, shown: Shown<'_>, from: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
        if self.open {
            return Ok(());
        }
        let Some(token) = shown.bearer else {
            let detail = "This call needs the operator token in the header Authorization: Bearer.";
            return Err(Refusal::new(Kind::Unauthorized, "operator_token_missing", detail));
        };
        let wrong = "The operator token is not the right one.";
        self.check(
            token,
            self.operator_token.as_deref(),
            from,
            now,
            "operator_token_wrong",
            wrong,
        )
    }

    fn check(
        &self,
        shown: &str,
        right: Option<&str>,
        from: Option<IpAddr>,
        now: Timestamp,
        code: &'static str,
        detail: &'static str,
    ) -> Result<(), Refusal> {
        self.refuse_guessers(from, now)?;
        let same = right.is_some_and(|right| bool::from(shown.as_bytes().ct_eq(right.as_bytes())));
        if same {
            return Ok(());
        }
        self.note_failure(from, now);
        tracing::warn!(code, "A wrong key was shown");
        Err(Refusal::new(Kind::Unauthorized, code, detail))
    }

    fn refuse_guessers(&self, from: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
        let failures = self
            .failures
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(seen) = from.and_then(|address| failures.get(&address)) else {
            return Ok(());
        };
        let age = now.since(seen.since);
        if seen.count < self.failures_allowed || age >= WINDOW {
            return Ok(());
        }
        let left = WINDOW.saturating_sub(age).as_secs().max(1);
        let detail = "Too many wrong keys from this address; wait a minute.";
        let refusal = Refusal::new(Kind::TooMany, "too_many_wrong_keys", detail);
        Err(Refusal {
            retry_after: u32::try_from(left).ok(),
            ..refusal
        })
    }

    fn note_failure(&self, from: Option<IpAddr>, now: Timestamp) {
        let Some(address) = from else { return };
        let mut failures = self
            .failures
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, seen| now.since(seen.since) < WINDOW);
        }
        let seen = failures
            .entry(address)
            .or_insert(Failures { count: 0, since: now });
        if now.since(seen.since) >= WINDOW {
            *seen = Failures { count: 0, since: now };
        }
        seen.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9)));

    fn venue() -> Access {
        Access::new(
            false,
            false,
            Some("booth".to_owned()),
            Some("operator".to_owned()),
            5,
        )
    }

    fn key(key: &str) -> Shown<'_> {
        Shown {
            booth_key: Some(key),
            bearer: None,
        }
    }

    fn bearer(token: &str) -> Shown<'_> {
        Shown {
            booth_key: None,
            bearer: Some(token),
        }
    }

    #[test]
    fn on_loopback_nobody_needs_a_key() {
        let laptop = Access::new(true, false, None, None, 5);
        assert!(laptop.kiosk(Shown::default(), HERE, NOW).is_ok());
        assert!(laptop.operator(Shown::default(), HERE, NOW).is_ok());
    }

    #[test]
    fn a_booth_key_opens_kiosk_calls_and_nothing_more() {
        assert!(venue().kiosk(key("booth"), HERE, NOW).is_ok());
        assert_eq!(
            venue().operator(key("booth"), HERE, NOW).unwrap_err().code,
            "operator_token_missing"
        );
        assert_eq!(
            venue().operator(bearer("booth"), HERE, NOW).unwrap_err().code,
            "operator_token_wrong"
        );
    }

    #[test]
    fn an_operator_may_do_what_a_kiosk_may() {
        assert!(venue().kiosk(bearer("operator"), HERE, NOW).is_ok());
    }

    #[test]
    fn without_a_configured_key_nobody_comes_in() {
        let bare = Access::new(false, false, None, None, 5);
        assert!(bare.operator(bearer(""), HERE, NOW).is_err());
        assert!(bare.kiosk(key(""), HERE, NOW).is_err());
    }

    #[test]
    fn guessing_is_slowed_down_for_a_minute_even_with_the_right_key() {
        let venue = venue();
        for _ in 0..5 {
            assert_eq!(
                venue.kiosk(key("guess"), HERE, NOW).unwrap_err().kind,
                Kind::Unauthorized
            );
        }
        assert_eq!(
            venue.kiosk(key("booth"), HERE, NOW).unwrap_err().kind,
            Kind::TooMany
        );
        assert!(venue.kiosk(key("booth"), None, NOW).is_ok(), "others are not hit");
        assert!(venue.kiosk(key("booth"), HERE, NOW.plus(WINDOW)).is_ok());
    }
}
