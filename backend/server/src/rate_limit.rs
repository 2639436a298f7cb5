//! A budget of calls for each address, beyond loopback.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// Above this many addresses, those that were quiet are forgotten.
const REMEMBERED: usize = 4096;

/// Counts calls by address.
#[derive(Debug)]
pub struct RateLimit {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl RateLimit {
    /// At most `calls` in a minute for each address, in any rhythm.
    pub fn per_minute(calls: NonZeroU32) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_minute(calls)),
            clock: DefaultClock::default(),
        }
    }

    /// `None` while the address is within its budget, else the seconds to wait.
    pub fn excess(&self, address: IpAddr) -> Option<u32> {
        if self.limiter.len() > REMEMBERED {
            self.limiter.retain_recent();
        }
        let early = self.limiter.check_key(&address).err()?;
        let wait = early.wait_time_from(self.clock.now()).as_secs() + 1;
        Some(u32::try_from(wait).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_that_calls_too_often_does_not_hinder_another() {
        let limit = RateLimit::per_minute(NonZeroU32::new(3).unwrap());
        let [loud, quiet] = [1, 2].map(|last| IpAddr::from([10, 0, 0, last]));
        assert!((0..3).all(|_| limit.excess(loud).is_none()));
        assert!(
            limit
                .excess(loud)
                .is_some_and(|seconds| (1..=21).contains(&seconds))
        );
        assert_eq!(limit.excess(quiet), None);
    }
}
