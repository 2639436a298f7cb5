//! One run of ffmpeg or ffprobe: bounded in time, memory, files and words, and killed with all it started.
//!
//! What is not done here: no user of its own and no network namespace, which
//! take rights that a booth's service should not have. Demuxers and protocols
//! are pinned instead; OPERATIONS.md shows how systemd closes the rest.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdin, Command};

use crate::MotionError;

/// Address space, in bytes. ffmpeg's libraries and threads reserve far more than they use.
const ADDRESS_SPACE: u64 = 4 << 30;
/// Kept of what a program says on stderr, in bytes; the rest is read and thrown away.
const WORDS: usize = 2048;
/// Taken of what a program says on stdout, in bytes. More is an error.
pub(crate) const ANSWER: usize = 2 << 20;

/// A program about to run in a folder of its own.
pub(crate) struct Run<'a> {
    /// The program, as an absolute path.
    pub(crate) program: &'a Path,
    /// Its folder, which also holds its temporary files.
    pub(crate) folder: &'a Path,
    /// After this it is killed.
    pub(crate) patience: Duration,
    /// The largest file that it may write, in bytes.
    pub(crate) largest: u64,
}

/// What `made` says of the file at `out`, which is removed where it failed.
pub(crate) async fn whole_or_gone<T>(
    out: &Path,
    made: impl Future<Output = Result<T, MotionError>>,
) -> Result<T, MotionError> {
    let made = made.await;
    if made.is_err() {
        let _ = tokio::fs::remove_file(out).await;
    }
    made
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    /// Trimmed to [`WORDS`]; may name paths: for the log only.
    pub(crate) stderr: String,
}

impl Ended {
    /// What the program said, where it was content.
    pub(crate) fn success(self) -> Result<Vec<u8>, MotionError> {
        if self.status.success() {
            return Ok(self.stdout);
        }
        Err(MotionError::Failed(format!("{}: {}", self.status, self.stderr)))
    }
}

/// The program's process group, killed when dropped before [`Group::ended`].
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    /// The leader was waited for: its number may belong to others from now on.
    fn ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // ESRCH: it has just ended by itself.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Run<'_> {
    /// Runs to the end without input.
    pub(crate) async fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Ended, MotionError> {
        let nothing = |_: Option<ChildStdin>| std::future::ready(());
        let ((), ended) = self.watch(self.spawn(arguments, Stdio::null())?, nothing).await?;
        Ok(ended)
    }

    /// Runs to the end while `feeder` writes the program's input; its outcome comes with the program's.
    pub(crate) async fn feed<S, F, W>(
        &self,
        arguments: &[S],
        feeder: F,
    ) -> Result<(W::Output, Ended), MotionError>
    where
        S: AsRef<OsStr>,
        F: FnOnce(Option<ChildStdin>) -> W,
        W: Future,
    {
        self.watch(self.spawn(arguments, Stdio::piped())?, feeder).await
    }

    async fn watch<F, W>(&self, mut child: Child, feeder: F) -> Result<(W::Output, Ended), MotionError>
    where
        F: FnOnce(Option<ChildStdin>) -> W,
        W: Future,
    {
        // Declared after the child, so dropped before it: the group is killed while its leader's number is ours.
        let mut group = Group::of(&child);
        self.bound(&group);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let feeding = feeder(child.stdin.take());
        let everything = async {
            let (fed, answer, words) = tokio::join!(feeding, read(stdout, ANSWER + 1), read(stderr, WORDS));
            (fed, answer, words, child.wait().await)
        };
        let (fed, stdout, stderr, status) = tokio::time::timeout(self.patience, everything)
            .await
            .map_err(|_| MotionError::TimedOut(self.patience))?;
        let status = status?;
        group.ended();
        if stdout.len() > ANSWER {
            return Err(MotionError::Failed(
                "it said more than can be an answer".to_owned(),
            ));
        }
        let stderr = String::from_utf8_lossy(&stderr).trim().to_owned();
        Ok((
            fed,
            Ended {
                status,
                stdout,
                stderr,
            },
        ))
    }

    fn spawn<S: AsRef<OsStr>>(&self, arguments: &[S], stdin: Stdio) -> std::io::Result<Child> {
        Command::new(self.program)
            .args(arguments)
            // Keys and tokens of the service are not for ffmpeg.
            .env_clear()
            .env("TMPDIR", self.folder)
            .env("HOME", self.folder)
            .env("LC_ALL", "C")
            .current_dir(self.folder)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }

    /// Sets the limits from outside, a moment after the start: the program is
    /// still loading its libraries then and has read nothing of a stranger's.
    fn bound(&self, group: &Group) {
        let cpu = self.patience.as_secs() * 4 + 1;
        let limits = [
            (Resource::As, ADDRESS_SPACE),
            (Resource::Cpu, cpu),
            (Resource::Fsize, self.largest),
            (Resource::Nofile, 64),
            (Resource::Core, 0),
        ];
        for (resource, most) in limits {
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            if let Err(error) = prlimit(group.0, resource, limit) {
                // It has ended already, or the system sets narrower limits than ours.
                tracing::debug!(%error, ?resource, "A limit of ffmpeg was not set");
            }
        }
    }
}

/// Reads to the end and keeps the first `most` bytes, so that a talkative program is never held up.
async fn read(from: Option<impl AsyncRead + Unpin>, most: usize) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut from) = from else { return kept };
    let mut buffer = vec![0; 8192];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            break;
        }
        let room = most.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
    }
    kept
}
