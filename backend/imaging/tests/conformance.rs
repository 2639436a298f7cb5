//! Files of other people's encoders, decoded and held against what other people's decoders make of them.

#![expect(
    clippy::unwrap_used,
    reason = "the corpus is ours; a file that is missing fails the test that asked for it"
)]

#[path = "conformance/cases.rs"]
mod cases;
#[path = "conformance/compare.rs"]
mod compare;
#[path = "conformance/cut.rs"]
mod cut;
#[path = "conformance/damaged.rs"]
mod damaged;
#[path = "conformance/difference.rs"]
mod difference;
#[cfg(feature = "heif")]
#[path = "conformance/heif.rs"]
mod heif;
#[path = "conformance/icc.rs"]
mod icc;
#[path = "conformance/jpeg.rs"]
mod jpeg;
#[path = "conformance/png.rs"]
mod png;
#[path = "conformance/scaled.rs"]
mod scaled;
#[path = "conformance/webp.rs"]
mod webp;
