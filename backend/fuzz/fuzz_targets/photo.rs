//! The whole way of an upload: any bytes become a small picture or a refusal, in the memory that was announced.
#![no_main]

use std::alloc::System;
use std::time::{Duration, Instant};

use boothline_imaging::limits::Limits;
use boothline_imaging::preview::{cost, preview};
use boothline_imaging::probe::probe;
use cap::Cap;
use libfuzzer_sys::fuzz_target;

/// Counts, and refuses what goes past the limit: an allocation too many ends the run as a finding.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

const EDGE: u32 = 200;
/// What the fuzzer allocates for itself meanwhile, from its own threads.
const BESIDE: usize = 8 << 20;

const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_pixels: 1_000_000,
    max_side: 16_384,
    max_scans: 100,
    deadline: Some(Duration::from_secs(2)),
};

// A decoder's panic is caught and becomes a refusal; the fuzzer's hook would end the run with it, and drawing its
// backtrace takes more memory than is announced. Panics that nobody catches end the run still.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |bytes: &[u8]| {
    let Ok(probe) = probe(bytes, &LIMITS) else {
        return;
    };
    let cost = usize::try_from(cost(&probe, EDGE)).expect("a cost below the limits");
    let started = Instant::now();
    MEMORY
        .set_limit(MEMORY.allocated() + cost + BESIDE)
        .expect("more than is taken now");
    let made = preview(bytes, &LIMITS, EDGE);
    MEMORY.set_limit(usize::MAX).expect("no limit");
    assert!(started.elapsed() < Duration::from_secs(4), "stopped long after its time");
    if let Ok(small) = made {
        assert!(small.width.max(small.height) <= EDGE);
        assert!(small.jpeg.starts_with(&[0xFF, 0xD8]) && small.jpeg.ends_with(&[0xFF, 0xD9]));
    }
});
