//! The command `crowd`: a running Boothline under more than it should ever meet, and its memory meanwhile.

mod shots;

use std::path::{Path, PathBuf};
use std::thread::{scope, sleep};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use boothline_hostile::bombs;
use boothline_imaging::orientation::Orientation;
use boothline_imaging::sample;
use clap::Args;
use serde_json::Value;

use crate::figures::median;
use crate::process::{memory_mb, peak_mb};
use crate::service::booth::Booth;
use crate::service::kiosk::Kiosk;
use crate::service::program;
use shots::Shots;

/// The bombs have begun to be worked on by then.
const HEAD_START: Duration = Duration::from_millis(300);
/// After so many photos of the soak a line is printed.
const BLOCK: u32 = 100;

/// Options of `crowd`.
#[derive(Args)]
pub(crate) struct Crowd {
    /// The program to measure [default: boothline in the folder of this program]
    #[arg(long, value_name = "PROGRAM")]
    boothline: Option<PathBuf>,
    /// The photo that guests send at once [default: one of 24 megapixels, drawn]
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,
    /// How many of them
    #[arg(long, default_value_t = 50)]
    guests: usize,
    /// How many bombs
    #[arg(long, default_value_t = 16)]
    bombs: usize,
    /// How many photos, each another one, make the soak
    #[arg(long, default_value_t = 500)]
    soak: u32,
}

/// A service and what it is sent.
struct Venue {
    booth: Booth,
    kiosk: Kiosk,
    /// Its own, for as long as it runs.
    _folder: tempfile::TempDir,
}

impl Crowd {
    /// Measures each part in a service of its own, and prints it.
    pub(crate) fn run(&self) -> Result<()> {
        let program = program(self.boothline.as_deref())?;
        let photo = match &self.photo {
            Some(path) => std::fs::read(path).with_context(|| path.display().to_string())?,
            None => sample::jpeg(6000, 4000, 1, Orientation::NoTransforms)?,
        };
        let venue = Venue::open(&program)?;
        venue.many("one photo", &[&photo])?;
        venue.many("many photos at once", &vec![&photo; self.guests])?;
        for bomb in bombs().iter().filter(|bomb| bomb.name.contains("bytes of WebP")) {
            Venue::open(&program)?.bombard(&bomb.name, &vec![&bomb.bytes; self.bombs], &photo)?;
        }
        Venue::open(&program)?.soak(self.soak)
    }
}

impl Venue {
    fn open(program: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let booth = Booth::start(program, folder.path())?;
        Ok(Self {
            kiosk: Kiosk::new(&booth.base),
            booth,
            _folder: folder,
        })
    }

    fn many(&self, what: &str, photos: &[&Vec<u8>]) -> Result<()> {
        let sessions = self.sessions(photos.len())?;
        let answers = scope(|scope| {
            let uploads = photos.iter().zip(&sessions);
            let uploads = uploads.map(|(photo, session)| scope.spawn(|| self.kiosk.send(session, photo)));
            let uploads: Vec<_> = uploads.collect();
            let answers = uploads.into_iter().map(|upload| upload.join().expect("no panic"));
            answers.collect::<Result<Vec<_>>>()
        })?;
        self.tell(what, &answers)
    }

    /// Bombs all at once, and a guest a moment later.
    fn bombard(&self, what: &str, bombs: &[&Vec<u8>], photo: &[u8]) -> Result<()> {
        let guest = self.kiosk.start()?;
        scope(|scope| {
            let bombs = scope.spawn(|| self.many(what, bombs));
            sleep(HEAD_START);
            let answer = self.kiosk.send(&guest, photo)?;
            bombs.join().expect("no panic")?;
            self.tell("  a photo behind them", &[answer])
        })
    }

    /// Whole visits, two in turn and two at once, each with another photo.
    fn soak(&self, count: u32) -> Result<()> {
        let shots = Shots::drawn();
        for four in (0..count).step_by(4) {
            let visit = |number: u32| self.kiosk.visit(&shots.take(number)?);
            visit(four)?;
            visit(four + 1)?;
            scope(|scope| {
                let other = scope.spawn(|| visit(four + 2));
                visit(four + 3)?;
                other.join().expect("no panic")
            })?;
            if (four + 4) % BLOCK == 0 {
                println!("after {} visits: {}", four + 4, self.memory()?);
            }
        }
        Ok(())
    }

    fn sessions(&self, count: usize) -> Result<Vec<Value>> {
        (0..count).map(|_| self.kiosk.start()).collect()
    }

    fn tell(&self, what: &str, answers: &[(u16, Duration)]) -> Result<()> {
        let Some(slowest) = answers.iter().map(|(_, took)| took).max() else {
            bail!("nobody was sent");
        };
        let mut statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
        statuses.sort_unstable();
        let taken = statuses.iter().filter(|status| **status == 200).count();
        statuses.dedup();
        println!(
            "{what}: {taken} of {} taken, answers {statuses:?}, median {:.2} s, slowest {:.2} s, {}",
            answers.len(),
            median(answers.iter().map(|(_, took)| took.as_secs_f64())),
            slowest.as_secs_f64(),
            self.memory()?
        );
        Ok(())
    }

    fn memory(&self) -> Result<String> {
        let pid = self.booth.pid();
        Ok(format!(
            "{:.0} MB resident, {:.0} MB at the peak",
            memory_mb(pid)?,
            peak_mb(pid)?
        ))
    }
}
