//! The command `peers`: tasks, contestants in turn, and the tables of what they took.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::contestant::{self, Contestant, NPM_QRCODE, SHARP_DEFAULT, SHARP_ONE_THREAD};
use crate::figures::{median, minimum, paired_ratio};
use crate::inputs::{Inputs, PhotoName};
use crate::noise;
use crate::places::Places;
use crate::raw::Raw;
use crate::rounds::{Measured, Series, measure};
use crate::table::{Table, number};
use crate::task::Name;

/// Options of `peers`.
#[derive(Args)]
pub(crate) struct Peers {
    /// The tasks to measure
    #[arg(long, value_delimiter = ',', default_value = "t1,t2,t3,portrait,qr")]
    tasks: Vec<Name>,
    /// How often each contestant does each task
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..=999))]
    rounds: u16,
    /// The photo of the tasks that take one
    #[arg(long, default_value = "bird")]
    photo: PhotoName,
    /// Another build of this program to measure beside us, such as before=/tmp/before/boothline-bench
    #[arg(long, value_name = "NAME=PROGRAM", value_parser = named)]
    also: Vec<(String, PathBuf)>,
    /// Leave out everybody whose name holds this, such as Pillow
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    #[command(flatten)]
    places: Places,
}

/// A name and the program it stands for.
pub(crate) fn named(text: &str) -> Result<(String, PathBuf), String> {
    let (name, program) = text.split_once('=').ok_or("write it as NAME=PROGRAM")?;
    Ok((name.to_owned(), program.into()))
}

impl Peers {
    /// Measures, prints, and keeps tables and raw lines.
    pub(crate) fn run(&self) -> Result<()> {
        let inputs = Inputs::prepare(&self.places)?;
        let results = self.places.results()?;
        let peers = self.places.peers()?;
        let mut raw = Raw::create(&results.join("peers.jsonl"))?;
        let all = contestant::all(&peers, &self.also)?;
        let mut report = format!("{}.\n", noise::machine());
        report += &fs::read_to_string(peers.join("versions.txt"))
            .unwrap_or_else(|_| "No peers: backend/scripts/ensure-peers installs them.\n".to_owned());
        print!("{report}");
        for &name in &self.tasks {
            let here = self.contestants(&all, name);
            let task = name.task(&inputs, &inputs.photo(self.photo));
            let measured = measure(name.title(), &task, &here, usize::from(self.rounds), &mut raw)?;
            let section = section(name, &measured);
            print!("{section}");
            report += &section;
        }
        let path = results.join("peers.md");
        fs::write(&path, report).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("\nKept: {} and peers.jsonl beside it", path.display());
        Ok(())
    }

    fn contestants<'a>(&self, all: &'a [Contestant], task: Name) -> Vec<&'a Contestant> {
        let left_out = |name: &str| self.without.iter().any(|part| name.contains(part.as_str()));
        all.iter()
            .filter(|one| one.does(task) && !left_out(&one.name))
            .collect()
    }
}

/// A heading, the table and the noise around it.
fn section(name: Name, measured: &Measured) -> String {
    let table = if name == Name::Qr {
        codes(measured)
    } else {
        pictures(measured)
    };
    let mut text = format!("\n### {}: {}\n\n", name.title(), name.describe());
    let Measured { noise, .. } = measured;
    let _ = write!(
        text,
        "{}\n{}\n",
        table.lines(),
        noise::sentence(&noise.cpu_ms, &noise.wall_ms)
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
pub(crate) fn kilobytes(bytes: &[u64]) -> String {
    let sizes = bytes.iter().map(|bytes| number(*bytes as f64 / 1e3, 0));
    sizes.collect::<Vec<_>>().join(" + ")
}
