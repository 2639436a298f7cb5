//! The segments around the scan (T.81, annex B; JFIF, ITU-T T.871; EXIF 3.0, 4.5.4).

use super::Settings;
use super::optimise::Table;
use super::quantise::Steps;
use crate::EncodeError;

/// Everything before the entropy-coded bytes.
pub(super) fn headers(
    file: &mut Vec<u8>,
    (width, height): (u16, u16),
    settings: &Settings<'_>,
    steps: &[Steps; 2],
    tables: &[[Table; 2]; 2],
) -> Result<(), EncodeError> {
    file.extend([0xFF, 0xD8]);
    let (unit, [high, low]) = match settings.dpi {
        Some(dpi) => (1, dpi.to_be_bytes()),
        None => (0, [0, 1]),
    };
    segment(
        file,
        0xE0,
        &[b"JFIF\0\x01\x02", &[unit, high, low, high, low, 0, 0]],
    );
    if let Some(exif) = settings.exif {
        if exif.len() > usize::from(u16::MAX) - 8 {
            return Err(EncodeError::Exif);
        }
        segment(file, 0xE1, &[b"Exif\0\0", exif]);
    }
    for (number, steps) in (0u8..).zip(steps) {
        segment(file, 0xDB, &[&[number], steps.in_order()]);
    }
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    // Three components: luma of two by two blocks with table 0, both chromas of one with table 1.
    segment(
        file,
        0xC0,
        &[&[8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]],
    );
    for (component, [means, rest]) in (0u8..).zip(tables) {
        for (number, Table { counts, symbols }) in [(component, means), (0x10 | component, rest)] {
            segment(file, 0xC4, &[&[number], counts, symbols]);
        }
    }
    segment(file, 0xDA, &[&[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]]);
    Ok(())
}

/// The end-of-image marker.
pub(super) fn end(file: &mut Vec<u8>) {
    file.extend([0xFF, 0xD9]);
}

/// A marker with its segment, which the caller knows to be short enough.
fn segment(file: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    let length = u16::try_from(length).expect("the parts fit a segment");
    file.extend([0xFF, marker]);
    file.extend(length.to_be_bytes());
    parts.iter().for_each(|part| file.extend_from_slice(part));
}
