//! Completes a JPEG that was cut off, so that every decoder shows the part that arrived.

mod bits;
mod huffman;
mod walk;

use crate::error::Warning;
use crate::probe::{JpegHeader, JpegProcess, Segments, jpeg_marker as marker};
use walk::{Scan, Tables};

/// A whole file again.
pub(super) struct Repaired {
    pub(super) bytes: Vec<u8>,
    /// `None` where nothing but the end marker was missing.
    pub(super) warning: Option<Warning>,
}

/// Completes `bytes`, which have no end-of-image marker; `None` where no block of the picture arrived.
///
/// The present scan is kept up to its last whole MCU; the missing ones repeat the last colour. A progressive file
/// loses its last scan instead once one is whole, since that scan only refines what is there.
pub(super) fn complete(bytes: &[u8], header: &JpegHeader) -> Option<Repaired> {
    let mut tables = Tables::default();
    let mut last_scan = None;
    for segment in Segments::of(bytes) {
        match segment.marker {
            marker::DHT => tables.define(segment.body),
            marker::DRI => tables.set_restart_interval(segment.body),
            marker::SOS => last_scan = Some((segment, tables.clone())),
            _ => {}
        }
    }
    let (segment, tables) = last_scan?;
    let start = segment.end - segment.body.len() - 4;
    if header.process == JpegProcess::Progressive && header.scans > 1 {
        return Some(Repaired {
            bytes: [&bytes[..start], &[0xFF, marker::EOI]].concat(),
            warning: Some(Warning::truncated(99, 100)),
        });
    }
    let scan = Scan::read(segment.body, header)?;
    let completed = walk::complete(&bytes[segment.end..], &scan, &tables)?;
    let mut whole = [&bytes[..segment.end], &completed.data].concat();
    let missing = missing_components(bytes, header);
    for component in &missing {
        whole.extend(walk::grey_scan(header, *component));
    }
    whole.extend([0xFF, marker::EOI]);
    let is_whole = completed.arrived == completed.mcus && missing.is_empty();
    Some(Repaired {
        bytes: whole,
        warning: (!is_whole).then(|| Warning::truncated(completed.arrived, completed.mcus)),
    })
}

/// Indices of the components that no scan of a sequential file holds.
fn missing_components(bytes: &[u8], header: &JpegHeader) -> Vec<usize> {
    if header.process == JpegProcess::Progressive {
        return Vec::new();
    }
    let scanned: Vec<u8> = Segments::of(bytes)
        .filter(|segment| segment.marker == marker::SOS)
        .flat_map(|segment| {
            let count = segment.body.first().copied().unwrap_or(0);
            let selectors = segment.body.get(1..).unwrap_or(&[]).chunks_exact(2);
            selectors.take(count.into()).map(|selector| selector[0])
        })
        .collect();
    (0..header.components.len())
        .filter(|&index| !scanned.contains(&header.components[index].id))
        .collect()
}
