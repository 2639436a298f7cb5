//! How pictures are made, and with how much of the machine.

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use super::parse;
use super::reader::{Parsed, Reader};

/// The longest side of a picture we make, in pixels.
const LONGEST_SIDE: u32 = 6000;

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
            memory_budget_bytes: mebibytes(reader.value("MEMORY_BUDGET_MB", parse::whole(128..=1_048_576))),
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
    use super::*;

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
