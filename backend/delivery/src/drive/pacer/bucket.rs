//! A token bucket whose rate can be lowered and recovers.

use std::time::Duration;

use tokio::time::Instant;

/// The slowest rate, as a part of the full one.
const SLOWEST: f64 = 1.0 / 32.0;
/// What one success gives back, as a part of the full rate.
const RECOVERY: f64 = 1.0 / 32.0;
/// One token, less what floating point may lose on the way to it.
const ONE: f64 = 1.0 - 1e-9;

#[derive(Debug)]
pub(super) struct Bucket {
    full_rate: f64,
    rate: f64,
    burst: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A rested bucket. It holds what a second brings, and at least one token.
    pub(super) fn full(rate: f64, now: Instant) -> Self {
        // One request in a hundred seconds is the least that still counts as working.
        let rate = if rate.is_finite() { rate.max(0.01) } else { 1.0 };
        let burst = rate.floor().max(1.0);
        Self {
            full_rate: rate,
            rate,
            burst,
            tokens: burst,
            at: now,
        }
    }

    /// When the next token is there.
    pub(super) fn ready(&mut self, now: Instant) -> Instant {
        self.refill(now);
        if self.tokens >= ONE {
            now
        } else {
            now + Duration::from_secs_f64((1.0 - self.tokens) / self.rate)
        }
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.refill(now);
        self.tokens = (self.tokens - 1.0).max(0.0);
    }

    pub(super) fn halve(&mut self) {
        self.rate = (self.rate / 2.0).max(self.full_rate * SLOWEST);
    }

    /// Nothing gathers before `end`: then one request goes, not a burst.
    pub(super) fn rest_until(&mut self, end: Instant) {
        if end > self.at {
            self.tokens = self.tokens.min(1.0);
            self.at = end;
        }
    }

    pub(super) fn recover(&mut self, now: Instant) {
        self.refill(now);
        self.rate = (self.rate + self.full_rate * RECOVERY).min(self.full_rate);
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate).min(self.burst);
        self.at = self.at.max(now);
    }
}
