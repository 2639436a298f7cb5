//! Good photos with colour profiles that lie, which must never cost the photo.

use crate::Fate::Taken;
use crate::HostileFile;
use crate::chunks::{
    after_ihdr, after_start, chunk, deflated, jpeg, png, riff, riff_chunk, segment, vp8x, webp_pixels,
};

pub(crate) fn files() -> Vec<HostileFile> {
    let mut files = Vec::new();
    for (what, profile) in profiles() {
        files.push(HostileFile::new(
            format!("JPEG with a profile {what}"),
            Taken,
            after_start(&jpeg(), &parts(&profile)),
        ));
        let inflating = [b"x\0\0", &deflated(&profile)[..]].concat();
        files.push(HostileFile::new(
            format!("PNG with a profile {what}"),
            Taken,
            after_ihdr(&png(), &chunk(b"iCCP", &inflating)),
        ));
        let chunks = [vp8x(0x20, 64, 48), riff_chunk(b"ICCP", &profile), webp_pixels()];
        files.push(HostileFile::new(
            format!("WebP with a profile {what}"),
            Taken,
            riff(&chunks),
        ));
    }
    for (what, number, count) in [
        ("part 0 of 0", 0, 0),
        ("part 1 of 255", 1, 255),
        ("part 9 of 2", 9, 2),
    ] {
        let lone = segment(
            0xE2,
            &[&b"ICC_PROFILE\0"[..], &[number, count], &header(128)].concat(),
        );
        files.push(HostileFile::new(
            format!("JPEG with {what} of a profile"),
            Taken,
            after_start(&jpeg(), &lone),
        ));
    }
    files
}

/// As many segments as the profile needs, at most 255.
fn parts(profile: &[u8]) -> Vec<u8> {
    let parts: Vec<_> = profile.chunks(65_000).take(255).collect();
    let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
    let segments = (1..=count).zip(parts);
    segments
        .flat_map(|(number, part)| segment(0xE2, &[&b"ICC_PROFILE\0"[..], &[number, count], part].concat()))
        .collect()
}

/// The 128 bytes that every profile begins with: an RGB display that says it has `size` bytes (ICC.1:2022, 7.2).
fn header(size: u32) -> Vec<u8> {
    let mut header = vec![0; 128];
    header[..4].copy_from_slice(&size.to_be_bytes());
    header[8] = 4;
    header[12..24].copy_from_slice(b"mntrRGB XYZ ");
    header[36..40].copy_from_slice(b"acsp");
    header
}

/// The header, and a table of tags: name, place, length.
fn tagged(tags: &[(&[u8; 4], u32, u32)], count: u32, data: &[u8]) -> Vec<u8> {
    let mut profile = header(4096);
    profile.extend(count.to_be_bytes());
    for (name, place, length) in tags {
        profile.extend(*name);
        profile.extend(place.to_be_bytes());
        profile.extend(length.to_be_bytes());
    }
    profile.extend(data);
    profile
}

fn profiles() -> Vec<(&'static str, Vec<u8>)> {
    // A table of colours with 255 steps for each of 15 channels: 255 to the 15th entries.
    let cube = [
        &b"mAB \0\0\0\0"[..],
        &[15, 3, 0, 0],
        &[0, 0, 0, 32].repeat(5),
        &[255; 16],
        &[1, 0, 0, 0],
    ]
    .concat();
    let curve = [&b"curv\0\0\0\0"[..], &u32::MAX.to_be_bytes(), &[0; 8]].concat();
    vec![
        ("of nothing but a header", header(128)),
        ("of 4 GB by its own word", header(u32::MAX)),
        ("of one byte", vec![0]),
        ("of ones", vec![0xFF; 3000]),
        (
            "of four thousand million tags",
            tagged(&[(b"desc", 132, 12)], u32::MAX, &[]),
        ),
        (
            "with tags beyond its end",
            tagged(&[(b"rTRC", u32::MAX, u32::MAX), (b"rXYZ", 4000, 1 << 31)], 2, &[]),
        ),
        (
            "with tags that hold themselves",
            tagged(&[(b"rTRC", 0, 4096), (b"A2B0", 128, 400)], 2, &[]),
        ),
        (
            "with a cube of fifteen channels",
            tagged(&[(b"A2B0", 144, 100)], 1, &cube),
        ),
        (
            "with a curve of 4 G points",
            tagged(
                &[(b"rTRC", 168, 20), (b"gTRC", 168, 20), (b"bTRC", 168, 20)],
                3,
                &curve,
            ),
        ),
        ("of a megabyte", [header(1 << 20), vec![0; 1 << 20]].concat()),
        ("for printers in CMYK", {
            let mut profile = header(128);
            profile[12..24].copy_from_slice(b"prtrCMYKLab ");
            profile
        }),
    ]
}
