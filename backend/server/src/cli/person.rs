//! The person at the terminal: questions, progress, sizes and lists in plain words.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::oneshot;

use crate::services::drive::verify::Phase;

/// Jobs or files named in one line of a report.
const NAMED: usize = 12;

/// Whether somebody is there to answer a question.
pub(super) fn is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks, and returns what was typed; none when the terminal is gone.
pub(super) async fn ask(question: &str) -> Option<String> {
    let mut screen = anstream::stderr().lock();
    write!(screen, "{question} ").and_then(|()| screen.flush()).ok()?;
    drop(screen);
    let (typed, answer) = oneshot::channel();
    // A thread of its own: one that reads a terminal cannot be stopped, and the runtime waits for its own.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // Nobody waits for the answer any more when the command was interrupted.
        let _ = typed.send(read.ok().filter(|bytes| *bytes > 0).map(|_| line));
    });
    let line = answer.await.ok().flatten()?;
    Some(line.trim().to_owned())
}

/// Asks for a yes; anything else is a no.
pub(super) async fn agrees(question: &str) -> bool {
    let answer = ask(&format!("{question} [y/N]")).await.unwrap_or_default();
    matches!(answer.to_lowercase().as_str(), "y" | "yes")
}

/// A bar on a terminal; nothing where none is.
#[derive(Default)]
pub(super) struct Progress(Mutex<Option<(Phase, ProgressBar)>>);

impl Progress {
    /// Shows how far a phase is.
    pub(super) fn hear(&self, phase: Phase, done: usize, all: usize) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = match &*shown {
            Some((known, bar)) if *known == phase => bar.clone(),
            before => {
                if let Some((_, bar)) = before {
                    bar.finish_and_clear();
                }
                let bar = begin(phase, all);
                *shown = Some((phase, bar.clone()));
                bar
            }
        };
        bar.set_position(done as u64);
    }

    /// Takes the bar off the screen, before other words are said.
    pub(super) fn clear(&self) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bar)) = shown.take() {
            bar.finish_and_clear();
        }
    }
}

fn begin(phase: Phase, all: usize) -> ProgressBar {
    let words = match phase {
        Phase::Reading => "Reading what Drive has",
        Phase::Missing => "Asking for missing files",
        Phase::Links => "Opening the guests' links",
        Phase::Sending => "Sending",
        Phase::Changing => "Changing files in Drive",
    };
    let (bar, template) = match all {
        0 => (ProgressBar::new_spinner(), "{msg} …"),
        all => (
            ProgressBar::new(all as u64),
            "{msg} {bar:30} {pos}/{len}  {eta} left",
        ),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(words);
    bar
}

/// A size as Google's pages show it: a GB is 1024 times 1024 times 1024 bytes.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut unit = 0;
    let mut tenths = u128::from(bytes) * 10 / 1024;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {}", UNITS[unit]),
        (whole, _) if whole >= 100 => format!("{whole} {}", UNITS[unit]),
        (whole, tenth) => format!("{whole}.{tenth} {}", UNITS[unit]),
    }
}

/// So many of them, in the right number.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// The first of them by name, and how many more there are.
pub(super) fn names<T: std::fmt::Display>(all: &[T]) -> String {
    let shown: Vec<String> = all.iter().take(NAMED).map(ToString::to_string).collect();
    match all.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_on_googles_pages() {
        let gb = 1024 * 1024 * 1024;
        for (bytes, words) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1_600_000, "1.5 MB"),
            (15 * gb, "15 GB"),
            (gb - 1, "1023 MB"),
            (350 * gb + gb / 2, "350 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn a_long_list_names_the_first_and_counts_the_rest() {
        assert_eq!(names(&[1, 2]), "1, 2");
        let many: Vec<u32> = (1..=14).collect();
        assert_eq!(names(&many), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more");
    }
}
