//! The machine and its noise: how much a loop that always does the same differs from run to run.

use std::fs;
use std::thread::available_parallelism;

use crate::figures::{median, minimum, spread};
use crate::task::Task;

/// About forty milliseconds of one core.
pub(crate) const LOOP: Task = Task::Spin { steps: 20_000_000 };

/// The processor, its cores, and how busy it is with other things, in a line.
pub(crate) fn machine() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    format!("{}, {cores} cores, load {load} at the start", processor())
}

fn processor() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.and_then(|rest| rest.split_once(':'));
    model
        .map_or("unknown processor", |(_, name)| name.trim())
        .to_owned()
}

/// What the loop says of the rounds it ran in.
pub(crate) fn sentence(cpu: &[f64], wall: &[f64]) -> String {
    let part = |value: f64| 100.0 * value;
    format!(
        "Noise: a fixed loop took {:.1} ms CPU (median; minimum {:.1}, middle half within {:.0} %), {:.1} ms wall \
         (middle half within {:.0} %).",
        median(cpu.iter().copied()),
        minimum(cpu.iter().copied()),
        part(spread(cpu)),
        median(wall.iter().copied()),
        part(spread(wall)),
    )
}
