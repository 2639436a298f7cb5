//! Good photos with canaries in every place that metadata can hide.

use crate::Fate::Taken;
use crate::chunks::{
    after_ihdr, after_start, chunk, deflated, find, jpeg, png, riff, riff_chunk, segment, vp8x, webp,
    webp_pixels,
};
use crate::{CANARY, HostileFile};

pub(crate) fn files() -> Vec<HostileFile> {
    let all = [jpegs(), pngs(), webps()].concat();
    all.into_iter()
        .map(|(place, bytes)| HostileFile::new(format!("a canary in {place}"), Taken, bytes))
        .collect()
}

type Hidden = (&'static str, Vec<u8>);

fn tagged(name: &[u8]) -> Vec<u8> {
    [name, CANARY].concat()
}

fn jpegs() -> Vec<Hidden> {
    let good = jpeg();
    let within = |marker: u8, name: &[u8]| after_start(&good, &segment(marker, &tagged(name)));
    let scan = find(&good, 0xDA);
    let before_scan = [&good[..scan], &segment(0xFE, CANARY), &good[scan..]].concat();
    vec![
        ("a JPEG's comment", within(0xFE, b"")),
        ("a JPEG's comment before the scan", before_scan),
        ("a JPEG's bytes after the end", [&good[..], CANARY].concat()),
        (
            "a JPEG's second picture",
            [&good[..], &within(0xFE, b"")].concat(),
        ),
        (
            "a JPEG's bytes between two segments",
            [&good[..scan], CANARY, &good[scan..]].concat(),
        ),
        (
            "a JPEG's JFIF thumbnail",
            within(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x02\x03"),
        ),
        ("a JPEG's JFXX block", within(0xE0, b"JFXX\0\x10")),
        (
            "a JPEG's XMP",
            within(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"),
        ),
        (
            "a JPEG's extended XMP",
            within(0xE1, b"http://ns.adobe.com/xmp/extension/\0"),
        ),
        ("a JPEG's profile", within(0xE2, b"ICC_PROFILE\0\x01\x01")),
        ("a JPEG's multi-picture block", within(0xE2, b"MPF\0")),
        (
            "a JPEG's IPTC",
            within(
                0xED,
                b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x05\0\x0e",
            ),
        ),
        ("a JPEG's Adobe block", within(0xEE, b"Adobe\0\x64\0\0\0\0\x01")),
        ("a JPEG's APP10", within(0xEA, b"AROT")),
        ("a JPEG's maker note", after_start(&good, &exif(0x927C))),
        ("a JPEG's name of the guest", after_start(&good, &exif(0x013B))),
        ("a JPEG's serial number", after_start(&good, &exif(0xA431))),
        ("a JPEG's GPS", after_start(&good, &gps())),
        ("a JPEG's EXIF thumbnail", after_start(&good, &exif(0x0201))),
    ]
}

/// An EXIF block whose one entry, of this tag, is the canary.
fn exif(tag: u16) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0", &block(tag)[..]].concat())
}

fn block(tag: u16) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    block.extend(tag.to_be_bytes());
    block.extend([0, 7, 0, 0, 0, CANARY.len() as u8, 0, 0, 0, 26, 0, 0, 0, 0]);
    block.extend(CANARY);
    block
}

/// A GPS directory whose only entry, the area's name, is the canary (EXIF 3.0, 4.6.6).
fn gps() -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    block.extend([0, 1, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]);
    block.extend([
        0,
        1,
        0x00,
        0x1C,
        0,
        7,
        0,
        0,
        0,
        CANARY.len() as u8,
        0,
        0,
        0,
        44,
        0,
        0,
        0,
        0,
    ]);
    block.extend(CANARY);
    segment(0xE1, &block)
}

fn pngs() -> Vec<Hidden> {
    let good = png();
    let within = |kind: &[u8; 4], body: &[u8]| after_ihdr(&good, &chunk(kind, body));
    let end = good.len() - 12;
    let last = [&good[..end], &chunk(b"tEXt", &tagged(b"Comment\0")), &good[end..]].concat();
    vec![
        ("a PNG's text", within(b"tEXt", &tagged(b"Author\0"))),
        ("a PNG's text behind the rows", last),
        (
            "a PNG's packed text",
            within(b"zTXt", &[b"Author\0\0", &deflated(CANARY)[..]].concat()),
        ),
        (
            "a PNG's international text",
            within(b"iTXt", &tagged(b"XML:com.adobe.xmp\0\0\0\0\0")),
        ),
        ("a PNG's EXIF", within(b"eXIf", &block(0x013B))),
        (
            "a PNG's profile name",
            within(b"iCCP", &[CANARY, b"\0\0", &deflated(&[0; 200])].concat()),
        ),
        ("a PNG's unknown chunk", within(b"abCd", CANARY)),
        ("a PNG's bytes after the end", [&good[..], CANARY].concat()),
    ]
}

fn webps() -> Vec<Hidden> {
    let extended = |kind: &[u8; 4], flag: u8, body: &[u8]| {
        riff(&[vp8x(flag, 64, 48), riff_chunk(kind, body), webp_pixels()])
    };
    vec![
        ("a WebP's EXIF", extended(b"EXIF", 0x08, &block(0x013B))),
        ("a WebP's XMP", extended(b"XMP ", 0x04, &tagged(b"<x:xmpmeta>"))),
        ("a WebP's profile", extended(b"ICCP", 0x20, CANARY)),
        ("a WebP's unknown chunk", extended(b"JUNK", 0, CANARY)),
        ("a WebP's bytes after the end", [&webp()[..], CANARY].concat()),
    ]
}
