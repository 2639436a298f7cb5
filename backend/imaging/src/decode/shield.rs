//! Keeps a panic inside a decoder from reaching anyone else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::PhotoError;

/// Runs a decoder; its panic becomes [`PhotoError::Corrupt`], since only a hostile file gets there.
///
/// Nothing the closure borrows is used after a panic but the photo's bytes, which it cannot change.
pub(super) fn catching_panics<T>(decoder: impl FnOnce() -> Result<T, PhotoError>) -> Result<T, PhotoError> {
    catch_unwind(AssertUnwindSafe(decoder))
        .unwrap_or_else(|_| Err(PhotoError::corrupt("the decoder gave up on this file")))
}
