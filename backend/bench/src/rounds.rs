//! Rounds: contestants take turns, so that a slow minute of the machine meets all of them.

use anyhow::Result;
use serde_json::json;

use crate::contestant::Contestant;
use crate::figures::median;
use crate::noise;
use crate::raw::{Raw, short};
use crate::task::Task;
use crate::warm::{Run, Warm};

/// Processes whose memory is measured.
const FRESH: usize = 5;

/// What was measured of one contestant in one task.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) contestant: String,
    pub(crate) cpu_ms: Vec<f64>,
    pub(crate) wall_ms: Vec<f64>,
    /// Sizes of the files it makes.
    pub(crate) bytes: Vec<u64>,
    /// The memory of a fresh process that did the task once: the median of [`FRESH`].
    pub(crate) peak_mb: f64,
}

/// All contestants' figures in one task, and those of the loop that shows the machine's noise.
pub(crate) struct Measured {
    pub(crate) series: Vec<Series>,
    pub(crate) noise: Series,
}

/// Runs the task so many rounds; `title` names it in the raw lines.
pub(crate) fn measure(
    title: &str,
    task: &Task,
    contestants: &[&Contestant],
    rounds: usize,
    raw: &mut Raw,
) -> Result<Measured> {
    let mut racers = Vec::new();
    for contestant in contestants {
        racers.push(Racer::start(contestant, task)?);
    }
    let own = std::env::current_exe()?;
    let mut noise = Racer::start(&Contestant::ours("the loop", &own), &noise::LOOP)?;
    for round in 0..rounds {
        noise.run(&noise::LOOP)?;
        // Another one begins each time: nobody always follows the same neighbour.
        for turn in 0..racers.len() {
            let place = (round + turn) % racers.len();
            let run = racers[place].run(task)?;
            raw.line(&line(title, &racers[place].series, round, &run))?;
        }
    }
    Ok(Measured {
        series: racers.into_iter().map(|racer| racer.series).collect(),
        noise: noise.series,
    })
}

/// A contestant's process with what was measured of it.
struct Racer {
    process: Warm,
    series: Series,
}

impl Racer {
    /// Starts the process and lets it do the task once for its memory and once more to be warm. Memory goes with the
    /// moments at which threads meet, so others before it do the task once, too.
    fn start(contestant: &Contestant, task: &Task) -> Result<Self> {
        let mut peaks = Vec::new();
        for _ in 1..FRESH {
            let mut process = Warm::start(contestant)?;
            process.ask(task, None)?;
            peaks.push(process.peak_mb()?);
        }
        let mut process = Warm::start(contestant)?;
        let run = process.ask(task, None)?;
        peaks.push(process.peak_mb()?);
        let peak_mb = median(peaks);
        process.ask(task, None)?;
        Ok(Self {
            process,
            series: Series {
                contestant: contestant.name.clone(),
                cpu_ms: Vec::new(),
                wall_ms: Vec::new(),
                bytes: run.bytes,
                peak_mb,
            },
        })
    }

    fn run(&mut self, task: &Task) -> Result<Run> {
        let run = self.process.ask(task, None)?;
        self.series.cpu_ms.push(run.cpu_ms);
        self.series.wall_ms.push(run.wall_ms);
        Ok(run)
    }
}

fn line(title: &str, series: &Series, round: usize, run: &Run) -> serde_json::Value {
    json!({
        "task": title,
        "contestant": series.contestant,
        "round": round + 1,
        "cpu_ms": short(run.cpu_ms),
        "wall_ms": short(run.wall_ms),
        "bytes": series.bytes,
        "peak_mb": short(series.peak_mb),
    })
}
