//! What we read of a photo before anything is decoded: signature, JPEG segments, EXIF, PNG chunks, WebP's boxes.
#![no_main]

use boothline_imaging::limits::Limits;
use boothline_imaging::probe::{probe, probe_header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let whole = probe(bytes, &limits);
    if let Ok(probe) = &whole {
        let (width, height) = probe.size();
        limits.check_size(width, height).expect("what passed keeps to the limits");
    }
    // A verdict on the first half that is final must be the verdict on the whole.
    let half = &bytes[..bytes.len() / 2];
    if let (Err(refusal), Ok(_)) = (probe_header(half, &limits), &whole) {
        panic!("refused half of a photo that is taken whole: {refusal}");
    }
});
