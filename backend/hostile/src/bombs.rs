//! Small files that ask for much memory or much time.

use crate::Fate::{Either, Refused, Taken};
use crate::HostileFile;
use crate::chunks::{
    after_ihdr, blank_vp8l, chunk, deflated_noughts, find, jpeg, png, png_head, progressive, riff,
    riff_chunk, vp8x,
};

pub(crate) fn files() -> Vec<HostileFile> {
    [webps(), jpegs(), pngs(), texts()].concat()
}

fn webps() -> Vec<HostileFile> {
    let blank = |width, height| riff_chunk(b"VP8L", &blank_vp8l(width, height));
    let frame = [
        &[0; 6][..],
        &[0x57, 0x1B, 0, 0x57, 0x1B, 0, 1, 0, 0, 0],
        &blank(7000, 7000),
    ]
    .concat();
    let control = riff_chunk(b"ANIM", &[0; 6]);
    let film = riff(&[
        vp8x(0x02, 7000, 7000),
        control,
        riff_chunk(b"ANMF", &frame).repeat(200),
    ]);
    let mut files: Vec<_> = [(7000, 7000), (16_383, 3000), (3000, 16_383), (7071, 7071)]
        .into_iter()
        .map(|(width, height)| {
            HostileFile::new(
                format!("34 bytes of WebP, {width} x {height}"),
                Either,
                riff(&[blank(width, height)]),
            )
        })
        .collect();
    files.push(HostileFile::new(
        "34 bytes of WebP, 16384 x 16384",
        Refused,
        riff(&[blank(16_384, 16_384)]),
    ));
    files.push(HostileFile::new(
        "animated WebP of 200 frames of 49 megapixels",
        Either,
        film,
    ));
    files
}

fn jpegs() -> Vec<HostileFile> {
    let mut files = Vec::new();
    // With the dozen before the last one, eighty stay below the limit.
    for scans in [80, 200, 5000] {
        let fate = if scans > 100 { Refused } else { Either };
        files.push(HostileFile::new(
            format!("JPEG of 64 x 48 in {scans} scans"),
            fate,
            with_scans(scans, 64, 48),
        ));
        files.push(HostileFile::new(
            format!("JPEG of 12 megapixels in {scans} scans"),
            fate,
            with_scans(scans, 4000, 3000),
        ));
    }
    files.push(HostileFile::new(
        "JPEG of 49 megapixels in 80 scans",
        Either,
        with_scans(80, 7000, 7000),
    ));
    let mut wide = jpeg();
    let frame = find(&wide, 0xC0);
    wide[frame + 5..frame + 9].copy_from_slice(&[0x1B, 0x58, 0x1B, 0x58]);
    files.push(HostileFile::new(
        "baseline JPEG of 49 megapixels in a kilobyte",
        Either,
        wide,
    ));
    files
}

/// A progressive JPEG that says this size and whose last scan comes again and again.
fn with_scans(scans: usize, width: u16, height: u16) -> Vec<u8> {
    let mut file = progressive();
    let frame = find(&file, 0xC2);
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    let last = file
        .windows(2)
        .rposition(|two| two == [0xFF, 0xDA])
        .expect("a scan");
    let scan = file[last..file.len() - 2].to_vec();
    file.truncate(last);
    file.extend(scan.repeat(scans));
    file.extend([0xFF, 0xD9]);
    file
}

fn pngs() -> Vec<HostileFile> {
    let noughts = deflated_noughts(400);
    let whole = |depth, colour, interlace| {
        let head = png_head(7000, 7000, depth, colour, interlace);
        [head, chunk(b"IDAT", &noughts), chunk(b"IEND", b"")].concat()
    };
    vec![
        HostileFile::new("PNG of 49 megapixels of noughts", Either, whole(8, 2, 0)),
        HostileFile::new(
            "interlaced PNG of 49 megapixels of noughts",
            Either,
            whole(8, 2, 1),
        ),
        HostileFile::new("PNG of 49 megapixels of 64 bits", Either, whole(16, 6, 0)),
        HostileFile::new(
            "interlaced PNG of 49 megapixels of 64 bits",
            Either,
            whole(16, 6, 1),
        ),
        HostileFile::new("PNG of 49 megapixels of one bit", Either, whole(1, 0, 0)),
        HostileFile::new(
            "interlaced PNG of 49 megapixels of one bit",
            Either,
            whole(1, 0, 1),
        ),
    ]
}

/// Metadata that inflates to 256 MB.
fn texts() -> Vec<HostileFile> {
    let noughts = deflated_noughts(256);
    let within = |kind: &[u8; 4], head: &[u8]| after_ihdr(&png(), &chunk(kind, &[head, &noughts].concat()));
    vec![
        HostileFile::new(
            "PNG whose packed text inflates to 256 MB",
            Taken,
            within(b"zTXt", b"Comment\0\0"),
        ),
        HostileFile::new(
            "PNG whose international text inflates to 256 MB",
            Taken,
            within(b"iTXt", b"Comment\0\x01\0\0\0"),
        ),
        HostileFile::new(
            "PNG whose profile inflates to 256 MB",
            Taken,
            within(b"iCCP", b"bomb\0\0"),
        ),
    ]
}
