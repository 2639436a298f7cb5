//! Where Drive is, how files are shared, and how long we wait.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// Which thing gets the public permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Each file by itself. Guests who shorten their link see nothing else.
    File,
    /// The folder, once; files inherit it. Saves a call for each photo, but
    /// whoever has the folder's link can list it.
    Folder,
}

/// How a client of Drive is set up.
#[derive(Clone, Debug)]
pub struct DriveSettings {
    /// Base of the API, ends with `/`; `https://www.googleapis.com/` for the real one.
    pub api_url: Url,
    /// Base of the links that guests get, ends with `/`; `https://drive.google.com/` for the real one.
    pub link_url: Url,
    /// What is made public.
    pub share: Share,
    /// Requests per second of one account in the long run, above 0.
    pub requests_per_second: f64,
    /// A file by which all processes of this machine keep that pace together.
    pub pace_file: Option<PathBuf>,
    /// Files up to this size in bytes go in one request, larger ones in a resumable session.
    pub multipart_limit: u64,
    /// How long we wait.
    pub patience: Patience,
}

/// Time limits of single requests, and the pauses between tries within one call.
#[derive(Clone, Debug)]
pub struct Patience {
    /// For a request without a file.
    pub small: Duration,
    /// Bytes per second of the slowest line that uploads are possible on: what
    /// an upload's bytes take at this speed is added to `small`.
    pub slowest_line: u64,
    /// For the question whether Drive can be reached at all.
    pub probe: Duration,
    /// Tries of a request after a transient fault, beside the first one.
    pub retries: u32,
    /// The shortest pause before such a try.
    pub shortest_pause: Duration,
    /// The longest pause before such a try. What Drive wants longer is left to the caller.
    pub longest_pause: Duration,
    /// The first pause of everybody after a rate limit; the next ones double, up to 64 times this.
    pub first_backoff: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            small: Duration::from_secs(8),
            slowest_line: 64 * 1024,
            probe: Duration::from_secs(5),
            retries: 2,
            shortest_pause: Duration::from_millis(300),
            longest_pause: Duration::from_millis(1500),
            first_backoff: Duration::from_secs(1),
        }
    }
}

impl Patience {
    /// The limit of a request that carries so many bytes.
    pub fn upload(&self, bytes: u64) -> Duration {
        let line = self.slowest_line.max(1);
        self.small + Duration::from_secs(bytes / line) + Duration::from_millis(bytes % line * 1000 / line)
    }

    /// A random pause before the next try, so that uploads that failed together do not come back together.
    pub(crate) fn pause(&self) -> Duration {
        let span = self.longest_pause.saturating_sub(self.shortest_pause);
        self.shortest_pause + span.mul_f64(spread())
    }
}

/// A random number from 0 to 1. Without a source of randomness the pauses are their shortest.
pub(crate) fn spread() -> f64 {
    f64::from(getrandom::u32().unwrap_or(0)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_may_take_as_long_as_its_bytes_need_on_the_slowest_line() {
        let patience = Patience::default();
        assert_eq!(patience.upload(0), Duration::from_secs(8));
        assert_eq!(patience.upload(96 * 1024), Duration::from_millis(9500));
        assert_eq!(patience.upload(10 * 64 * 1024), Duration::from_secs(18));
    }

    #[test]
    fn pauses_stay_between_their_bounds() {
        let patience = Patience::default();
        for _ in 0..200 {
            let pause = patience.pause();
            assert!(pause >= patience.shortest_pause && pause <= patience.longest_pause);
        }
    }
}
