//! Has files made and compares them with what they should look like.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use image::RgbImage;

use crate::reference::{self, Light, Linear};
use crate::score::score;
use crate::task::Task;
use crate::warm::Warm;
use crate::worker::saved;

/// What a task's files should look like.
pub(super) struct Judge {
    references: Vec<Linear>,
    light: Light,
    folder: PathBuf,
    title: String,
}

/// A file that was judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    pub(super) bytes: u64,
    /// Its SSIMULACRA2 score.
    pub(super) score: f64,
}

impl Judge {
    /// Makes the references; they and all files will be kept in `folder` under names that begin with `title`.
    pub(super) fn new(task: &Task, light: Light, folder: &Path, title: &str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let judge = Self {
            references: reference::of(task, light)?,
            light,
            folder: folder.to_owned(),
            title: title.to_owned(),
        };
        for (number, reference) in (1..).zip(&judge.references) {
            let path = judge.path(&format!("reference {number}"));
            RgbImage::from(reference).save(path.with_extension("png"))?;
        }
        Ok(judge)
    }

    /// Where something of this task is kept, without the ending.
    fn path(&self, what: &str) -> PathBuf {
        let name = format!("{} {what}", self.title);
        self.folder
            .join(name.replace(|c: char| !c.is_alphanumeric(), "-"))
    }

    /// All files of a run, kept under the name of who made them.
    pub(super) fn files(&self, process: &mut Warm, task: &Task, who: &str) -> Result<Vec<Judged>> {
        self.judge(process, task, who, self.references.len())
    }

    /// The first file alone; it is not kept for long.
    pub(super) fn first(&self, process: &mut Warm, task: &Task) -> Result<Judged> {
        let files = self.judge(process, task, "at equal bytes", 1)?;
        files.into_iter().next().context("every task makes a file")
    }

    /// Has the files made and judges the first `count` of them.
    fn judge(&self, process: &mut Warm, task: &Task, who: &str, count: usize) -> Result<Vec<Judged>> {
        let path = self.path(who);
        let run = process.ask(task, Some(path.clone()))?;
        let files = (1..).zip(self.references.iter().zip(run.bytes)).take(count);
        files
            .map(|(number, (reference, bytes))| {
                let score = self.compare(task, reference, &saved(&path, number))?;
                Ok(Judged { bytes, score })
            })
            .collect()
    }

    fn compare(&self, task: &Task, reference: &Linear, path: &Path) -> Result<f64> {
        let picture = Linear::from(&reference::upright(path)?);
        let (width, height) = (picture.width, picture.height);
        if (width, height) == (reference.width, reference.height) {
            return score(reference, &picture);
        }
        // A contestant may round a side otherwise; then it is judged at the size it chose.
        let Task::Fit { photo, .. } = task else {
            bail!("{} has another size than it should", path.display());
        };
        score(&reference::of_photo(photo, self.light, width, height)?, &picture)
    }
}
