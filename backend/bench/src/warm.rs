//! A contestant's running process, asked one task at a time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::contestant::Contestant;
use crate::process;
use crate::task::{Answer, Request, Task};

/// A process that has started; it ends when this is dropped.
pub(crate) struct Warm {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What one run took, and the sizes of the files it made.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) cpu_ms: f64,
    pub(crate) wall_ms: f64,
    pub(crate) bytes: Vec<u64>,
}

impl Warm {
    pub(crate) fn start(contestant: &Contestant) -> Result<Self> {
        let mut child = Command::new(&contestant.program)
            .args(&contestant.arguments)
            .envs(contestant.environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", contestant.name))?;
        let output = child.stdout.take().context("the process has an output")?;
        Ok(Self {
            name: contestant.name.clone(),
            input: child.stdin.take(),
            output: BufReader::new(output),
            child,
        })
    }

    /// Has the task done once; with `save`, its files are kept.
    pub(crate) fn ask(&mut self, task: &Task, save: Option<PathBuf>) -> Result<Run> {
        let request = Request {
            task: task.clone(),
            save,
        };
        let line = serde_json::to_string(&request)? + "\n";
        let input = self.input.as_mut().context("the process has an input")?;
        input.write_all(line.as_bytes())?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            bail!("{} ended without an answer", self.name);
        }
        match serde_json::from_str(&answer)? {
            Answer::Done {
                cpu_ms,
                wall_ms,
                bytes,
            } => Ok(Run {
                cpu_ms: cpu_ms / task.times(),
                wall_ms: wall_ms / task.times(),
                bytes,
            }),
            Answer::Failed { error } => bail!("{}: {error}", self.name),
        }
    }

    /// The most memory the process ever had resident, in MB.
    pub(crate) fn peak_mb(&self) -> Result<f64> {
        process::peak_mb(self.child.id())
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        // The end of its input ends it; a process that is gone already is as good.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
