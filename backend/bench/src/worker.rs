//! The warm process: reads a task from each line of its input, does it, and answers what it took.

use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use boothline_imaging::render::Overlays;
use rustix::time::{ClockId, clock_gettime};

use crate::ours;
use crate::task::{Answer, Request};

/// Works until its input ends; decodes every overlay anew if it `forgets` what it drew before.
pub(crate) fn work(forgets: bool) -> Result<()> {
    let mut overlays = Overlays::new();
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        if forgets {
            overlays = Overlays::new();
        }
        let answer = answer(&line?, &overlays).unwrap_or_else(|error| Answer::Failed {
            error: format!("{error:#}"),
        });
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &str, overlays: &Overlays) -> Result<Answer> {
    let request: Request = serde_json::from_str(line)?;
    let (cpu, wall) = (cpu_time(), Instant::now());
    let files = ours::perform(&request.task, overlays)?;
    let (cpu, wall) = (cpu_time().saturating_sub(cpu), wall.elapsed());
    if let Some(path) = &request.save {
        save(&files, path)?;
    }
    Ok(Answer::Done {
        cpu_ms: cpu.as_secs_f64() * 1e3,
        wall_ms: wall.as_secs_f64() * 1e3,
        bytes: files.iter().map(|file| file.len() as u64).collect(),
    })
}

/// User and system time of all threads of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("a process has used no negative time")
}

fn save(files: &[Vec<u8>], path: &Path) -> io::Result<()> {
    (1..)
        .zip(files)
        .try_for_each(|(number, file)| fs::write(saved(path, number), file))
}

/// The name under which the file with this number is kept.
pub(crate) fn saved(path: &Path, number: usize) -> PathBuf {
    PathBuf::from(format!("{}-{number}.jpg", path.display()))
}
