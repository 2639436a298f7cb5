//! How far this machine's clock is off, by the `Date` header of an answer.

use std::fmt;

use boothline_domain::clock::Timestamp;
use chrono::DateTime;
use hyper::HeaderMap;
use hyper::header::DATE;

/// Less than this is the journey of the answer, or a clock that is good enough.
const TOLERATED_SECONDS: i64 = 5 * 60;

/// A difference that matters, in seconds; positive when our clock is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skew(i64);

impl Skew {
    /// The difference to the other side's clock, when it is more than five minutes.
    pub(super) fn of(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let date = headers.get(DATE)?.to_str().ok()?;
        let theirs = DateTime::parse_from_rfc2822(date).ok()?.timestamp();
        let ahead = now.utc().timestamp() - theirs;
        (ahead.abs() > TOLERATED_SECONDS).then_some(Self(ahead))
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.abs() / 60;
        let direction = if self.0 > 0 { "ahead of" } else { "behind" };
        match minutes {
            0..180 => write!(f, "{minutes} minutes {direction} Google's"),
            180..2880 => write!(f, "{} hours {direction} Google's", minutes / 60),
            _ => write!(f, "{} days {direction} Google's", minutes / 1440),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skew(date: &str, now: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, date.parse().unwrap());
        let now = DateTime::parse_from_rfc3339(now).unwrap().timestamp_millis();
        Skew::of(&headers, Timestamp::from_millis(now)).map(|skew| skew.to_string())
    }

    #[test]
    fn a_wrong_clock_is_named_with_its_difference() {
        let date = "Sat, 21 Nov 2026 12:00:00 GMT";
        assert_eq!(skew(date, "2026-11-21T12:04:59Z"), None);
        assert_eq!(
            skew(date, "2026-11-21T12:12:30Z").unwrap(),
            "12 minutes ahead of Google's"
        );
        assert_eq!(
            skew(date, "2026-11-21T07:00:00Z").unwrap(),
            "5 hours behind Google's"
        );
        assert_eq!(
            skew(date, "2026-11-11T12:00:00Z").unwrap(),
            "10 days behind Google's"
        );
        assert_eq!(skew("yesterday", "2026-11-11T12:00:00Z"), None);
    }
}
