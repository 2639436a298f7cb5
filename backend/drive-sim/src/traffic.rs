//! How many requests arrive, how close together, and when that is too many.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::operation::Operation;

/// Counters, taken when a request arrives and before anything is done with it.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    counts: BTreeMap<Operation, u64>,
    /// Arrivals of the last ten seconds.
    recent: VecDeque<Instant>,
    busiest_second: usize,
    busiest_ten_seconds: usize,
    bucket: Option<Bucket>,
    /// Answers given because of the rate limit.
    pub(crate) limited: u64,
}

/// A token bucket.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

const FEWEST_BURST: f64 = 10.0;

impl Traffic {
    /// Counts a request; whether it is within `per_second`.
    pub(crate) fn arrive(&mut self, op: Operation, now: Instant, per_second: Option<f64>) -> bool {
        *self.counts.entry(op).or_default() += 1;
        self.recent.push_back(now);
        let within = |span: Duration| move |at: &Instant| now.duration_since(*at) >= span;
        let older = self.recent.partition_point(within(Duration::from_secs(10)));
        self.recent.drain(..older);
        self.busiest_ten_seconds = self.busiest_ten_seconds.max(self.recent.len());
        let older = self.recent.partition_point(within(Duration::from_secs(1)));
        self.busiest_second = self.busiest_second.max(self.recent.len() - older);
        let allowed = !op.is_limited() || per_second.is_none_or(|rate| self.take_token(rate, now));
        if !allowed {
            self.limited += 1;
        }
        allowed
    }

    fn take_token(&mut self, rate: f64, now: Instant) -> bool {
        let burst = rate.max(FEWEST_BURST);
        let bucket = self.bucket.get_or_insert(Bucket {
            tokens: burst,
            at: now,
        });
        let refill = now.duration_since(bucket.at).as_secs_f64() * rate;
        bucket.tokens = (bucket.tokens + refill).min(burst);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }

    pub(crate) fn counts(&self) -> BTreeMap<Operation, u64> {
        self.counts.clone()
    }

    /// The most requests within any one second, and within any ten.
    pub(crate) const fn busiest(&self) -> (usize, usize) {
        (self.busiest_second, self.busiest_ten_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_windows_slide() {
        let start = Instant::now();
        let mut traffic = Traffic::default();
        for millis in [0, 600, 900, 1100, 1500, 9_000, 20_000] {
            traffic.arrive(Operation::Get, start + Duration::from_millis(millis), None);
        }
        assert_eq!(traffic.busiest(), (4, 6));
        assert_eq!(traffic.counts()[&Operation::Get], 7);
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut traffic = Traffic::default();
        let mut pass = |op, millis| traffic.arrive(op, start + Duration::from_millis(millis), Some(2.0));
        let burst = (0..15).filter(|_| pass(Operation::Get, 0)).count();
        assert_eq!(burst, 10);
        assert!(pass(Operation::SessionPut, 0));
        assert!(pass(Operation::Get, 500));
        assert!(!pass(Operation::Get, 500));
        assert_eq!(traffic.limited, 6);
    }
}
