//! Pictures for Boothline: bytes in, bytes out, synchronous and pure.

pub mod animation;
pub mod decode;
pub mod encode;
pub mod error;
pub mod filter;
pub mod heap;
mod icc;
pub mod key;
pub mod layout;
pub mod limits;
pub mod looks;
pub mod orientation;
pub mod preview;
pub mod probe;
pub mod qr;
pub mod recipe;
pub mod render;
pub mod resize;
pub mod sample;
pub mod text;
pub mod ycc;
