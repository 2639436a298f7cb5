//! One pace for all processes of a machine that work for the same account.
//!
//! A small file holds the moment at which the account has used up what it was
//! allowed (the "theoretical arrival time" of the generic cell rate algorithm,
//! ITU-T I.371). Each request moves it on by one slot, under the file's lock.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::time::Duration;

use boothline_domain::clock::Timestamp;

/// Slots in time that processes take one after the other.
#[derive(Clone, Debug)]
pub(crate) struct SharedPace {
    file: PathBuf,
    slot_micros: i64,
    burst_micros: i64,
}

impl SharedPace {
    /// `rate` requests per second in the long run, at most one second's worth of them at once.
    pub(crate) fn new(file: PathBuf, rate: f64) -> Self {
        let slot = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1));
        let slot_micros = i64::try_from(slot.as_micros()).unwrap_or(i64::MAX).max(1);
        Self {
            file,
            slot_micros,
            burst_micros: (1_000_000 - slot_micros).max(0),
        }
    }

    /// Takes the next slot; how long it is until then.
    ///
    /// # Errors
    /// When the file cannot be used. Nothing is taken then.
    pub(crate) fn take(&self, now: Timestamp) -> io::Result<Duration> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.file)?;
        file.lock()?;
        let now = now.millis().saturating_mul(1000);
        let mut bytes = [0; 8];
        let known = match file.read_exact(&mut bytes) {
            Ok(()) => i64::from_le_bytes(bytes),
            Err(_) => 0,
        };
        // A clock that was set back must not stop everything until it has caught up.
        let farthest = now.saturating_add(60_000_000);
        let used_up = if known > farthest {
            now
        } else {
            known.max(now - self.burst_micros)
        };
        file.rewind()?;
        file.write_all(&used_up.saturating_add(self.slot_micros).to_le_bytes())?;
        Ok(Duration::from_micros(u64::try_from(used_up - now).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    #[test]
    fn two_processes_together_keep_to_the_rate() {
        let folder = tempfile::tempdir().unwrap();
        let pace = || SharedPace::new(folder.path().join("pace"), 10.0);
        let (one, other) = (pace(), pace());
        let mut waits = Vec::new();
        for _ in 0..10 {
            waits.push(one.take(at(0)).unwrap());
            waits.push(other.take(at(0)).unwrap());
        }
        // A burst of one second, then one slot after the other.
        assert!(waits[..10].iter().all(Duration::is_zero), "{waits:?}");
        for (number, wait) in waits[10..].iter().enumerate() {
            let slot = Duration::from_millis(100 * (number as u64 + 1));
            assert_eq!(*wait, slot, "{waits:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pace = SharedPace::new(folder.path().join("pace"), 1.0);
        pace.take(at(3_600_000)).unwrap();
        assert!(pace.take(at(0)).unwrap() <= Duration::from_secs(1));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_an_error_and_a_torn_one_a_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pace");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(SharedPace::new(path, 5.0).take(at(0)).unwrap(), Duration::ZERO);
        assert!(
            SharedPace::new(folder.path().to_owned(), 5.0)
                .take(at(0))
                .is_err()
        );
    }
}
