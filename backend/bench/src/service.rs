//! The command `service`: visits to a running Boothline, in turn with sharp making the same files.

pub(crate) mod booth;
pub(crate) mod kiosk;
mod report;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::contestant::{self, SHARP_DEFAULT};
use crate::figures::median;
use crate::inputs::{Inputs, PhotoName};
use crate::noise;
use crate::places::Places;
use crate::process;
use crate::task::{Name, Task};
use crate::warm::Warm;
use booth::Booth;
use kiosk::{Kiosk, Visit};
use report::millis;

/// How often the start is measured.
const STARTS: usize = 5;
/// After this long a service that nobody calls has done all it does by itself at the start.
const IDLE: Duration = Duration::from_secs(2);

/// Options of `service`.
#[derive(Args)]
pub(crate) struct Service {
    /// The program to measure [default: boothline in the folder of this program]
    #[arg(long, value_name = "PROGRAM")]
    boothline: Option<PathBuf>,
    /// How many visits
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=999))]
    rounds: u16,
    /// The photo that guests send
    #[arg(long, default_value = "bird")]
    photo: PhotoName,
    #[command(flatten)]
    places: Places,
}

/// What a visit took, and what sharp took beside it.
struct Round {
    visit: Visit,
    /// CPU of the service for the visit.
    cpu: Duration,
    sharp: Option<(f64, f64)>,
}

impl Service {
    /// Measures, prints, and keeps the table and the raw lines.
    pub(crate) fn run(&self) -> Result<()> {
        let inputs = Inputs::prepare(&self.places)?;
        let results = self.places.results()?;
        let program = program(self.boothline.as_deref())?;
        let mut text = format!(
            "\n### The whole service: {}\n\n{}.\n",
            Name::Portrait.describe(),
            noise::machine()
        );
        text += &starts(&program)?;
        let folder = tempfile::tempdir()?;
        let booth = Booth::start(&program, folder.path())?;
        sleep(IDLE);
        let idle = process::memory_mb(booth.pid())?;
        let photo = inputs.photo(self.photo);
        let task = Name::Portrait.task(&inputs, &photo);
        let rounds = self.rounds(&booth, &fs::read(&photo)?, &task)?;
        report::write_raw(&results.join("service.jsonl"), &rounds)?;
        let peak = process::peak_mb(booth.pid())?;
        let _ = writeln!(
            text,
            "Memory: {idle:.0} MB when idle, {peak:.0} MB at the peak of {} visits.\n",
            rounds.len()
        );
        text += &report::table(&rounds).lines();
        print!("{text}");
        let path = results.join("service.md");
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// One visit and one run of sharp in turn; the first of each is to get warm.
    fn rounds(&self, booth: &Booth, photo: &[u8], task: &Task) -> Result<Vec<Round>> {
        let kiosk = Kiosk::new(&booth.base);
        let peers = contestant::all(&self.places.peers()?, &[])?;
        let sharp = peers.iter().find(|peer| peer.name == SHARP_DEFAULT);
        let mut sharp = sharp.map(Warm::start).transpose()?;
        let mut rounds = Vec::new();
        for _ in 0..=self.rounds {
            let before = process::cpu(booth.pid())?;
            let visit = kiosk.visit(photo)?;
            let cpu = process::cpu(booth.pid())?.saturating_sub(before);
            let run = sharp.as_mut().map(|sharp| sharp.ask(task, None)).transpose()?;
            let sharp = run.map(|run| (run.cpu_ms, run.wall_ms));
            rounds.push(Round { visit, cpu, sharp });
        }
        Ok(rounds.split_off(1))
    }
}

/// The program that is named, or the one beside this program.
pub(crate) fn program(named: Option<&Path>) -> Result<PathBuf> {
    let beside = || Ok(std::env::current_exe()?.with_file_name("boothline"));
    let program = named.map(Path::to_owned).map_or_else(beside, anyhow::Ok)?;
    program
        .canonicalize()
        .with_context(|| format!("there is no {}; `make build` makes it", program.display()))
}

/// Starts in fresh folders, and again in the last of them.
fn starts(program: &Path) -> Result<String> {
    let mut fresh = Vec::new();
    let mut again = Vec::new();
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        fresh.push(millis(Booth::start(program, folder.path())?.start_up));
        again.push(millis(Booth::start(program, folder.path())?.start_up));
    }
    Ok(format!(
        "Start to first answer: {:.0} ms in a fresh folder, {:.0} ms after that (medians of {STARTS}).\n",
        median(fresh),
        median(again)
    ))
}
