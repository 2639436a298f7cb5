//! The token bucket of a lane.

use std::time::Duration;

use boothline_domain::clock::Timestamp;

/// Thousandths of a task; whole numbers keep both engines exact.
const MILLI: i64 = 1000;
const MINUTE_MS: i64 = 60_000;

/// How fast a lane may start tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Tasks per minute in the long run, at least 1.
    pub per_minute: u32,
    /// Tasks at once after a rest, at least 1.
    pub burst: u32,
}

/// A bucket as it was at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) rate: Rate,
    pub(crate) tokens_milli: i64,
    pub(crate) at: Timestamp,
}

impl Bucket {
    /// The bucket at `now`: `rate/60 000` tokens more per millisecond, never
    /// more than the burst. A clock that goes back adds nothing.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        let elapsed = i64::try_from(now.since(self.at).as_millis()).unwrap_or(i64::MAX);
        let gained = elapsed.saturating_mul(self.per_minute()) / (MINUTE_MS / MILLI);
        let full = i64::from(self.rate.burst.max(1)) * MILLI;
        Self {
            tokens_milli: std::cmp::min(self.tokens_milli.saturating_add(gained), full),
            at: now,
            ..self
        }
    }

    /// Whole tokens in it.
    pub(crate) fn whole(self) -> u64 {
        u64::try_from(self.tokens_milli / MILLI).unwrap_or(0)
    }

    /// The bucket after so many tasks have started.
    pub(crate) fn without(self, tasks: usize) -> Self {
        let spent = i64::try_from(tasks).unwrap_or(i64::MAX).saturating_mul(MILLI);
        Self {
            tokens_milli: self.tokens_milli.saturating_sub(spent),
            ..self
        }
    }

    /// When it will hold one whole token, if it holds none at `self.at`.
    pub(crate) fn next_token(self) -> Timestamp {
        let missing = std::cmp::max(MILLI - self.tokens_milli, 0);
        let wait = (missing * (MINUTE_MS / MILLI) + self.per_minute() - 1) / self.per_minute();
        self.at
            .plus(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
    }

    fn per_minute(self) -> i64 {
        i64::from(self.rate.per_minute.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bucket(per_minute: u32, burst: u32, tokens_milli: i64) -> Bucket {
        Bucket {
            rate: Rate { per_minute, burst },
            tokens_milli,
            at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_rested_bucket_holds_the_burst_and_no_more() {
        let rested = bucket(60, 5, 0).at(Timestamp::from_millis(3_600_000));
        assert_eq!(rested.whole(), 5);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut late = bucket(60, 5, 2000);
        late.at = Timestamp::from_millis(10_000);
        assert_eq!(late.at(Timestamp::from_millis(0)).whole(), 2);
    }

    proptest! {
        #[test]
        fn the_next_token_is_there_when_promised_and_not_before(
            per_minute in 1_u32..100_000,
            tokens in -5000_i64..1000,
        ) {
            let bucket = bucket(per_minute, 3, tokens);
            let promised = bucket.next_token();
            prop_assert!(bucket.at(promised).whole() >= 1);
            let before = Timestamp::from_millis(promised.millis() - 1);
            prop_assert_eq!(bucket.at(before).whole(), 0);
        }
    }
}
