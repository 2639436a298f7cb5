//! The table and the raw lines of the visits.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::Round;
use crate::figures::{mean, median, minimum, paired_ratio};
use crate::raw::{Raw, short};
use crate::table::{Table, number};

/// What a visit took, part by part, beside sharp.
pub(super) fn table(rounds: &[Round]) -> Table {
    let ours =
        |of: fn(&Round) -> Duration| -> Vec<f64> { rounds.iter().map(|round| millis(of(round))).collect() };
    let sharp = |of: fn(&(f64, f64)) -> f64| -> Vec<f64> {
        let runs = rounds.iter().filter_map(|round| round.sharp.as_ref());
        runs.map(of).collect()
    };
    let (sharp_cpu, sharp_wall) = (sharp(|run| run.0), sharp(|run| run.1));
    let mut table = Table::new(["", "ms, median", "least", "× sharp"]);
    let mut row = |what: &str, values: Vec<f64>, base: &[f64]| {
        table.row([
            what.to_owned(),
            number(median(values.iter().copied()), 1),
            number(minimum(values.iter().copied()), 1),
            number(paired_ratio(&values, base), 2),
        ]);
    };
    row(
        "first byte of the upload to done, wall",
        ours(|r| r.visit.done),
        &sharp_wall,
    );
    row("  first byte to last byte", ours(|r| r.visit.sent), &[]);
    row(
        "  last byte to the preview on the kiosk",
        ours(|r| r.visit.previewed - r.visit.sent),
        &[],
    );
    row(
        "  POST /jobs to links and QR address",
        ours(|r| r.visit.accepted - r.visit.ordered),
        &[],
    );
    row(
        "  POST /jobs to done",
        ours(|r| r.visit.done - r.visit.ordered),
        &[],
    );
    row(
        "sharp, the same three files in memory, wall",
        sharp_wall.clone(),
        &sharp_wall,
    );
    // Linux counts another process's CPU in ticks of 10 ms: only the mean of many visits is finer.
    let (cpu, sharp_cpu) = (mean(&ours(|r| r.cpu)), mean(&sharp_cpu));
    for (what, cpu) in [
        ("CPU of the service (mean)", cpu),
        ("CPU of sharp (mean)", sharp_cpu),
    ] {
        table.row([
            what.to_owned(),
            number(cpu, 1),
            "-".to_owned(),
            number(cpu / sharp_cpu, 2),
        ]);
    }
    table
}

/// A line for each visit.
pub(super) fn write_raw(path: &Path, rounds: &[Round]) -> Result<()> {
    let mut raw = Raw::create(path)?;
    for (number, Round { visit, cpu, sharp }) in (1..).zip(rounds) {
        raw.line(&json!({
            "round": number,
            "sent_ms": short(millis(visit.sent)),
            "previewed_ms": short(millis(visit.previewed)),
            "ordered_ms": short(millis(visit.ordered)),
            "accepted_ms": short(millis(visit.accepted)),
            "done_ms": short(millis(visit.done)),
            "cpu_ms": short(millis(*cpu)),
            "sharp_cpu_ms": sharp.map(|run| short(run.0)),
            "sharp_wall_ms": sharp.map(|run| short(run.1)),
        }))?;
    }
    Ok(())
}

pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
