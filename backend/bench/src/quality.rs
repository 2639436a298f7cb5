//! The command `quality`: how good each contestant's files are, at its own setting and at sharp's bytes.

mod equal_bytes;
mod judge;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use crate::contestant::{self, Contestant, SHARP_DEFAULT, SHARP_ONE_THREAD};
use crate::inputs::{Inputs, PhotoName};
use crate::places::Places;
use crate::raw::Raw;
use crate::reference::Light;
use crate::table::{Table, number};
use crate::task::{Name, Task};
use crate::warm::Warm;
use judge::{Judge, Judged};

/// Options of `quality`.
#[derive(Args)]
pub(crate) struct Quality {
    /// The tasks whose files are judged
    #[arg(long, value_delimiter = ',', default_value = "t1,t2,t3,portrait")]
    tasks: Vec<Name>,
    /// The photos of the tasks that take one
    #[arg(long, value_delimiter = ',', default_value = "bird,leaves,fabric,guests")]
    photos: Vec<PhotoName>,
    /// Another build of this program to judge beside us, such as before=/tmp/before/boothline-bench
    #[arg(long, value_name = "NAME=PROGRAM", value_parser = crate::peers::named)]
    also: Vec<(String, PathBuf)>,
    /// Judge only those whose name holds this, such as Boothline; sharp is always there to compare with
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// What the reference is scaled in
    #[arg(long, default_value = "linear")]
    light: Light,
    #[command(flatten)]
    places: Places,
}

impl Quality {
    /// Judges, prints, and keeps the table, the raw lines and the files.
    pub(crate) fn run(&self) -> Result<()> {
        let inputs = Inputs::prepare(&self.places)?;
        let results = self.places.results()?;
        let mut raw = Raw::create(&results.join("quality.jsonl"))?;
        let contestants = self.contestants()?;
        let mut report = String::new();
        for &name in &self.tasks {
            let here: Vec<&Contestant> = contestants.iter().filter(|one| one.does(name)).collect();
            let mut table = Table::new(["", "quality", "kB", "SSIMULACRA2", "at sharp's bytes"]);
            for &photo in name.photos(&self.photos) {
                let task = name.task(&inputs, &inputs.photo(photo));
                let title = name.title_with(photo);
                self.judge(&title, &task, &here, &mut table, &mut raw)?;
            }
            let mut section = String::new();
            let _ = write!(
                section,
                "\n### Quality of {name:?}: {}\n\n{}",
                name.describe(),
                table.lines()
            );
            print!("{section}");
            report += &section;
        }
        let path = results.join("quality.md");
        fs::write(&path, report).with_context(|| format!("{} cannot be written", path.display()))?;
        println!(
            "\nKept: {}, quality.jsonl and pictures/ beside it",
            path.display()
        );
        Ok(())
    }

    /// Every contestant once: threads change the time, not the files.
    fn contestants(&self) -> Result<Vec<Contestant>> {
        let all = contestant::all(&self.places.peers()?, &self.also)?;
        let wanted =
            |name: &str| self.only.is_empty() || self.only.iter().any(|part| name.contains(part.as_str()));
        let chosen = all.into_iter().filter(|one| {
            let again = one.name == SHARP_DEFAULT || one.name.starts_with("Boothline,");
            !again && (one.name == SHARP_ONE_THREAD || wanted(&one.name))
        });
        Ok(chosen.collect())
    }

    fn judge(
        &self,
        title: &str,
        task: &Task,
        contestants: &[&Contestant],
        table: &mut Table,
        raw: &mut Raw,
    ) -> Result<()> {
        let judge = Judge::new(task, self.light, &self.places.results()?.join("pictures"), title)?;
        let mut processes = Vec::new();
        for contestant in contestants {
            processes.push((contestant, Warm::start(contestant)?));
        }
        let mut bytes_of_sharp = None;
        processes.sort_by_key(|(contestant, _)| contestant.name != SHARP_ONE_THREAD);
        for (contestant, process) in &mut processes {
            let files = judge.files(process, task, &contestant.name)?;
            let Some(first) = files.first() else { continue };
            if contestant.name == SHARP_ONE_THREAD {
                bytes_of_sharp = Some(first.bytes);
            }
            let equal = match bytes_of_sharp {
                Some(bytes) => equal_bytes::score(&judge, process, task, bytes)?,
                None => f64::NAN,
            };
            for (number, file) in (1..).zip(&files) {
                let equal = if number == 1 { equal } else { f64::NAN };
                let who = format!("{title} {number}, {}", contestant.name);
                add(table, who, task, file, equal);
                raw.line(&json!({
                    "picture": title, "file": number, "contestant": contestant.name, "bytes": file.bytes,
                    "score": file.score, "score_at_sharps_bytes": equal.is_finite().then_some(equal),
                }))?;
            }
        }
        Ok(())
    }
}

fn add(table: &mut Table, who: String, task: &Task, file: &Judged, equal: f64) {
    table.row([
        who,
        task.quality().to_string(),
        number(file.bytes as f64 / 1e3, 1),
        number(file.score, 2),
        number(equal, 2),
    ]);
}
