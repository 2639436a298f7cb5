//! Our own JPEG decoder at every scale, in the memory it announces: a part of the picture is held against the whole, what
//! was read ahead against what was read in order, and at full size the whole against another decoder.
#![no_main]

use std::alloc::System;

use boothline_imaging::limits::Limits;
use boothline_imaging::probe::probe;
use boothline_jpeg::segments::{Segments, marker};
use boothline_jpeg::{Options, Picture, Region, Scale, decode, memory};
use cap::Cap;
use libfuzzer_sys::fuzz_target;

/// Counts, and refuses what goes past the limit: an allocation too many ends the run as a finding.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The end marker.
const END: &[u8] = &[0xFF, 0xD9];

/// Neither at an edge nor along the blocks.
const MIDDLE: Region = Region { left: 21, top: 9, width: 30, height: 17 };

/// What the fuzzer allocates for itself meanwhile, from its own threads.
const BESIDE: usize = 8 << 20;

/// Two inverse transforms that both keep to IEEE 1180 may differ by this much in a sample.
const TOLERANCE: u8 = 2;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_pixels: 500_000, ..Limits::default() };
    if probe(bytes, &limits).is_err() {
        return;
    }
    for eighths in 1..=8 {
        let scale = Scale::eighths(eighths);
        let (whole, part) = (decoded(bytes, scale, Region::WHOLE), decoded(bytes, scale, MIDDLE));
        assert_eq!(whole.is_some(), part.is_some());
        let (Some(picture), Some(part)) = (whole, part) else {
            continue;
        };
        assert!(picture.arrived <= picture.whole);
        assert_eq!((part.arrived, part.whole), (picture.arrived, picture.whole));
        compare_parts(&part, &picture);
        compare_order(bytes, &picture, scale);
        if eighths == 8 && picture.arrived == picture.whole {
            compare(bytes, &picture);
        }
    }
});

fn decoded(bytes: &[u8], scale: Scale, region: Region) -> Option<Picture> {
    // Four components of four by four is the dearest frame of this size.
    let cost = memory(1000, 1000, &[(1, 1); 4], true, scale);
    let cost = usize::try_from(cost).expect("a cost below the limits");
    MEMORY.set_limit(MEMORY.allocated() + 4 * cost + BESIDE).expect("more than is taken now");
    let picture = decode(bytes, &Options { scale, region, max_pixels: u64::MAX, keep_going: &|| true });
    MEMORY.set_limit(usize::MAX).expect("no limit");
    picture.ok()
}

/// Reading ahead changes nothing: a restart interval that no scan is long enough for forbids it.
fn compare_order(bytes: &[u8], ahead: &Picture, scale: Scale) {
    const INTERVAL: &[u8] = &[0xFF, 0xDD, 0, 4, 0xFF, 0xFF];
    let (start, rest) = bytes.split_at(2);
    let in_order = decoded(&[start, INTERVAL, rest].concat(), scale, Region::WHOLE);
    let in_order = in_order.expect("a picture again");
    assert_eq!((in_order.arrived, in_order.whole), (ahead.arrived, ahead.whole));
    assert_eq!(in_order.planes, ahead.planes);
}

/// The samples of [`MIDDLE`] are there, and as in the whole picture.
fn compare_parts(part: &Picture, whole: &Picture) {
    for (part, whole) in part.planes.iter().zip(&whole.planes) {
        let (across, down) = whole.density();
        let span = |start: u32, length: u32, density: f64, side: u32| {
            let (first, end) = (f64::from(start) * density, f64::from(start + length) * density);
            (first as u32).min(side) as usize..(end.ceil() as u32).min(side) as usize
        };
        let columns = span(MIDDLE.left, MIDDLE.width, across, whole.width);
        for y in span(MIDDLE.top, MIDDLE.height, down, whole.height) {
            let (part, whole) = (part.row(y as u32), whole.row(y as u32));
            assert_eq!(part[columns.clone()], whole[columns.clone()], "row {y}");
        }
    }
}

/// A grey picture has one plane and no conversion: what both decode must look the same.
///
/// Not where samples had to be clamped: the other decoder's whole numbers may have wrapped around before. Nor where the
/// plane comes twice: which one counts is nowhere said. Nor without an end marker, where the other one loses the blocks
/// that libjpeg and we still show. Nor with codes that end several blocks, which only progressive scans have: in others
/// libjpeg and we end one block, the other one ends them all.
fn compare(bytes: &[u8], ours: &Picture) {
    let [plane] = ours.planes.as_slice() else {
        return;
    };
    let is_clamped = |row: &[u8]| row.iter().any(|sample| matches!(sample, 0 | 255));
    if (0..plane.height).any(|y| is_clamped(plane.row(y))) {
        return;
    }
    if Segments::of(bytes).filter(|(code, _)| *code == marker::SOS).count() > 1 || !bytes.ends_with(END) {
        return;
    }
    if Segments::of(bytes).any(|(code, body)| code == marker::DHT && ends_several(body)) {
        return;
    }
    let mut other = jpeg_decoder::Decoder::new(bytes);
    let Ok(theirs) = other.decode() else {
        return;
    };
    let width = ours.width as usize;
    for (y, row) in theirs.chunks_exact(width).enumerate() {
        let off = row.iter().zip(plane.row(y as u32)).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off.unwrap_or(0) <= TOLERANCE, "row {y} is {off:?} off");
    }
}

/// Whether a table for coefficients has symbols without a size whose run is neither none nor sixteen (T.81, G.1.2.2).
fn ends_several(mut tables: &[u8]) -> bool {
    while let Some((head, rest)) = tables.split_first_chunk::<17>() {
        let total: usize = head[1..].iter().map(|count| usize::from(*count)).sum();
        let (symbols, next) = rest.split_at(total.min(rest.len()));
        let ends = |symbol: &u8| symbol & 15 == 0 && matches!(symbol >> 4, 1..15);
        if head[0] >> 4 == 1 && symbols.iter().any(ends) {
            return true;
        }
        tables = next;
    }
    false
}
