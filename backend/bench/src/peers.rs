//! The command `peers`: tasks, contestants in turn, and the tables of what they took.

mod tables;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::contestant::{self, Contestant};
use crate::inputs::{Inputs, PhotoName};
use crate::noise;
use crate::places::Places;
use crate::raw::Raw;
use crate::rounds::measure;
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
    /// The photos of the tasks that take one
    #[arg(long, value_delimiter = ',', default_value = "bird")]
    photos: Vec<PhotoName>,
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
        report += &format!("Photos: {}.\n", inputs.source);
        print!("{report}");
        for &name in &self.tasks {
            let here = self.contestants(&all, name);
            for &photo in name.photos(&self.photos) {
                let title = name.title_with(photo);
                let task = name.task(&inputs, &inputs.photo(photo));
                let measured = measure(&title, &task, &here, usize::from(self.rounds), &mut raw)?;
                let section = tables::section(&title, name, &measured);
                print!("{section}");
                report += &section;
                report += &tables::raw_lines(&measured.series);
            }
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
