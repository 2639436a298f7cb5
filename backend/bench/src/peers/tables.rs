//! The tables of what each contestant took, with the raw figures below them.

use std::fmt::Write as _;

use crate::contestant::{NPM_QRCODE, SHARP_DEFAULT, SHARP_ONE_THREAD};
use crate::figures::{median, minimum, paired_ratio};
use crate::noise;
use crate::rounds::{Measured, Series};
use crate::table::{Table, number};
use crate::task::Name;

/// A heading, the table and the noise around it.
pub(super) fn section(title: &str, name: Name, measured: &Measured) -> String {
    let table = if name == Name::Qr {
        codes(measured)
    } else {
        pictures(measured)
    };
    let mut text = format!("\n### {title}: {}\n\n", name.describe());
    let Measured { noise, .. } = measured;
    let _ = write!(
        text,
        "{}\n{}\n",
        table.lines(),
        noise::sentence(&noise.cpu_ms, &noise.wall_ms),
    );
    text
}

fn pictures(measured: &Measured) -> Table {
    let find = |name: &str| measured.series.iter().find(|series| series.contestant == name);
    let cpu = find(SHARP_ONE_THREAD);
    let wall = find(SHARP_DEFAULT).or(cpu);
    let mut table = Table::new([
        "",
        "CPU ms",
        "least",
        "×",
        "wall ms",
        "least",
        "×",
        "peak MB",
        "kB of its files",
    ]);
    for series in &measured.series {
        table.row([
            series.contestant.clone(),
            middle(&series.cpu_ms, 1),
            number(minimum(series.cpu_ms.iter().copied()), 1),
            ratio(series, cpu, |series| &series.cpu_ms),
            middle(&series.wall_ms, 1),
            number(minimum(series.wall_ms.iter().copied()), 1),
            ratio(series, wall, |series| &series.wall_ms),
            number(series.peak_mb, 0),
            kilobytes(&series.bytes),
        ]);
    }
    table
}

fn codes(measured: &Measured) -> Table {
    let base = measured
        .series
        .iter()
        .find(|series| series.contestant == NPM_QRCODE);
    let mut table = Table::new(["", "CPU ms", "least", "×", "codes/s on a core", "bytes"]);
    for series in &measured.series {
        let cpu = median(series.cpu_ms.iter().copied());
        table.row([
            series.contestant.clone(),
            number(cpu, 3),
            number(minimum(series.cpu_ms.iter().copied()), 3),
            ratio(series, base, |series| &series.cpu_ms),
            number(1000.0 / cpu, 0),
            series.bytes.first().map_or_else(String::new, u64::to_string),
        ]);
    }
    table
}

fn middle(values: &[f64], places: usize) -> String {
    number(median(values.iter().copied()), places)
}

fn ratio(series: &Series, base: Option<&Series>, of: fn(&Series) -> &Vec<f64>) -> String {
    base.map_or_else(
        || "-".to_owned(),
        |base| number(paired_ratio(of(series), of(base)), 2),
    )
}

/// Sizes in kilobytes of 1,000 bytes.
fn kilobytes(bytes: &[u64]) -> String {
    let sizes = bytes.iter().map(|bytes| number(*bytes as f64 / 1e3, 0));
    sizes.collect::<Vec<_>>().join(" + ")
}

/// Every round's figures, a line for each contestant and clock.
pub(super) fn raw_lines(series: &[Series]) -> String {
    let line = |name: &str, clock: &str, values: &[f64]| {
        let values = values.iter().map(|value| {
            let places = if *value < 10.0 { 3 } else { 1 };
            format!(" {value:.places$}")
        });
        format!("{name}, {clock} ms:{}\n", values.collect::<String>())
    };
    let lines = series.iter().flat_map(|one| {
        let cpu = line(&one.contestant, "CPU", &one.cpu_ms);
        [cpu, line(&one.contestant, "wall", &one.wall_ms)]
    });
    format!("\n```text\n{}```\n", lines.collect::<String>())
}
