//! How long to wait before the next try.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);
const FIRST_BLOCK: Duration = Duration::from_secs(5);
const LONGEST_BLOCK: Duration = Duration::from_secs(300);

/// The pause after failed attempt number `attempt` (from 1): evenly spread over
/// `[cap/2, cap]` with `cap = min(1 s · 2^attempt, 1 h)`. The spread keeps tasks
/// that failed together from coming back together.
pub(crate) fn after_attempt(attempt: u32, random: u64) -> Duration {
    let cap = doubled(FIRST, attempt, LONGEST);
    let half = u64::try_from(cap.as_millis() / 2).unwrap_or(u64::MAX);
    cap / 2 + Duration::from_millis(random % (half + 1))
}

/// How long a lane stays shut after so many blocks in a row (from 0):
/// `min(5 s · 2^failures, 5 min)`.
pub(crate) fn of_lane(failures: u32) -> Duration {
    doubled(FIRST_BLOCK, failures, LONGEST_BLOCK)
}

/// Random bits for [`after_attempt`]. Without a source of randomness the pause
/// is its shortest, which is still a pause.
pub(crate) fn random() -> u64 {
    getrandom::u64().unwrap_or(0)
}

fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
    std::cmp::min(first.saturating_mul(factor), longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lane_waits_five_seconds_then_twice_as_long_up_to_five_minutes() {
        let waits: Vec<u64> = (0..8).map(|n| of_lane(n).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
    }

    proptest! {
        #[test]
        fn the_pause_lies_between_half_the_cap_and_the_cap(attempt in 1_u32..200, random: u64) {
            let cap = Duration::from_secs(2_u64.saturating_pow(attempt).min(3600));
            let pause = after_attempt(attempt, random);
            prop_assert!(pause >= cap / 2 && pause <= cap, "{pause:?} of {cap:?}");
        }
    }
}
