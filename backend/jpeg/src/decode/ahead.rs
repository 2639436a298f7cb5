//! Reading at two places of a scan at once.
//!
//! While one reader goes through the MCUs in order, a second one begins at some byte further on, as if an MCU began
//! there. What it reads is wrong at first, but Huffman codes fall into step by themselves (Klein and Wiseman, "Parallel
//! Huffman Decoding with Applications to JPEG Files", The Computer Journal 46, 2003): after a hundred bytes or so
//! it begins MCUs where they do begin. As soon as the first reader comes to such a place, all that the second has
//! read from there on is what the first would have read, but for the blocks' means, which are stored as differences
//! and were summed up from elsewhere. Then the first goes on where the second stands.
//!
//! Nothing depends on the second reader being right: its MCUs count only where the first would have begun to read them.

use std::ops::Range;

use super::bits::{Bits, LONGEST_MCU};

/// MCUs that the second reader reads at most.
pub(super) const MOST: usize = 128;
/// MCUs that it should be ahead of the first when it begins.
const DISTANCE: usize = 96;
/// MCUs by which that may be wrong.
const UNSURE: usize = 8;
/// The distance in bytes, at least and at most.
const BYTES: (usize, usize) = (192, 1 << 14);

/// What [`DISTANCE`] MCUs take where so many take so much.
fn bytes_of_distance(bytes: usize, mcus: usize) -> usize {
    (bytes.saturating_mul(DISTANCE) / mcus.max(1)).clamp(BYTES.0, BYTES.1)
}

/// Data of fewer bytes is not worth a second reader.
pub(super) const LEAST: usize = 4 * BYTES.0 + LONGEST_MCU;

/// The second reader's work.
pub(super) struct Ahead {
    /// Where it stands, in bits of the window, if it has begun.
    place: Option<usize>,
    /// The MCUs it has read.
    pub(super) begun: Vec<Begun>,
    /// How many of them begin before the place of the first reader.
    passed: usize,
    /// The running mean of each component.
    pub(super) means: [i32; 4],
    /// MCUs that it may read this time.
    most: usize,
    /// Bytes that [`DISTANCE`] MCUs take hereabouts: of those that are stepped over, and of those that are kept.
    bytes: [usize; 2],
    /// Whether the coefficients are kept; otherwise they are only stepped over.
    pub(super) keeps: bool,
    /// MCUs that the first reader need not read.
    pub(super) ready: usize,
}

/// Where an MCU begins, and the running means there.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    pub(super) bit: usize,
    pub(super) means: [i32; 4],
}

impl Ahead {
    /// For a scan of about so many bytes and MCUs.
    pub(super) fn new(bytes: usize, mcus: usize) -> Self {
        Self {
            place: None,
            begun: Vec::with_capacity(MOST),
            passed: 0,
            means: [0; 4],
            most: 0,
            bytes: [bytes_of_distance(bytes, mcus); 2],
            keeps: false,
            ready: 0,
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.place.is_some()
    }

    /// Begins further on than the first reader, which has so many MCUs before it that are all kept, or all stepped over;
    /// not if these are few, or the data is little.
    pub(super) fn begin(&mut self, bits: &mut Bits<'_>, run: usize, keeps: bool) {
        let distance = DISTANCE.min(run / 2);
        let bytes = self.bytes[usize::from(keeps)] * distance / DISTANCE;
        if bytes < BYTES.0 || !bits.reserve(2 * bytes + LONGEST_MCU) {
            return;
        }
        self.place = Some((bits.here() / 8 + bytes) * 8);
        self.most = MOST.min(run - distance + UNSURE);
        self.keeps = keeps;
    }

    /// Where its next MCU begins, unless it has to wait for the first reader.
    #[inline(always)]
    pub(super) fn place(&self, bits: &Bits<'_>) -> Option<usize> {
        self.place
            .filter(|place| self.begun.len() < self.most && bits.holds(*place, LONGEST_MCU))
    }

    /// Notes that it begins an MCU; gives back which of its own it is.
    #[inline(always)]
    pub(super) fn note(&mut self, place: usize) -> usize {
        self.begun.push(Begun {
            bit: place,
            means: self.means,
        });
        self.begun.len() - 1
    }

    /// Goes on from where an MCU ended.
    #[inline(always)]
    pub(super) fn end(&mut self, place: usize) {
        self.place = Some(place);
    }

    /// The first reader has come to a place: what follows from it?
    #[inline(always)]
    pub(super) fn meet(&mut self, bits: &Bits<'_>) -> Meeting {
        let Some(place) = self.place else {
            return Meeting::NotYet;
        };
        let here = bits.here();
        while self.begun.get(self.passed).is_some_and(|begun| begun.bit < here) {
            self.passed += 1;
        }
        match self.begun.get(self.passed) {
            Some(begun) if begun.bit == here => Meeting::At(self.passed),
            None if place <= here => Meeting::Missed,
            // The first reader alone could run out of the window, and find its data moved.
            _ if !bits.holds(bits.here(), LONGEST_MCU) => Meeting::Missed,
            _ => Meeting::NotYet,
        }
    }

    /// Where the first reader goes on once these MCUs are its own, and the running means there. How many bytes they
    /// took is learnt.
    pub(super) fn hand_over(&mut self, mcus: Range<usize>) -> (usize, [i32; 4]) {
        let (place, means) = match self.begun.get(mcus.end) {
            Some(begun) => (begun.bit, begun.means),
            None => (self.place.unwrap_or_default(), self.means),
        };
        let bytes = (place - self.begun[mcus.start].bit) / 8;
        self.bytes[usize::from(self.keeps)] = bytes_of_distance(bytes, mcus.len());
        self.ready = mcus.len();
        (place, means)
    }

    /// Ends, or begins once more where it stands.
    pub(super) fn forget(&mut self, ends: bool) {
        self.begun.clear();
        self.passed = 0;
        if ends {
            self.place = None;
        }
    }
}

/// How the places of both readers stand to each other.
pub(super) enum Meeting {
    /// The second has read on from here: the number of its MCU that begins here.
    At(usize),
    NotYet,
    /// They have not met, and never will.
    Missed,
}
