//! JPEG (ITU-T T.81) read straight to the size that is needed, in safe Rust.
//!
//! A photo of a booth has 24 megapixels and is shown at one or two. This decoder computes the pixels of the smaller
//! picture and no others: of every 8x8 block it evaluates only the frequencies that the smaller size can show, steps
//! over the codes of the rest, and hands out the colour planes as they are stored, so that nobody converts pixels
//! that are about to be scaled away. What is left is to find each code where the one before it ends; for that it reads
//! at two places of a file at once (`decode/ahead.rs`).
//!
//! It reads what cameras, phones and editors write: sequential and progressive Huffman-coded files of 8 bits with
//! one, three or four components, any sampling, restart markers, scans in any order. Arithmetic coding, 12 bits,
//! lossless and hierarchical files are refused by name.
//!
//! A file that ends early becomes a picture of the part that arrived. A decode takes memory for the planes asked for
//! (and, of a progressive file, for the coefficients they need), a window of 64 KiB, and nothing that a file could
//! inflate; it looks at [`Options::keep_going`] after every row of blocks.

mod decode;
mod encode;
mod error;
pub mod segments;
mod standard;

pub use decode::{Options, Picture, Plane, Region, Scale, decode, memory};
pub use encode::{Settings, Ycc420, encode};
pub use error::{DecodeError, EncodeError};
