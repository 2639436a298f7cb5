//! The GIF: one palette, and after the first frame only the rectangle that changed.

use std::borrow::Cow;

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::colours::Palette;
use super::{AnimationError, Frames};

/// The place in the palette that shows what was there before.
const AS_BEFORE: u8 = 255;

pub(super) fn encode(frames: &Frames) -> Result<Vec<u8>, AnimationError> {
    let size = || AnimationError::Size {
        frames: frames.count(),
        width: frames.width,
        height: frames.height,
    };
    let width = u16::try_from(frames.width).map_err(|_| size())?;
    let height = u16::try_from(frames.height).map_err(|_| size())?;
    let palette = Palette::of(&frames.pictures).ok_or_else(size)?;
    let indexed: Vec<Vec<u8>> = frames.pictures.iter().map(|p| palette.indexed(p)).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height, &colour_table(&palette))?;
    encoder.set_repeat(repeat(frames.loops))?;
    let mut shown: Option<&[u8]> = None;
    for place in &frames.order {
        let next = indexed[*place].as_slice();
        let mut frame = changes(shown, next, (width, height));
        frame.delay = hundredths(frames.frame_ms);
        encoder.write_frame(&frame)?;
        shown = Some(next);
    }
    drop(encoder);
    Ok(file)
}

/// All 256 places, so that the last one is there to be see-through.
fn colour_table(palette: &Palette) -> Vec<u8> {
    let mut table = palette.srgb().concat();
    table.resize(3 * 256, 0);
    table
}

fn repeat(loops: u16) -> Repeat {
    match loops {
        0 => Repeat::Infinite,
        // The number in the file says how often it plays *again*.
        loops => Repeat::Finite(loops - 1),
    }
}

fn hundredths(ms: u32) -> u16 {
    u16::try_from((ms + 5) / 10).unwrap_or(u16::MAX)
}

/// What `next` changes of what is shown; all of it where nothing is shown yet.
fn changes<'a>(shown: Option<&[u8]>, next: &'a [u8], (width, height): (u16, u16)) -> Frame<'a> {
    let whole = Frame {
        width,
        height,
        dispose: DisposalMethod::Keep,
        buffer: Cow::Borrowed(next),
        ..Frame::default()
    };
    let Some(shown) = shown else {
        return whole;
    };
    let area = changed_area(shown, next, usize::from(width));
    let side = |from: usize, to: usize| u16::try_from(to - from).expect("no longer than the picture's side");
    let at = |start: usize| u16::try_from(start).expect("inside the picture");
    Frame {
        left: at(area.left),
        top: at(area.top),
        width: side(area.left, area.right),
        height: side(area.top, area.bottom),
        transparent: Some(AS_BEFORE),
        buffer: Cow::Owned(difference(shown, next, usize::from(width), &area)),
        ..whole
    }
}

/// A rectangle, right and bottom exclusive.
struct Area {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

/// The smallest rectangle around all changes; one pixel where there are none.
fn changed_area(shown: &[u8], next: &[u8], width: usize) -> Area {
    let mut area = Area {
        left: width,
        top: usize::MAX,
        right: 0,
        bottom: 0,
    };
    let rows = shown.chunks_exact(width).zip(next.chunks_exact(width));
    for (y, (shown, next)) in rows.enumerate() {
        let differs = |x: &usize| shown[*x] != next[*x];
        let (Some(first), Some(last)) = ((0..width).find(differs), (0..width).rfind(differs)) else {
            continue;
        };
        area.left = area.left.min(first);
        area.right = area.right.max(last + 1);
        area.top = area.top.min(y);
        area.bottom = y + 1;
    }
    if area.right == 0 {
        return Area {
            left: 0,
            top: 0,
            right: 1,
            bottom: 1,
        };
    }
    area
}

fn difference(shown: &[u8], next: &[u8], width: usize, area: &Area) -> Vec<u8> {
    let mut pixels = Vec::with_capacity((area.right - area.left) * (area.bottom - area.top));
    for y in area.top..area.bottom {
        let row = y * width + area.left..y * width + area.right;
        let changed = shown[row.clone()].iter().zip(&next[row]);
        pixels.extend(changed.map(|(shown, next)| if shown == next { AS_BEFORE } else { *next }));
    }
    pixels
}
