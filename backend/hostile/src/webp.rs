//! WebPs whose boxes lie: lengths, canvas, frames, alpha, cuts.

use crate::Fate::{Either, Refused};
use crate::HostileFile;
use crate::chunks::{blank_vp8l, riff, riff_chunk, vp8x, webp, webp_pixels};

const ANIMATED: u8 = 0x02;
const ALPHA: u8 = 0x10;

pub(crate) fn files() -> Vec<HostileFile> {
    [boxes(), canvases(), animations(), streams(), cuts()].concat()
}

fn boxes() -> Vec<HostileFile> {
    let good = webp();
    let mut files = Vec::new();
    for length in [0, 4, 12, 100_000, u32::MAX] {
        for (what, at) in [("RIFF", 4), ("VP8L", 16)] {
            let mut file = good.clone();
            file[at..at + 4].copy_from_slice(&u32::to_le_bytes(length));
            files.push(HostileFile::new(
                format!("WebP whose {what} says {length} bytes"),
                Either,
                file,
            ));
        }
    }
    files.push(HostileFile::new("WebP without a picture", Refused, riff(&[])));
    files.push(HostileFile::new(
        "WebP of unknown chunks alone",
        Refused,
        riff(&[riff_chunk(b"JUNK", &[1; 40])]),
    ));
    files.push(HostileFile::new(
        "WebP of 100,000 unknown chunks",
        Either,
        riff(&[riff_chunk(b"JUNK", b"").repeat(100_000), webp_pixels()]),
    ));
    files.push(HostileFile::new(
        "WebP with its picture twice",
        Either,
        riff(&[webp_pixels(), webp_pixels()]),
    ));
    files.push(HostileFile::new(
        "WebP that is a sound",
        Refused,
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec(),
    ));
    files
}

fn canvases() -> Vec<HostileFile> {
    let canvas = |(width, height, fate): (u32, u32, _)| {
        let file = riff(&[vp8x(0, width, height), webp_pixels()]);
        HostileFile::new(
            format!("WebP of 64 x 48 on a canvas of {width} x {height}"),
            fate,
            file,
        )
    };
    let sizes = [
        (1, 1, Either),
        (63, 48, Either),
        (65, 48, Either),
        (7000, 7000, Either),
        (16_777_216, 16_777_216, Refused),
        (16_777_216, 1, Refused),
    ];
    let mut files: Vec<_> = sizes.into_iter().map(canvas).collect();
    for flags in [0xFF, ALPHA, 0x20, 0x08, 0x04, ANIMATED] {
        let file = riff(&[vp8x(flags, 64, 48), webp_pixels()]);
        files.push(HostileFile::new(
            format!("WebP with the flags {flags:#04x} and nothing to them"),
            Either,
            file,
        ));
    }
    files.push(HostileFile::new(
        "WebP of a canvas alone",
        Refused,
        riff(&[vp8x(0, 64, 48)]),
    ));
    files.push(HostileFile::new(
        "WebP of half a canvas",
        Refused,
        riff(&[riff_chunk(b"VP8X", &[0; 5])]),
    ));
    files
}

/// A frame of an animation: place, size, time, and its picture (RFC 9649, 2.7.1.1).
fn frame(x: u32, width: u32, height: u32, picture: &[u8]) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let head = [
        three(x / 2),
        three(0),
        three(width.wrapping_sub(1)),
        three(height.wrapping_sub(1)),
        three(1),
        vec![0],
    ];
    riff_chunk(b"ANMF", &[head.concat(), picture.to_vec()].concat())
}

fn animation(width: u32, height: u32, frames: &[Vec<u8>]) -> Vec<u8> {
    let control = riff_chunk(b"ANIM", &[0, 0, 0, 0, 0, 0]);
    riff(&[&[vp8x(ANIMATED, width, height), control], frames].concat())
}

fn animations() -> Vec<HostileFile> {
    let good = frame(0, 64, 48, &webp_pixels());
    let blank = riff_chunk(b"VP8L", &blank_vp8l(4, 4));
    let tiny = frame(0, 4, 4, &blank);
    vec![
        HostileFile::new("animated WebP without frames", Either, animation(64, 48, &[])),
        HostileFile::new(
            "animated WebP of 20,000 frames",
            Either,
            animation(64, 48, &vec![tiny.clone(); 20_000]),
        ),
        HostileFile::new(
            "animated WebP with a frame outside",
            Either,
            animation(64, 48, &[frame(10_000, 64, 48, &webp_pixels())]),
        ),
        HostileFile::new(
            "animated WebP with a frame larger than it",
            Either,
            animation(8, 8, std::slice::from_ref(&good)),
        ),
        HostileFile::new(
            "animated WebP with a frame of another size",
            Either,
            animation(64, 48, &[frame(0, 60, 40, &webp_pixels())]),
        ),
        HostileFile::new(
            "animated WebP with an empty frame",
            Either,
            animation(64, 48, &[frame(0, 64, 48, b"")]),
        ),
        HostileFile::new(
            "animated WebP with half a frame",
            Either,
            animation(64, 48, &[riff_chunk(b"ANMF", &[0; 7])]),
        ),
        HostileFile::new(
            "animated WebP with a frame in a frame",
            Either,
            animation(64, 48, &[frame(0, 64, 48, &good)]),
        ),
        HostileFile::new(
            "animated WebP of 16 x 16 gigapixels",
            Refused,
            animation(1 << 24, 1 << 24, &[tiny]),
        ),
    ]
}

fn streams() -> Vec<HostileFile> {
    let mut files = Vec::new();
    for (what, body) in [
        ("nothing", Vec::new()),
        ("its signature", vec![0x2F]),
        ("a wrong signature", [&[0x30], &blank_vp8l(8, 8)[1..]].concat()),
        ("version 7", {
            let mut body = blank_vp8l(8, 8);
            body[4] |= 0xE0;
            body
        }),
        ("noughts", [&blank_vp8l(64, 48)[..5], &[0; 500][..]].concat()),
        ("ones", [&blank_vp8l(64, 48)[..5], &[0xFF; 500][..]].concat()),
    ] {
        files.push(HostileFile::new(
            format!("lossless WebP of {what}"),
            Either,
            riff(&[riff_chunk(b"VP8L", &body)]),
        ));
    }
    for (what, head) in [
        ("no key frame", [0x11, 0x04, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0]),
        ("a wrong start", [0x10, 0x04, 0, 0, 0, 0, 16, 0, 16, 0]),
        ("no width", [0x10, 0x04, 0, 0x9D, 0x01, 0x2A, 0, 0, 16, 0]),
        (
            "a partition beyond its end",
            [0xF0, 0xFF, 0xFF, 0x9D, 0x01, 0x2A, 16, 0, 16, 0],
        ),
        (
            "sides of 16383",
            [0x10, 0x04, 0, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F],
        ),
        (
            "version 7 and noughts",
            [0x1E, 0x04, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0],
        ),
    ] {
        let body = [&head[..], &[0; 200]].concat();
        files.push(HostileFile::new(
            format!("lossy WebP with {what}"),
            Either,
            riff(&[riff_chunk(b"VP8 ", &body)]),
        ));
    }
    for alpha in [0x00, 0x01, 0x03, 0x3D, 0xFF] {
        let plane = riff_chunk(b"ALPH", &[alpha, 1, 2, 3]);
        let picture = riff_chunk(
            b"VP8 ",
            &[&[0x10, 0x04, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0][..], &[0; 200]].concat(),
        );
        files.push(HostileFile::new(
            format!("WebP with alpha coded {alpha:#04x}"),
            Either,
            riff(&[vp8x(ALPHA, 16, 16), plane, picture]),
        ));
    }
    files
}

fn cuts() -> Vec<HostileFile> {
    let good = webp();
    let cut = |percent| {
        let bytes = good[..good.len() * percent / 100].to_vec();
        HostileFile::new(format!("WebP cut at {percent} %"), Either, bytes)
    };
    [1, 3, 10, 25, 50, 75, 90, 99].into_iter().map(cut).collect()
}
