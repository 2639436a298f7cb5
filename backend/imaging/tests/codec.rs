//! The codec as a caller sees it: bytes in, pictures or refusals out.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers make files; one that cannot be made fails the test that asked for it"
)]

#[path = "codec/bombs.rs"]
mod bombs;
#[path = "codec/colour.rs"]
mod colour;
#[path = "codec/damage.rs"]
mod damage;
#[path = "conformance/difference.rs"]
mod difference;
#[path = "codec/files.rs"]
mod files;
#[path = "codec/formats.rs"]
mod formats;
#[path = "codec/metadata.rs"]
mod metadata;
#[path = "codec/orientation.rs"]
mod orientation;
#[path = "codec/qr.rs"]
mod qr;
#[path = "codec/scale.rs"]
mod scale;
