//! Moving pictures with the real ffmpeg, and with programs that only claim to be it.
//!
//! Where ffmpeg is not installed these tests pass without having looked, and say so.

mod fakes;
mod frames;
mod workshop;
