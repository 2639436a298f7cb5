//! Moving pictures with the real ffmpeg, and with programs that only claim to be it.
//!
//! Where ffmpeg is not installed these tests pass without having looked, and say so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod clips;
mod fakes;
mod frames;
mod workshop;
