//! What the service costs while it works: CPU time and memory, as Linux counts them.

use std::fs;
use std::time::Duration;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Footprint {
    /// User and system time of all its threads.
    pub(super) cpu: Duration,
    /// Resident memory now, in bytes.
    pub(super) memory: u64,
    /// The most it ever was, in bytes.
    pub(super) peak_memory: u64,
}

impl Footprint {
    /// That of process `pid`; `None` where there is no `/proc` of Linux.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        Some(Self {
            cpu: cpu(&stat)?,
            memory: kilobytes(&status, "VmRSS:")?,
            peak_memory: kilobytes(&status, "VmHWM:")?,
        })
    }
}

/// Fields 14 and 15 of `stat`, in clock ticks (proc_pid_stat(5)). The second
/// field is the program's name, which may hold spaces: we count behind it.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_millis((user + system) * 1000 / per_second))
}

fn kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let number: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 90 0 0 0 250 50 0 0 20 0 3 0 100";
        let ticks = rustix::param::clock_ticks_per_second();
        assert_eq!(cpu(stat), Some(Duration::from_millis(300 * 1000 / ticks)));
    }

    #[test]
    fn our_own_peak_is_at_least_what_we_use() {
        let own = Footprint::of(std::process::id()).expect("tests run on Linux");
        assert!(own.memory > 0);
        assert!(own.peak_memory >= own.memory);
    }
}
