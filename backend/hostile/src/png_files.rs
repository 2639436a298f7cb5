//! PNGs whose chunks lie: header, palette, rows, checks, animation, cuts.

use crate::Fate::{Either, Refused, Taken};
use crate::HostileFile;
use crate::chunks::{AFTER_IHDR, after_ihdr, chunk, deflated, png, png_head};

pub(crate) fn files() -> Vec<HostileFile> {
    [headers(), kinds(), chunks(), rows(), animations(), cuts()].concat()
}

fn whole(head: Vec<u8>, inflated: &[u8]) -> Vec<u8> {
    [head, chunk(b"IDAT", &deflated(inflated)), chunk(b"IEND", b"")].concat()
}

fn headers() -> Vec<HostileFile> {
    let sizes = [
        (0, 0, Refused),
        (0, 9, Refused),
        (9, 0, Refused),
        (u32::MAX, u32::MAX, Refused),
        (1 << 31, 1, Refused),
        (65_500, 65_500, Refused),
        (16_385, 1, Refused),
        (7000, 7000, Either),
        (16_384, 3000, Either),
        (1, 16_384, Either),
    ];
    let sized = |(width, height, fate)| {
        let file = whole(png_head(width, height, 8, 2, 0), &[0; 1000]);
        HostileFile::new(format!("PNG that says {width} x {height}"), fate, file)
    };
    sizes.into_iter().map(sized).collect()
}

fn kinds() -> Vec<HostileFile> {
    let mut files = Vec::new();
    for depth in [0, 1, 2, 3, 4, 16, 17, 32, 255] {
        let file = whole(png_head(8, 8, depth, 2, 0), &[0; 8 * 50]);
        files.push(HostileFile::new(
            format!("PNG in colour of {depth} bits"),
            Either,
            file,
        ));
    }
    for colour in [1, 3, 5, 7, 255] {
        let file = whole(png_head(8, 8, 8, colour, 0), &[0; 8 * 50]);
        files.push(HostileFile::new(
            format!("PNG of colour type {colour}"),
            Refused,
            file,
        ));
    }
    for (what, at) in [("compression", 26), ("filter", 27), ("interlace", 28)] {
        let mut head = png_head(8, 8, 8, 2, 0);
        head[at] = 9;
        let body = head[16..29].to_vec();
        let file = whole([&head[..8], &chunk(b"IHDR", &body)].concat(), &[0; 200]);
        files.push(HostileFile::new(format!("PNG of {what} method 9"), Refused, file));
    }
    files
}

fn chunks() -> Vec<HostileFile> {
    let good = png();
    let mut bad_check = good.clone();
    bad_check[AFTER_IHDR - 1] ^= 1;
    let lie = |length: u32| [&length.to_be_bytes()[..], b"tEXt", b"x"].concat();
    let mut files = vec![
        HostileFile::new("PNG with a wrong check on its header", Either, bad_check),
        HostileFile::new(
            "PNG without rows",
            Refused,
            [&good[..AFTER_IHDR], &chunk(b"IEND", b"")[..]].concat(),
        ),
        HostileFile::new("PNG without an end", Either, good[..good.len() - 12].to_vec()),
        HostileFile::new("PNG of a header alone", Refused, good[..AFTER_IHDR].to_vec()),
        HostileFile::new(
            "PNG with a second header",
            Either,
            after_ihdr(&good, &good[8..AFTER_IHDR]),
        ),
        HostileFile::new(
            "PNG whose end comes first",
            Either,
            after_ihdr(&good, &chunk(b"IEND", b"")),
        ),
        HostileFile::new(
            "PNG with a critical chunk nobody knows",
            Either,
            after_ihdr(&good, &chunk(b"ABCD", b"x")),
        ),
        HostileFile::new(
            "PNG with a chunk named by noughts",
            Either,
            after_ihdr(&good, &chunk(&[0; 4], b"x")),
        ),
        HostileFile::new(
            "PNG of 100,000 chunks",
            Either,
            after_ihdr(&good, &chunk(b"abCd", b"").repeat(100_000)),
        ),
        HostileFile::new(
            "PNG of 50,000 texts",
            Either,
            after_ihdr(&good, &chunk(b"tEXt", b"Comment\0x").repeat(50_000)),
        ),
        HostileFile::new(
            "PNG with a palette of 2 bytes",
            Either,
            after_ihdr(&good, &chunk(b"PLTE", &[1, 2])),
        ),
        HostileFile::new(
            "PNG with a palette of 999 colours",
            Either,
            after_ihdr(&good, &chunk(b"PLTE", &[1; 2997])),
        ),
        HostileFile::new(
            "PNG with transparency of 500 bytes",
            Either,
            after_ihdr(&good, &chunk(b"tRNS", &[1; 500])),
        ),
        HostileFile::new(
            "PNG with a gamma of nought",
            Either,
            after_ihdr(&good, &chunk(b"gAMA", &[0; 4])),
        ),
        HostileFile::new(
            "PNG with absurd primaries",
            Either,
            after_ihdr(&good, &chunk(b"cHRM", &[255; 32])),
        ),
        HostileFile::new(
            "PNG with a short resolution",
            Either,
            after_ihdr(&good, &chunk(b"pHYs", &[1])),
        ),
        HostileFile::new(
            "PNG with absurd light levels",
            Either,
            after_ihdr(&good, &chunk(b"cLLI", &[255; 8])),
        ),
    ];
    for length in [u32::MAX, 1 << 31, 0x7FFF_FFFF, 100_000] {
        files.push(HostileFile::new(
            format!("PNG chunk that says {length} bytes"),
            Either,
            after_ihdr(&good, &lie(length)),
        ));
    }
    files
}

fn rows() -> Vec<HostileFile> {
    let head = || png_head(64, 48, 8, 2, 0);
    let row = |filter: u8| [&[filter], &[7; 192][..]].concat();
    let mut files = vec![
        HostileFile::new(
            "PNG of an indexed picture without a palette",
            Either,
            whole(png_head(8, 8, 8, 3, 0), &[0; 72]),
        ),
        HostileFile::new(
            "PNG with rows to spare",
            Either,
            whole(head(), &row(0).repeat(500)),
        ),
        HostileFile::new(
            "PNG with half its rows",
            Either,
            whole(head(), &row(0).repeat(24)),
        ),
        HostileFile::new(
            "PNG whose rows are no zlib stream",
            Refused,
            [head(), chunk(b"IDAT", &[0xFF; 300]), chunk(b"IEND", b"")].concat(),
        ),
        HostileFile::new(
            "PNG with empty rows",
            Refused,
            [head(), chunk(b"IDAT", b""), chunk(b"IEND", b"")].concat(),
        ),
    ];
    for filter in [1, 4, 5, 255] {
        files.push(HostileFile::new(
            format!("PNG of rows filtered {filter}"),
            Either,
            whole(head(), &row(filter).repeat(48)),
        ));
    }
    let stream = deflated(&row(0).repeat(48));
    let bytewise: Vec<u8> = stream.iter().flat_map(|byte| chunk(b"IDAT", &[*byte])).collect();
    files.push(HostileFile::new(
        "PNG of rows byte by byte",
        Taken,
        [head(), bytewise, chunk(b"IEND", b"")].concat(),
    ));
    let split = [
        &chunk(b"IDAT", &stream[..9])[..],
        &chunk(b"tIME", &[0; 7]),
        &chunk(b"IDAT", &stream[9..]),
    ]
    .concat();
    files.push(HostileFile::new(
        "PNG of rows torn apart",
        Either,
        [head(), split, chunk(b"IEND", b"")].concat(),
    ));
    files
}

/// Frame control: number, size, place, time, ways (PNG 3, 11.3.6).
fn frame(number: u32, width: u32, height: u32, x: u32) -> Vec<u8> {
    let fields = [number, width, height, x, 0].map(u32::to_be_bytes).concat();
    chunk(b"fcTL", &[&fields[..], &[0, 1, 0, 1, 0, 0]].concat())
}

fn animations() -> Vec<HostileFile> {
    let good = png();
    let control = |frames: u32| chunk(b"acTL", &[frames.to_be_bytes(), [0; 4]].concat());
    let with = |chunks: &[Vec<u8>]| after_ihdr(&good, &chunks.concat());
    vec![
        HostileFile::new(
            "animated PNG of four thousand million frames",
            Either,
            with(&[control(u32::MAX), frame(0, 64, 48, 0)]),
        ),
        HostileFile::new("animated PNG of no frames", Either, with(&[control(0)])),
        HostileFile::new(
            "animated PNG with a frame of 4 gigapixels",
            Either,
            with(&[control(1), frame(0, 65_500, 65_500, 0)]),
        ),
        HostileFile::new(
            "animated PNG with a frame outside",
            Either,
            with(&[control(1), frame(0, 64, 48, u32::MAX)]),
        ),
        HostileFile::new(
            "animated PNG with a frame of nothing",
            Either,
            with(&[control(1), frame(0, 0, 0, 0)]),
        ),
        HostileFile::new(
            "animated PNG with a smaller first frame",
            Either,
            with(&[control(1), frame(0, 3, 3, 0)]),
        ),
    ]
}

fn cuts() -> Vec<HostileFile> {
    let good = png();
    let cut = |percent| {
        let bytes = good[..good.len() * percent / 100].to_vec();
        HostileFile::new(format!("PNG cut at {percent} %"), Either, bytes)
    };
    [1, 3, 10, 25, 50, 75, 90, 99].into_iter().map(cut).collect()
}
