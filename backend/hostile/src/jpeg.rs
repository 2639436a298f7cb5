//! JPEGs whose segments lie: sizes, tables, scans, lengths, cuts.

use crate::Fate::{Either, Refused, Taken};
use crate::HostileFile;
use crate::chunks::{after_start, find, jpeg, progressive, segment};

pub(crate) fn files() -> Vec<HostileFile> {
    [sizes(), frames(), tables(), scans(), lengths(), cuts()].concat()
}

/// The frame header's bytes from its precision on.
fn with_frame(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut file = jpeg();
    let frame = find(&file, 0xC0) + 4;
    change(&mut file[frame..frame + 15]);
    file
}

fn sizes() -> Vec<HostileFile> {
    let huge = [
        (65_535, 65_535, Refused),
        (65_535, 1, Refused),
        (1, 65_535, Refused),
        (16_384, 16_384, Refused),
        (16_385, 1, Refused),
        (0, 0, Refused),
        (0, 48, Refused),
        (64, 0, Refused),
        (7000, 7000, Either),
        (16_384, 3000, Either),
        (1, 1, Either),
        (65, 49, Either),
    ];
    let resized = |(width, height, fate): (u16, u16, _)| {
        let file = with_frame(|frame| {
            frame[1..3].copy_from_slice(&height.to_be_bytes());
            frame[3..5].copy_from_slice(&width.to_be_bytes());
        });
        HostileFile::new(format!("JPEG that says {width} x {height}"), fate, file)
    };
    huge.into_iter().map(resized).collect()
}

fn frames() -> Vec<HostileFile> {
    let mut files = Vec::new();
    for precision in [0, 1, 7, 9, 12, 16, 255] {
        let file = with_frame(|frame| frame[0] = precision);
        files.push(HostileFile::new(
            format!("JPEG of {precision} bits"),
            Either,
            file,
        ));
    }
    for components in [0, 1, 2, 4, 5, 255] {
        let file = with_frame(|frame| frame[5] = components);
        let fate = if matches!(components, 1 | 2 | 4) {
            Either
        } else {
            Refused
        };
        files.push(HostileFile::new(
            format!("JPEG of {components} components"),
            fate,
            file,
        ));
    }
    for sampling in [0x00, 0x01, 0x10, 0x44, 0x55, 0x33, 0xFF] {
        let file = with_frame(|frame| frame[7] = sampling);
        files.push(HostileFile::new(
            format!("JPEG sampled {sampling:#04x}"),
            Either,
            file,
        ));
    }
    for table in [1, 3, 4, 255] {
        let file = with_frame(|frame| frame[8] = table);
        files.push(HostileFile::new(
            format!("JPEG with quantisation table {table}"),
            Either,
            file,
        ));
    }
    let twins = with_frame(|frame| frame[9] = frame[6]);
    files.push(HostileFile::new(
        "JPEG with two components of one name",
        Either,
        twins,
    ));
    for process in [
        0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF,
    ] {
        let mut file = jpeg();
        let frame = find(&file, 0xC0);
        file[frame + 1] = process;
        files.push(HostileFile::new(
            format!("JPEG of process {process:#04x}"),
            Either,
            file,
        ));
    }
    files
}

fn tables() -> Vec<HostileFile> {
    let good = jpeg();
    let without = |marker: u8| {
        let at = find(&good, marker);
        let length = usize::from(good[at + 2]) * 256 + usize::from(good[at + 3]);
        [&good[..at], &good[at + 2 + length..]].concat()
    };
    let crowded = [&[0x00], &[255; 16][..], &[0; 200]].concat();
    let oversubscribed = [&[0x00, 3], &[0; 15][..], &[1, 2, 3]].concat();
    vec![
        HostileFile::new("JPEG without a quantisation table", Either, without(0xDB)),
        HostileFile::new("JPEG without its first Huffman table", Either, without(0xC4)),
        HostileFile::new("JPEG without a frame", Refused, without(0xC0)),
        HostileFile::new(
            "JPEG with a Huffman table of 4080 codes",
            Either,
            after_start(&good, &segment(0xC4, &crowded)),
        ),
        HostileFile::new(
            "JPEG with an oversubscribed Huffman table",
            Either,
            after_start(&good, &segment(0xC4, &oversubscribed)),
        ),
        HostileFile::new(
            "JPEG with an empty Huffman table",
            Either,
            after_start(&good, &segment(0xC4, &[0; 17])),
        ),
        HostileFile::new(
            "JPEG with Huffman table 15",
            Either,
            after_start(&good, &segment(0xC4, &[0xFF; 17])),
        ),
        HostileFile::new(
            "JPEG with a short quantisation table",
            Either,
            after_start(&good, &segment(0xDB, &[0; 12])),
        ),
        HostileFile::new(
            "JPEG with quantisation table 15",
            Either,
            after_start(&good, &segment(0xDB, &[0x0F; 65])),
        ),
        HostileFile::new(
            "JPEG quantised by nought",
            Either,
            after_start(&good, &segment(0xDB, &[0; 65])),
        ),
        HostileFile::new(
            "JPEG with restarts every 65535",
            Either,
            after_start(&good, &segment(0xDD, &[0xFF, 0xFF])),
        ),
        HostileFile::new(
            "JPEG with restarts that never come",
            Either,
            after_start(&good, &segment(0xDD, &[0, 1])),
        ),
        HostileFile::new(
            "JPEG with half a restart interval",
            Either,
            after_start(&good, &segment(0xDD, &[1])),
        ),
        HostileFile::new(
            "JPEG with arithmetic conditioning",
            Either,
            after_start(&good, &segment(0xCC, &[0x13, 0x7F])),
        ),
        HostileFile::new(
            "JPEG with a number of lines",
            Either,
            after_start(&good, &segment(0xDC, &[0xFF, 0xFF])),
        ),
    ]
}

fn scans() -> Vec<HostileFile> {
    let good = jpeg();
    let scan = find(&good, 0xDA);
    let mut files = Vec::new();
    for (what, offset, value) in [
        ("no component", 4, 0),
        ("five components", 4, 5),
        ("255 components", 4, 255),
        ("an unknown component", 5, 77),
        ("Huffman tables 15", 6, 0xFF),
        ("a spectrum from 64", 11, 64),
        ("a spectrum to 255", 12, 255),
        ("an approximation of 15", 13, 0xFF),
    ] {
        let mut file = good.clone();
        file[scan + offset] = value;
        files.push(HostileFile::new(format!("JPEG scan of {what}"), Either, file));
    }
    let frame = &good[find(&good, 0xC0)..find(&good, 0xC0) + 19];
    let data = good[scan..good.len() - 2].to_vec();
    files.push(HostileFile::new(
        "JPEG with two frames",
        Either,
        after_start(&good, frame),
    ));
    files.push(HostileFile::new(
        "JPEG whose frame follows its scan",
        Refused,
        [&good[..2], &data, &good[2..]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG with its scan three times",
        Either,
        [&good[..scan], &data, &data, &data, &[0xFF, 0xD9]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG with a JPEG in its scan",
        Either,
        [&good[..scan + 20], &good, &good[scan + 20..]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG that ends at once",
        Refused,
        vec![0xFF, 0xD8, 0xFF, 0xD9],
    ));
    files.push(HostileFile::new(
        "JPEG that begins twice",
        Either,
        [&good[..2], &good].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG scan of nothing but restarts",
        Either,
        [&good[..scan + 14], &[0xFF, 0xD0].repeat(2000), &[0xFF, 0xD9]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG scan of ones",
        Either,
        [&good[..scan + 14], &[0xFF, 0x00].repeat(20_000), &[0xFF, 0xD9]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG scan of noughts",
        Either,
        [&good[..scan + 14], &[0; 40_000], &[0xFF, 0xD9]].concat(),
    ));
    files.push(HostileFile::new(
        "JPEG with a megabyte of fill bytes",
        Either,
        after_start(&good, &[0xFF; 1 << 20]),
    ));
    files
}

fn lengths() -> Vec<HostileFile> {
    let good = jpeg();
    let mut files = Vec::new();
    for marker in [0xE0, 0xE1, 0xE2, 0xDB, 0xC4, 0xC0, 0xDA, 0xFE] {
        for length in [0_u16, 1, 2, 65_535] {
            let lie = [&[0xFF, marker], &length.to_be_bytes()[..]].concat();
            let name = format!("JPEG segment {marker:#04x} that says {length} bytes");
            files.push(HostileFile::new(name, Either, after_start(&good, &lie)));
        }
    }
    let many = segment(0xE5, &[0; 10]).repeat(50_000);
    files.push(HostileFile::new(
        "JPEG of 50,000 segments",
        Taken,
        after_start(&good, &many),
    ));
    files
}

fn cuts() -> Vec<HostileFile> {
    let mut files = Vec::new();
    for (kind, good) in [("JPEG", jpeg()), ("progressive JPEG", progressive())] {
        for percent in [1, 3, 10, 25, 50, 75, 90, 99] {
            let cut = good[..good.len() * percent / 100].to_vec();
            files.push(HostileFile::new(
                format!("{kind} cut at {percent} %"),
                Either,
                cut,
            ));
        }
    }
    files
}
