//! Moving pictures: runs ffmpeg on frames and on strangers' clips, and trusts neither.
//!
//! ffmpeg is a program of its own here, never a library in ours: whatever a
//! hostile clip does to it, it does to a short-lived process with limits, an
//! empty environment and a private folder, and what it
//! leaves behind counts only once it was looked at anew.
//!
//! ```no_run
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! use boothline_motion::{Ffmpeg, FrameSpec};
//! use std::{path::Path, time::Duration};
//!
//! let ffmpeg = Ffmpeg::find(None).await?;
//! let spec = FrameSpec { width: 640, height: 480, frame_ms: 120, count: 2, shortest: Duration::from_secs(3) };
//! let frames = futures_util::stream::iter([vec![0; 640 * 480 * 3], vec![255; 640 * 480 * 3]]);
//! let movie = ffmpeg.encode_frames(&spec, frames, Path::new("/tmp/blink.mp4")).await?;
//! assert!(movie.duration >= Duration::from_secs(3));
//! # Ok(()) }
//! ```

mod clip;
mod colours;
mod encoding;
mod error;
mod find;
mod frames;
mod inspect;
mod poster;
mod probe;
mod process;
mod sniff;
mod transcode;

pub use clip::{ClipInfo, ClipLimits};
pub use error::{ClipError, Missing, MotionError};
pub use find::Ffmpeg;
pub use frames::{FrameSpec, Movie};
pub use sniff::{Container, SNIFF_BYTES, container};
