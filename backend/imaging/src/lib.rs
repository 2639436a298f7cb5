//! Pictures for Boothline: bytes in, bytes out, synchronous and pure.

pub mod decode;
pub mod encode;
pub mod error;
mod icc;
pub mod limits;
pub mod orientation;
pub mod preview;
pub mod probe;
pub mod qr;
pub mod resize;
