//! Where peers, photos and results are: below the target folder, all of it made anew at need.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

/// The folder all others are in.
#[derive(Args, Debug)]
pub(crate) struct Places {
    /// Where peers, photos and results are [default: the target folder this program was built into]
    #[arg(long, value_name = "FOLDER")]
    target: Option<PathBuf>,
}

impl Places {
    /// What `backend/scripts/ensure-peers` installed.
    pub(crate) fn peers(&self) -> Result<PathBuf> {
        Ok(self.target()?.join("peers"))
    }

    /// The photos to work on.
    pub(crate) fn inputs(&self) -> Result<PathBuf> {
        Ok(self.target()?.join("bench-in"))
    }

    /// Tables, raw lines and pictures; made if it is missing.
    pub(crate) fn results(&self) -> Result<PathBuf> {
        let folder = self.target()?.join("bench-out");
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }

    fn target(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.target {
            return folder
                .canonicalize()
                .with_context(|| format!("there is no folder {}", folder.display()));
        }
        // target/release/boothline-bench
        let program = std::env::current_exe()?;
        let target = program.parent().and_then(Path::parent);
        Ok(target
            .context("this program stands in no target folder; name one with --target")?
            .to_owned())
    }
}
