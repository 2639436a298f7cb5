//! From the bytes of a file to colour planes of the size asked for.

mod ahead;
mod bits;
mod block;
mod frame;
mod huffman;
mod inverse;
mod plane;
mod progressive;
mod scan;
mod sequential;

use std::ops::Range;

use frame::Frame;
pub use plane::Plane;
use scan::{Scan, Tables};

use crate::DecodeError;
use crate::segments::{Segments, marker};

/// How much smaller than stored a picture is decoded, in eighths: 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale(u8);

impl Scale {
    /// Every pixel.
    pub const FULL: Self = Self(8);

    /// `eighths` of the stored size each way, at least one and at most eight.
    #[must_use]
    pub const fn eighths(eighths: u8) -> Self {
        match eighths {
            0 => Self(1),
            1..=8 => Self(eighths),
            _ => Self(8),
        }
    }

    /// This many times as large, at most full.
    fn times(self, factor: usize) -> Self {
        Self::eighths(u8::try_from(self.side() * factor).unwrap_or(8))
    }

    /// The pixels that become of `stored` ones; what begins counts.
    #[must_use]
    pub fn of(self, stored: u32) -> u32 {
        u32::try_from((u64::from(stored) * u64::from(self.0)).div_ceil(8)).expect("not more than stored")
    }

    fn side(self) -> usize {
        usize::from(self.0)
    }
}

/// A rectangle in pixels as stored, before scaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Distance of its left edge from the picture's left edge.
    pub left: u32,
    /// Distance of its top edge from the picture's top edge.
    pub top: u32,
    /// Its width; it may reach over the picture's edge.
    pub width: u32,
    /// Its height; it may reach over the picture's edge.
    pub height: u32,
}

impl Region {
    /// Every picture.
    pub const WHOLE: Self = Self {
        left: 0,
        top: 0,
        width: u32::MAX,
        height: u32::MAX,
    };

    /// Which units it touches, where `of` of them stand in `most` times eight pixels, across and down.
    fn units(&self, of: (usize, usize), most: (usize, usize)) -> Units {
        let touched = |start: u32, length: u32, of: usize, most: usize| {
            let end = (start.saturating_add(length) as usize).saturating_mul(of);
            start as usize * of / (8 * most)..end.div_ceil(8 * most)
        };
        Units {
            across: touched(self.left, self.width, of.0, most.0),
            down: touched(self.top, self.height, of.1, most.1),
        }
    }
}

/// A rectangle of blocks or MCUs.
struct Units {
    across: Range<usize>,
    down: Range<usize>,
}

impl Units {
    #[inline(always)]
    fn holds(&self, (x, y): (usize, usize)) -> bool {
        self.across.contains(&x) && self.down.contains(&y)
    }

    /// Whether it holds the one at `(x, y)`, and how many there are from there on, row by row in rows of `width`, that it
    /// holds, or does not hold, as well; at most all of a picture.
    fn run(&self, (x, y): (usize, usize), width: usize) -> (bool, usize) {
        // More than the blocks of the largest frame.
        const ALL: usize = 1 << 30;
        let columns = self.across.start..self.across.end.min(width);
        let rows_above = self.down.start.saturating_sub(y);
        let last_row = self.down.end.saturating_sub(1);
        if rows_above > 0 {
            (false, (rows_above * width + columns.start).saturating_sub(x))
        } else if y > last_row {
            (false, ALL)
        } else if x < columns.start {
            (false, columns.start - x)
        } else if x < columns.end {
            let goes_on = columns.len() == width;
            (
                true,
                columns.end - x + if goes_on { (last_row - y) * width } else { 0 },
            )
        } else {
            (
                false,
                if y < last_row {
                    width - x + columns.start
                } else {
                    ALL
                },
            )
        }
    }
}

/// What a decode is asked for.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The size.
    pub scale: Scale,
    /// What will be looked at: the whole file is read, but outside of this samples may stay black.
    pub region: Region,
    /// A picture of more is refused before memory is taken for it.
    pub max_pixels: u64,
    /// Asked after every row of blocks; the decode ends when it says `false`.
    pub keep_going: &'a dyn Fn() -> bool,
}

/// A decoded picture: planes as the file stores them, neither turned nor converted.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Width in pixels as stored, before scaling.
    pub width: u32,
    /// Height in pixels as stored, before scaling.
    pub height: u32,
    /// How much smaller the planes are.
    pub scale: Scale,
    /// One for each component, in the order of the frame header.
    pub planes: Vec<Plane>,
    /// Blocks that were in the file.
    pub arrived: u64,
    /// Blocks of the whole picture; more than `arrived` where the file was cut off.
    pub whole: u64,
}

impl Picture {
    /// Width and height of the scaled picture; planes of fewer samples have fewer.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.scale.of(self.width), self.scale.of(self.height))
    }
}

/// Decodes every scan of a file.
///
/// Where data is missing, the last colour before the gap fills it; bytes after the end marker, or after a sequential
/// scan of all components, are not looked at.
///
/// # Errors
/// Any [`DecodeError`]; a file without a single block is [`DecodeError::Truncated`].
pub fn decode(bytes: &[u8], options: &Options<'_>) -> Result<Picture, DecodeError> {
    let mut tables = Tables::default();
    let mut work: Option<Work> = None;
    let mut segments = Segments::of(bytes);
    let mut ended = false;
    while let Some((code, body)) = segments.next() {
        match code {
            marker::EOI => {
                ended = true;
                break;
            }
            marker::DQT => tables.define_quantisation(body)?,
            marker::DHT => tables.define_huffman(body)?,
            marker::DRI => tables.define_restarts(body)?,
            marker::SOS => {
                let work = work
                    .as_mut()
                    .ok_or(DecodeError::Corrupt("a scan before the frame header"))?;
                let scan = Scan::read(body, &work.frame)?;
                tables.complete(&scan);
                let after = work.scan(bytes, segments.position(), &scan, &tables, options)?;
                segments.go_on(after);
                // It was the whole picture; libjpeg, too, shows the first of several.
                if !work.frame.is_progressive && scan.parts.len() == work.frame.components.len() {
                    break;
                }
            }
            0xC0..=0xCF if !matches!(code, 0xC8 | 0xCC) => {
                if work.is_some() {
                    return Err(DecodeError::Unsupported("hierarchical JPEG"));
                }
                let frame = Frame::read(code, body, options.scale)?;
                if (frame.width * frame.height) as u64 > options.max_pixels {
                    return Err(DecodeError::Corrupt("more pixels than the caller expects"));
                }
                work = Some(Work::new(frame));
            }
            _ => {}
        }
    }
    work.ok_or(DecodeError::Truncated)?.finish(ended, options)
}

/// The most bytes that [`decode`] holds at once for a picture of this size, beside the file itself.
///
/// `sampling` are the horizontal and vertical factors of the components (T.81, A.1.1).
#[must_use]
pub fn memory(width: u32, height: u32, sampling: &[(u8, u8)], is_progressive: bool, scale: Scale) -> u64 {
    // Tables, the window, and what is read ahead.
    const FIXED: u64 = 768 * 1024;
    let frame = Frame::sized(width, height, sampling, is_progressive, scale);
    let bytes = frame.components.iter().map(|component| {
        let side = component.inverse.scale().side();
        let waiting = if is_progressive {
            progressive::bytes_of_block(&component.inverse)
        } else {
            0
        };
        component.blocks_wide * component.blocks_high * (side * side + waiting)
    });
    FIXED + bytes.sum::<usize>() as u64
}

/// A picture in the making.
enum Coding {
    Sequential(Vec<sequential::Filling>),
    Progressive(progressive::Coefficients),
}

struct Work {
    frame: Frame,
    coding: Coding,
}

impl Work {
    fn new(frame: Frame) -> Self {
        let coding = if frame.is_progressive {
            Coding::Progressive(progressive::Coefficients::new(&frame))
        } else {
            Coding::Sequential(sequential::Filling::of(&frame))
        };
        Self { frame, coding }
    }

    /// Decodes one scan and says where the bytes after it begin.
    fn scan(
        &mut self,
        bytes: &[u8],
        at: usize,
        scan: &Scan,
        tables: &Tables,
        options: &Options<'_>,
    ) -> Result<usize, DecodeError> {
        let data = scan::Data {
            bytes,
            at,
            scan,
            tables,
            region: &options.region,
            keep_going: options.keep_going,
        };
        match &mut self.coding {
            Coding::Sequential(planes) => sequential::scan(&data, &self.frame, planes),
            Coding::Progressive(coefficients) => progressive::scan(&data, &self.frame, coefficients),
        }
    }

    fn finish(self, ended: bool, options: &Options<'_>) -> Result<Picture, DecodeError> {
        let (planes, arrived, whole) = match self.coding {
            Coding::Sequential(planes) => sequential::finish(planes),
            Coding::Progressive(coefficients) => {
                progressive::finish(coefficients, &self.frame, ended, options)?
            }
        };
        if arrived == 0 {
            return Err(DecodeError::Truncated);
        }
        Ok(Picture {
            width: self.frame.width as u32,
            height: self.frame.height as u32,
            scale: options.scale,
            planes,
            arrived,
            whole,
        })
    }
}
