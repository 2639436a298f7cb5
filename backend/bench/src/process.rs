//! What Linux says of a running process: its time on the processors and its memory.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// User and system time of all threads, in steps of a clock tick (10 ms as a rule).
///
/// Fields 14 and 15 of `stat` (proc_pid_stat(5)); the second field, the name, may hold spaces.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = read(pid, "stat")?;
    let (_, fields) = stat.rsplit_once(')').context("a stat line has a name")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(str::parse::<u64>).sum::<Result<_, _>>()?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis(ticks * 1000 / per_second))
}

/// Memory resident now, in MB of 1,000,000 bytes.
pub(crate) fn memory_mb(pid: u32) -> Result<f64> {
    megabytes(pid, "VmRSS:")
}

/// The most memory that ever was resident, in MB; interpreter and libraries included, nothing taken off.
pub(crate) fn peak_mb(pid: u32) -> Result<f64> {
    megabytes(pid, "VmHWM:")
}

fn megabytes(pid: u32, field: &str) -> Result<f64> {
    let status = read(pid, "status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: f64 = number
        .with_context(|| format!("Linux says no {field}"))?
        .parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

fn read(pid: u32, file: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{file}");
    fs::read_to_string(&path)
        .with_context(|| format!("{path} cannot be read; memory and CPU are known on Linux only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_remembers_what_was_given_back() {
        const TAKEN: usize = 64_000_000;
        let own = std::process::id();
        // Written to, so that it is resident.
        drop(std::hint::black_box(vec![1u8; TAKEN]));
        assert!(peak_mb(own).unwrap() >= TAKEN as f64 / 1e6);
        assert!(memory_mb(own).unwrap() > 0.0);
        assert!(cpu(own).is_ok());
    }
}
