//! How pictures are made, and with how much of the machine.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use super::parse;
use super::reader::{Parsed, Reader};

/// The longest side of a picture we make, in pixels.
const LONGEST_SIDE: u32 = 6000;

/// The smallest budget in which every built-in look takes photos of 24 megapixels, in MB.
const SMALLEST_BUDGET: u64 = 256;

/// How large the compressed copy is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompressedSize {
    /// The longer side has this length, the other follows.
    LongEdge(u32),
    /// Exactly so, where the canvas has the same shape.
    Exact {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

/// Where ffmpeg is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FfmpegPath {
    /// Somewhere on the search path.
    Search,
    /// Here: the program, or the folder that holds it.
    At(PathBuf),
    /// It is not to be used.
    Off,
}

/// How pictures are made, and with how much of the machine.
#[derive(Clone, Debug)]
pub struct Pictures {
    /// How many jobs are rendered at once.
    pub workers: usize,
    /// How many bytes decoded pictures may take at once, over all workers.
    pub memory_budget_bytes: u64,
    /// The largest photo taken in, in bytes.
    pub max_upload_bytes: u64,
    /// The largest photo taken in, in pixels.
    pub max_pixels: u64,
    /// How large the compressed copy is.
    pub compressed_size: CompressedSize,
    /// JPEG quality of the compressed copy, 1 to 100.
    pub compressed_quality: u8,
    /// JPEG quality of the result, 1 to 100.
    pub result_quality: u8,
    /// Longer side of the thumbnail, in pixels.
    pub thumbnail_size: u32,
    /// The copyright line written into each picture.
    pub copyright: Option<String>,
    /// Where ffmpeg is, for MP4s and clips.
    pub ffmpeg: FfmpegPath,
    /// The longest clip taken in.
    pub longest_clip: Duration,
}

impl Pictures {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            workers: reader
                .optional("WORKERS", parse::whole(1..=256))
                .unwrap_or_else(cores),
            memory_budget_bytes: mebibytes(reader.value("MEMORY_BUDGET_MB", memory_budget)),
            max_upload_bytes: mebibytes(reader.value("MAX_UPLOAD_MB", parse::whole(1..=500))),
            max_pixels: 1_000_000 * reader.value("MAX_MEGAPIXELS", parse::whole(1..=200_u64)),
            compressed_size: reader.value("COMPRESSED_SIZE", compressed_size),
            compressed_quality: reader.value("COMPRESSED_QUALITY", parse::whole(1..=100)),
            result_quality: reader.value("RESULT_QUALITY", parse::whole(1..=100)),
            thumbnail_size: reader.value("THUMBNAIL_SIZE", parse::whole(64..=2000)),
            copyright: reader.optional("COPYRIGHT", parse::line(200)),
            ffmpeg: reader
                .optional("FFMPEG_PATH", ffmpeg_path)
                .unwrap_or(FfmpegPath::Search),
            longest_clip: reader.value("MAX_CLIP_SECONDS", parse::seconds(1..=60)),
        }
    }
}

fn ffmpeg_path(text: &str) -> Parsed<FfmpegPath> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(FfmpegPath::Off);
    }
    parse::path(text).map(FfmpegPath::At)
}

fn memory_budget(text: &str) -> Parsed<u64> {
    parse::whole(SMALLEST_BUDGET..=1_048_576)(text)
        .map_err(|expected| format!("{expected}, for photos of 24 megapixels to fit"))
}

const fn mebibytes(number: u64) -> u64 {
    number * 1024 * 1024
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn compressed_size(text: &str) -> Parsed<CompressedSize> {
    let side = parse::whole(100..=LONGEST_SIDE);
    let size = match text.split_once(['x', 'X', '×']) {
        None => side(text).map(CompressedSize::LongEdge),
        Some((width, height)) => {
            side(width).and_then(|width| side(height).map(|height| CompressedSize::Exact { width, height }))
        }
    };
    size.map_err(|_| {
        format!(
            "the long edge in pixels such as 1800, or both sides such as 1200x1800 \
             (100 to {LONGEST_SIDE})"
        )
    })
}

#[cfg(test)]
mod tests {
    use boothline_imaging::limits::Limits;
    use boothline_imaging::looks::builtin;
    use boothline_imaging::orientation::Orientation;
    use boothline_imaging::probe::{Probe, probe};
    use boothline_imaging::render::{dearest_cost, memory_cost};
    use boothline_imaging::sample;

    use super::*;

    /// A JPEG of 6000 x 4000, by its header.
    fn photo(is_progressive: bool) -> Probe {
        let mut file = sample::jpeg(64, 48, 1, Orientation::NoTransforms).unwrap();
        let frame = file.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
        if is_progressive {
            file[frame + 1] = 0xC2;
        }
        file[frame + 5..frame + 9].copy_from_slice(&[0x0F, 0xA0, 0x17, 0x70]);
        probe(&file, &Limits::default()).unwrap()
    }

    #[test]
    fn the_smallest_budget_holds_ordinary_photos_in_every_built_in_look() {
        /// Of a JPEG of 24 megapixels at a high quality.
        const FILE: u64 = mebibytes(10);
        for photo in [photo(false), photo(true)] {
            assert!(dearest_cost(&photo) + FILE <= mebibytes(SMALLEST_BUDGET));
            for look in builtin() {
                let photos = vec![photo.clone(); look.recipe.shots() as usize];
                let cost = memory_cost(&look.recipe, &photos, 1) + FILE * photos.len() as u64;
                assert!(cost <= mebibytes(SMALLEST_BUDGET), "{}: {cost}", look.id);
            }
        }
    }

    #[test]
    fn a_budget_that_ordinary_photos_do_not_fit_into_is_refused_in_words() {
        assert_eq!(memory_budget("256"), Ok(256));
        for wrong in ["255", "128", "0", "-1", "1048577", "half"] {
            let expected = memory_budget(wrong).unwrap_err();
            assert!(expected.contains("24 megapixels"), "{expected}");
        }
    }

    #[test]
    fn the_compressed_size_is_a_long_edge_or_both_sides() {
        assert_eq!(compressed_size("1800"), Ok(CompressedSize::LongEdge(1800)));
        let exact = CompressedSize::Exact {
            width: 1200,
            height: 1800,
        };
        assert_eq!(compressed_size("1200x1800"), Ok(exact));
        for wrong in ["99", "6001", "1200x", "x", "1200x1800x3", "1200 x 1800", "-5"] {
            assert!(compressed_size(wrong).is_err(), "{wrong}");
        }
    }
}
