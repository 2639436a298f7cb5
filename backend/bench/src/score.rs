//! How alike two pictures look, by SSIMULACRA2, and the command `score` that says it.
//!
//! 100 is the same picture; above 90 nobody sees a difference, 70 is high quality, 50 medium
//! (J. Sneyers, <https://github.com/cloudinary/ssimulacra2>).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use ssimulacra2::{LinearRgb, compute_frame_ssimulacra2};

use crate::reference::{self, Light, Linear};

/// The score of a picture that should look like `reference`; both must have the same size of at least 8x8.
pub(crate) fn score(reference: &Linear, picture: &Linear) -> Result<f64> {
    let light = |picture: &Linear| {
        let (width, height) = (picture.width as usize, picture.height as usize);
        LinearRgb::new(picture.pixels.clone(), width, height).context("a picture has all its pixels")
    };
    Ok(compute_frame_ssimulacra2(light(reference)?, light(picture)?)?)
}

/// Options of `score`.
#[derive(Args)]
pub(crate) struct Score {
    /// The JPEG it should look like; a photo of another size is scaled to the picture's by Lanczos
    reference: PathBuf,
    /// The JPEGs to judge
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
    /// What the reference is scaled in
    #[arg(long, default_value = "linear")]
    light: Light,
}

impl Score {
    /// Prints a line for each picture.
    pub(crate) fn run(&self) -> Result<()> {
        for picture in &self.pictures {
            let bytes = fs::metadata(picture)
                .with_context(|| format!("{} cannot be read", picture.display()))?
                .len();
            println!(
                "{:7.3}  {bytes:>9} bytes  {}",
                self.of(picture)?,
                picture.display()
            );
        }
        Ok(())
    }

    fn of(&self, picture: &Path) -> Result<f64> {
        let picture = Linear::from(&reference::upright(picture)?);
        let reference = reference::of_photo(&self.reference, self.light, picture.width, picture.height)?;
        score(&reference, &picture)
    }
}
