//! The simulator's clock: the machine's, moved on by tests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use boothline_domain::clock::{Clock, SystemClock, Timestamp};

/// The machine's clock, ahead by what it was moved on.
#[derive(Debug, Default)]
pub(crate) struct MovableClock {
    ahead_millis: AtomicI64,
}

impl MovableClock {
    pub(crate) fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead_millis.load(Ordering::SeqCst);
        Timestamp::from_millis(SystemClock.now().millis().saturating_add(ahead))
    }
}
