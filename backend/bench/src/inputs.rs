//! The photos to work on: made once from free photos at hand, or drawn by ourselves where there are none.

mod camera;
mod drawn;
mod wallpapers;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use boothline_imaging::encode::{self, Metadata};
use boothline_imaging::sample;
use clap::{Args, ValueEnum};
use image::RgbImage;
use image::metadata::Orientation;
use jpeg_encoder::SamplingFactor;

use crate::places::Places;
use camera::Camera;

/// Their folder; it changes whenever they would come out otherwise, so that two builds never share other photos.
const EDITION: &str = "edition-3";

/// The single photos, 24 megapixels each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PhotoName {
    /// Rough bark, a smooth background, and a nuthatch
    Bird,
    /// Leaves against the sky; the camera was held upright, so that the picture must be turned
    Leaves,
    /// The finest cloth there is: a zone plate, in which poor scaling shows as moiré
    Fabric,
    /// Drawn guests: skin, hair and cloth before soft lights
    Guests,
}

impl PhotoName {
    /// Its name in tables and files.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Bird => "bird",
            Self::Leaves => "leaves",
            Self::Fabric => "fabric",
            Self::Guests => "guests",
        }
    }
}

/// The folder with all photos in it.
pub(crate) struct Inputs {
    folder: PathBuf,
    /// Where the photos come from, as the report says it.
    pub(crate) source: &'static str,
}

/// Options of `inputs`.
#[derive(Args)]
pub(crate) struct Prepare {
    #[command(flatten)]
    places: Places,
}

impl Prepare {
    /// Makes the photos and says where they are.
    pub(crate) fn run(&self) -> Result<()> {
        let inputs = Inputs::prepare(&self.places)?;
        println!("{}", inputs.folder.display());
        Ok(())
    }
}

impl Inputs {
    /// Makes the photos unless they are there.
    pub(crate) fn prepare(places: &Places) -> Result<Self> {
        let folder = places.inputs()?.join(EDITION);
        let wallpapers = places.peers()?.join("wallpapers");
        let source = match wallpapers::are_in(&wallpapers) {
            true => "Debian's lomiri-wallpapers",
            false => "drawn by ourselves, because backend/scripts/ensure-peers could not fetch photos",
        };
        let made = folder.join("made.txt");
        let stamp = format!("{source}\n");
        let inputs = Self { folder, source };
        if fs::read_to_string(&made).is_ok_and(|found| found == stamp) {
            return Ok(inputs);
        }
        println!("Making the photos ({source}) …");
        fs::create_dir_all(&inputs.folder)?;
        let _ = fs::remove_file(&made);
        inputs.make(&wallpapers)?;
        fs::write(&made, stamp)?;
        Ok(inputs)
    }

    /// Where a single photo is.
    pub(crate) fn photo(&self, name: PhotoName) -> PathBuf {
        self.folder.join(name.title()).with_extension("jpg")
    }

    /// The four photos of the collage, 12 megapixels each.
    pub(crate) fn collage(&self) -> Vec<PathBuf> {
        (1..=4)
            .map(|number| self.folder.join(format!("shot-{number}.jpg")))
            .collect()
    }

    /// The frame around the collage's windows, a PNG.
    pub(crate) fn overlay(&self) -> PathBuf {
        self.folder.join("overlay.png")
    }

    fn make(&self, wallpapers: &Path) -> Result<()> {
        use Orientation::{NoTransforms, Rotate90, Rotate180};
        use SamplingFactor::{F_2_1, F_2_2};
        let take = |name, size: (u32, u32), seed| {
            let found = wallpapers::photo(wallpapers, name, size);
            found.unwrap_or_else(|| Ok(sample::photo(size.0, size.1, seed)))
        };
        let wide = (6000, 4000);
        let high = (4000, 6000);
        let twelve = (4032, 3024);
        self.save(
            "bird",
            take("Kleiber", wide, 1)?,
            &Camera::large(F_2_2, NoTransforms),
        )?;
        self.save(
            "leaves",
            take("Dragonfly", high, 2)?,
            &Camera::large(F_2_2, Rotate90),
        )?;
        self.save("fabric", drawn::fabric(wide), &Camera::large(F_2_2, NoTransforms))?;
        self.save(
            "guests",
            sample::photo(wide.0, wide.1, 3),
            &Camera::large(F_2_2, NoTransforms),
        )?;
        let shots = [
            ("Dragonfly", twelve, F_2_2, NoTransforms),
            ("sunset", twelve, F_2_1, NoTransforms),
            ("friends", (3024, 4032), F_2_2, Rotate90),
            ("seeding", twelve, F_2_2, Rotate180),
        ];
        for (number, (name, size, sampling, orientation)) in (1..).zip(shots) {
            let camera = Camera::small(sampling, orientation);
            self.save(&format!("shot-{number}"), take(name, size, 4 + number)?, &camera)?;
        }
        let overlay = encode::png(&drawn::overlay(), &Metadata::default())?;
        fs::write(self.overlay(), overlay).context("the overlay cannot be written")
    }

    fn save(&self, name: &str, picture: RgbImage, camera: &Camera) -> Result<()> {
        let path = self.folder.join(name).with_extension("jpg");
        let photo = camera.shoot(picture)?;
        fs::write(&path, photo).with_context(|| format!("{} cannot be written", path.display()))
    }
}
