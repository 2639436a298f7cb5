//! Good photos with broken EXIF, which must never cost the photo.

use crate::Fate::{Either, Taken};
use crate::HostileFile;
use crate::chunks::{
    after_ihdr, after_start, chunk, jpeg, png, riff, riff_chunk, segment, vp8x, webp_pixels,
};

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
const LONG: u16 = 4;

pub(crate) fn files() -> Vec<HostileFile> {
    let mut files: Vec<_> = blocks()
        .into_iter()
        .map(|(name, block)| HostileFile::new(format!("JPEG with {name}"), Taken, in_jpeg(&block)))
        .collect();
    let loops = directory(&[(ORIENTATION, SHORT, 1, 6)], 8);
    files.push(HostileFile::new(
        "PNG with EXIF that loops",
        Taken,
        after_ihdr(&png(), &chunk(b"eXIf", &loops)),
    ));
    files.push(HostileFile::new(
        "WebP with EXIF that loops",
        Taken,
        riff(&[vp8x(0x08, 64, 48), webp_pixels(), riff_chunk(b"EXIF", &loops)]),
    ));
    files.push(HostileFile::new(
        "JPEG with 200 EXIF blocks",
        Taken,
        after_start(&jpeg(), &exif_segment(&loops).repeat(200)),
    ));
    let late = [
        &jpeg()[..],
        &exif_segment(&directory(&[(ORIENTATION, SHORT, 1, 6)], 0)),
    ]
    .concat();
    files.push(HostileFile::new("JPEG with EXIF after its end", Either, late));
    files
}

fn exif_segment(block: &[u8]) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0", block].concat())
}

fn in_jpeg(block: &[u8]) -> Vec<u8> {
    after_start(&jpeg(), &exif_segment(block))
}

/// A TIFF block, big-endian: entries as tag, type, count and value, then the place of the next directory.
fn directory(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    block.extend(u16::try_from(entries.len()).unwrap_or(u16::MAX).to_be_bytes());
    for (tag, kind, count, value) in entries {
        block.extend(tag.to_be_bytes());
        block.extend(kind.to_be_bytes());
        block.extend(count.to_be_bytes());
        block.extend(match *kind {
            SHORT if *count == 1 => (value << 16).to_be_bytes(),
            _ => value.to_be_bytes(),
        });
    }
    block.extend(next.to_be_bytes());
    block
}

fn blocks() -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    for value in [0, 9, 255, 256, 65_535] {
        blocks.push((
            format!("orientation {value}"),
            directory(&[(ORIENTATION, SHORT, 1, value)], 0),
        ));
    }
    for kind in [0, 1, 2, LONG, 5, 7, 9, 11, 12, 13, 65_535] {
        blocks.push((
            format!("an orientation of type {kind}"),
            directory(&[(ORIENTATION, kind, 1, 6)], 0),
        ));
    }
    for count in [0, 2, 1000, u32::MAX] {
        blocks.push((
            format!("{count} orientations"),
            directory(&[(ORIENTATION, SHORT, count, 6)], 0),
        ));
    }
    let both = directory(&[(ORIENTATION, SHORT, 1, 6), (ORIENTATION, SHORT, 1, 3)], 0);
    blocks.push(("two orientations that differ".to_owned(), both));
    blocks.push(("a directory that follows itself".to_owned(), directory(&[], 8)));
    blocks.push(("a directory beyond the end".to_owned(), directory(&[], u32::MAX)));
    for pointer in [0, 8, 10, 20, u32::MAX] {
        let entries = [
            (0x8769, LONG, 1, pointer),
            (0x8825, LONG, 1, pointer),
            (0xA005, LONG, 1, pointer),
        ];
        blocks.push((
            format!("EXIF, GPS and interoperability at {pointer}"),
            directory(&entries, pointer),
        ));
    }
    blocks.push((
        "5000 entries".to_owned(),
        directory(&vec![(0x9999, LONG, 1, 8); 5000], 0),
    ));
    let mut promise = directory(&[(ORIENTATION, SHORT, 1, 6)], 0);
    promise[8..10].copy_from_slice(&[0xFF, 0xFF]);
    blocks.push(("65535 entries promised".to_owned(), promise));
    blocks.push((
        "a thumbnail of 4 GB".to_owned(),
        directory(&[(0x0201, LONG, 1, 8), (0x0202, LONG, 1, u32::MAX)], 0),
    ));
    for (what, start) in [
        ("no byte order", &b"XX\0*\0\0\0\x08\0\0"[..]),
        ("two byte orders", b"MI\0*\0\0\0\x08\0\0"),
        ("no TIFF number", b"MM\0\0\0\0\0\x08\0\0"),
        ("a BigTIFF number", b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10"),
        ("a first directory at 4 GB", b"MM\0*\xFF\xFF\xFF\xFF"),
        ("a first directory at 0", b"MM\0*\0\0\0\0\0\x01"),
        ("one byte", b"M"),
        ("nothing", b""),
    ] {
        blocks.push((format!("EXIF of {what}"), start.to_vec()));
    }
    blocks.push(("EXIF of 65,000 ones".to_owned(), vec![0xFF; 65_000]));
    blocks
}
