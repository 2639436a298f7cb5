//! A pause that Drive asked for, and the next one, which is longer.

use std::time::Duration;

use tokio::time::Instant;

use crate::drive::settings::spread;

/// Doublings of the first pause: 1, 2, 4 … 64.
const DOUBLINGS: u32 = 6;

#[derive(Debug)]
pub(super) struct Restraint {
    first: Duration,
    strikes: u32,
    last_strike: Option<Instant>,
    until: Option<Instant>,
}

impl Restraint {
    pub(super) fn new(first: Duration) -> Self {
        Self {
            first,
            strikes: 0,
            last_strike: None,
            until: None,
        }
    }

    /// A refusal of a request that began at `begun`. Requests that were under
    /// way together are refused together and count once. True when it counts.
    pub(super) fn hit(&mut self, begun: Instant, retry_after: Option<Duration>, now: Instant) -> bool {
        let counts = self.last_strike.is_none_or(|last| begun >= last);
        if counts {
            self.last_strike = Some(now);
        }
        match retry_after {
            Some(pause) => self.extend(now + pause),
            None if counts => {
                let pause = self.first * 2_u32.pow(self.strikes.min(DOUBLINGS));
                self.extend(now + pause + self.first.mul_f64(spread()));
            }
            None => {}
        }
        if counts {
            self.strikes = self.strikes.saturating_add(1);
        }
        counts
    }

    /// A success of a request that began at `begun`: after the last refusal it ends the doubling.
    pub(super) fn relax(&mut self, begun: Instant) {
        if self.last_strike.is_none_or(|last| begun >= last) {
            self.strikes = 0;
        }
    }

    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.until?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    fn extend(&mut self, until: Instant) {
        self.until = Some(self.until.map_or(until, |old| old.max(until)));
    }
}
