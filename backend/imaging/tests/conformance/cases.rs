//! The list of files that `corpus/make.py` writes, and the files.

use std::path::PathBuf;

use boothline_imaging::decode::{Photo, Want, decode};
use boothline_imaging::limits::Limits;
use image::{RgbImage, RgbaImage};
use serde::Deserialize;

/// Every chapter of `cases.json`.
#[derive(Deserialize)]
pub(crate) struct Corpus {
    pub(crate) jpeg: Vec<Case>,
    pub(crate) png: Vec<Case>,
    pub(crate) webp: Vec<Case>,
    pub(crate) icc: Vec<Patches>,
    #[cfg(feature = "heif")]
    pub(crate) heif: Vec<Case>,
}

/// Squares of colour in a file with a profile.
#[derive(Deserialize)]
pub(crate) struct Patches {
    pub(crate) file: String,
    /// Side of a square in pixels.
    pub(crate) patch: u32,
    /// Squares in a row.
    pub(crate) columns: u32,
    /// What each is in sRGB.
    pub(crate) expected: Vec<[u8; 3]>,
}

impl Patches {
    pub(crate) fn file_bytes(&self) -> Vec<u8> {
        read(&self.file)
    }
}

/// One file and what must become of it.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) file: String,
    /// A picture of the upright pixels that the format's own library decodes.
    pub(crate) reference: Option<String>,
    /// RGBA bytes, computed from the format's definition.
    pub(crate) rgba: Option<String>,
    /// Whether the picture has no detail that sampling or scaling could lose.
    #[serde(default)]
    pub(crate) soft: bool,
    /// The EXIF orientation in the file.
    pub(crate) orientation: Option<u8>,
    /// First row and end of what damage may spoil.
    pub(crate) damaged_rows: Option<[u32; 2]>,
    /// The code of the refusal.
    pub(crate) refused: Option<String>,
}

pub(crate) fn corpus() -> Corpus {
    serde_json::from_slice(&read("cases.json")).unwrap()
}

pub(crate) fn read(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Case {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        read(&self.file)
    }

    /// The pixels of [`Case::reference`], by the `png` crate alone.
    pub(crate) fn expected(&self) -> RgbaImage {
        let name = self
            .reference
            .as_ref()
            .unwrap_or_else(|| panic!("{} has no reference", self.file));
        let file = image::load_from_memory(&read(name)).unwrap();
        file.into_rgba8()
    }

    /// Whether the file is whole and of a kind that is taken.
    pub(crate) fn is_sound(&self) -> bool {
        self.refused.is_none() && self.damaged_rows.is_none()
    }
}

pub(crate) fn decoded(bytes: &[u8], what: &str) -> Photo {
    decode(bytes, &Limits::default(), Want::Full).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

pub(crate) fn decoded_rgb(bytes: &[u8], what: &str) -> RgbImage {
    decoded(bytes, what).pixels.flatten(image::Rgb([255, 255, 255]))
}

pub(crate) fn without_alpha(picture: RgbaImage) -> RgbImage {
    image::DynamicImage::ImageRgba8(picture).into_rgb8()
}
