//! What every contestant is asked to do, in the form that travels to its process.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::inputs::{Inputs, PhotoName};

/// What a guest's code says in the measurements: a download link of Google Drive.
pub(crate) const LINK: &str =
    "https://drive.google.com/uc?id=1AbCdEfGhIjKlMnOpQrStUvWxYz0123456&export=download";

/// One piece of work: files in, bytes out. Lengths are pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Task {
    /// A photo fitted into a square of `long_edge`, upright, without metadata.
    Fit {
        photo: PathBuf,
        long_edge: u32,
        quality: u8,
    },
    /// Photos cropped to fill slots around their middle, an overlay above them, and three files of it.
    Collage(Collage),
    /// QR codes as PNG, `times` of them, with error correction M.
    Codes { text: String, size: u32, times: u32 },
    /// A fixed number of steps that no input changes: the machine's own noise.
    Spin { steps: u64 },
}

/// The result, its copy and its thumbnail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Collage {
    pub(crate) photos: Vec<PathBuf>,
    pub(crate) overlay: Option<PathBuf>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) slots: Vec<Slot>,
    pub(crate) result_quality: u8,
    pub(crate) copy_edge: u32,
    pub(crate) copy_quality: u8,
    pub(crate) thumbnail_edge: u32,
}

/// Where a photo goes: left, top, width, height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slot(pub(crate) u32, pub(crate) u32, pub(crate) u32, pub(crate) u32);

/// The four windows of the collage; the overlay has its holes there.
///
/// Photos of 4:3 and 3:4 fill them with a crop of whole pixels. Other windows would punish, for half a pixel, the
/// contestants that crop after scaling.
pub(crate) const WINDOWS: [Slot; 4] = [
    Slot(40, 40, 540, 720),
    Slot(620, 40, 540, 720),
    Slot(40, 800, 540, 720),
    Slot(620, 800, 540, 720),
];

/// The measured tasks by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub(crate) enum Name {
    /// A 24 MP photo to a copy of 1600 px, quality 80
    T1,
    /// The same photo to a thumbnail of 400 px, quality 80
    T2,
    /// Four 12 MP photos and an overlay to a collage, its copy and its thumbnail
    T3,
    /// A 24 MP photo to the default look's three files
    Portrait,
    /// QR codes of 360 px
    Qr,
}

impl Name {
    const fn title(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::T2 => "T2",
            Self::T3 => "T3",
            Self::Portrait => "portrait",
            Self::Qr => "QR",
        }
    }

    /// Which of the photos it is done with: those asked for, the first of them where it has photos of its own.
    pub(crate) fn photos(self, asked: &[PhotoName]) -> &[PhotoName] {
        match self {
            Self::T1 | Self::T2 | Self::Portrait => asked,
            Self::T3 | Self::Qr => &asked[..asked.len().min(1)],
        }
    }

    /// Its title with the photo's, where there is more than one to choose from.
    pub(crate) fn title_with(self, photo: PhotoName) -> String {
        match self {
            Self::T1 | Self::T2 | Self::Portrait => format!("{} {}", self.title(), photo.title()),
            Self::T3 | Self::Qr => self.title().to_owned(),
        }
    }

    /// What it is, in a line.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::T1 => "a 24 MP photo to 1600 px, quality 80, upright and stripped",
            Self::T2 => "the same photo to a thumbnail of 400 px, quality 80",
            Self::T3 => {
                "four 12 MP photos and an overlay to 1200x1800 at quality 92, a copy of 1080 px at 80 and a thumbnail"
            }
            Self::Portrait => {
                "a 24 MP photo to the default look: 1200x1800 at quality 92, a copy at 85 and a thumbnail"
            }
            Self::Qr => "a Drive link as PNG of 360 px, error correction M",
        }
    }

    /// The work itself, on the photo `photo` where one is enough.
    pub(crate) fn task(self, inputs: &Inputs, photo: &Path) -> Task {
        let fit = |long_edge| Task::Fit {
            photo: photo.to_owned(),
            long_edge,
            quality: 80,
        };
        match self {
            Self::T1 => fit(1600),
            Self::T2 => fit(400),
            Self::T3 => Task::Collage(Collage {
                photos: inputs.collage(),
                overlay: Some(inputs.overlay()),
                slots: WINDOWS.to_vec(),
                copy_edge: 1080,
                copy_quality: 80,
                ..portrait(photo)
            }),
            Self::Portrait => Task::Collage(portrait(photo)),
            Self::Qr => Task::Codes {
                text: LINK.to_owned(),
                size: 360,
                times: 100,
            },
        }
    }
}

/// What the service makes of a photo when nothing is set: the look "Portrait" and the default sizes.
fn portrait(photo: &Path) -> Collage {
    Collage {
        photos: vec![photo.to_owned()],
        overlay: None,
        width: 1200,
        height: 1800,
        slots: vec![Slot(0, 0, 1200, 1800)],
        result_quality: 92,
        copy_edge: 1800,
        copy_quality: 85,
        thumbnail_edge: 400,
    }
}

impl Task {
    /// The same work with another quality of its first file.
    pub(crate) fn with_quality(mut self, wanted: u8) -> Self {
        match &mut self {
            Self::Fit { quality, .. } => *quality = wanted,
            Self::Collage(collage) => collage.result_quality = wanted,
            Self::Codes { .. } | Self::Spin { .. } => {}
        }
        self
    }

    /// The quality of its first file.
    pub(crate) const fn quality(&self) -> u8 {
        match self {
            Self::Fit { quality, .. } => *quality,
            Self::Collage(collage) => collage.result_quality,
            Self::Codes { .. } | Self::Spin { .. } => 100,
        }
    }

    /// How many results one run makes, so that short work is measured in batches.
    pub(crate) fn times(&self) -> f64 {
        match self {
            Self::Codes { times, .. } => f64::from(*times),
            _ => 1.0,
        }
    }
}

/// A line to a process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) task: Task,
    /// Where the files are to be kept: this path with `-1.jpg`, `-2.jpg` and so on behind it.
    pub(crate) save: Option<PathBuf>,
}

/// The process's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// What one run took, and the sizes of the files it made.
    Done {
        cpu_ms: f64,
        wall_ms: f64,
        bytes: Vec<u64>,
    },
    /// Why it could not.
    Failed { error: String },
}
