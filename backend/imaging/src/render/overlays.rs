//! Overlays ready to be laid on a sheet, kept from one picture to the next.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::sheet::Layer;

/// The overlays that were drawn last.
///
/// All evening long the pictures of a booth carry the same overlay or two. Decoding one costs as much as decoding a
/// photo, so it is done once and kept, premultiplied and in the canvas' size: at most [`Overlays::LIMIT`] bytes, those
/// that were asked for last. An overlay is known by all of its file's bytes.
#[derive(Default)]
pub struct Overlays {
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    file: Vec<u8>,
    canvas: (u32, u32),
    layer: Arc<Layer>,
}

impl Kept {
    fn bytes(&self) -> usize {
        size_of_val(self.layer.pixels()) + self.file.len()
    }
}

impl Overlays {
    /// The most that is kept, in bytes: two overlays for 1200x1800 and some.
    pub const LIMIT: usize = 24 * 1024 * 1024;

    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The layer of this file for this canvas, made by `decode` where it is not there.
    pub(super) fn layer<E>(
        &self,
        file: &[u8],
        canvas: (u32, u32),
        decode: impl FnOnce() -> Result<Layer, E>,
    ) -> Result<Arc<Layer>, E> {
        if let Some(layer) = self.find(file, canvas) {
            return Ok(layer);
        }
        let layer = Arc::new(decode()?);
        self.keep(Kept {
            file: file.to_owned(),
            canvas,
            layer: layer.clone(),
        });
        Ok(layer)
    }

    fn find(&self, file: &[u8], canvas: (u32, u32)) -> Option<Arc<Layer>> {
        let mut all = self.kept();
        let place = all
            .iter()
            .position(|kept| kept.canvas == canvas && kept.file == file)?;
        let found = all.remove(place)?;
        let layer = found.layer.clone();
        all.push_front(found);
        Some(layer)
    }

    fn keep(&self, new: Kept) {
        let mut all = self.kept();
        let mut room = Self::LIMIT;
        all.push_front(new);
        all.retain(|kept| match room.checked_sub(kept.bytes()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        // What panicked while it held the lock left whole overlays behind.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Overlays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Overlays")
            .field("kept", &self.kept().len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use image::RgbaImage;

    use super::*;

    /// Asks for an overlay of this side; says whether it had to be made.
    fn is_made(overlays: &Overlays, file: &[u8], side: u32) -> bool {
        let mut made = false;
        let layer = overlays.layer(file, (side, side), || {
            made = true;
            Ok::<_, Infallible>(Layer::from_premultiplied(RgbaImage::new(side, side)))
        });
        assert_eq!(layer.unwrap().dimensions(), (side, side));
        made
    }

    #[test]
    fn an_overlay_is_made_once_for_each_file_and_canvas() {
        let overlays = Overlays::new();
        assert!(is_made(&overlays, b"one", 10));
        assert!(!is_made(&overlays, b"one", 10));
        assert!(is_made(&overlays, b"one", 11));
        assert!(is_made(&overlays, b"two", 10));
        assert!(!is_made(&overlays, b"one", 10));
    }

    #[test]
    fn those_that_were_asked_for_last_are_kept_within_the_limit() {
        let overlays = Overlays::new();
        // Nine megabytes each: two of them fit.
        for name in [b"a", b"b"] {
            assert!(is_made(&overlays, name, 1500));
        }
        assert!(!is_made(&overlays, b"a", 1500));
        assert!(is_made(&overlays, b"c", 1500));
        assert!(!is_made(&overlays, b"a", 1500));
        assert!(is_made(&overlays, b"b", 1500));
        // One that is larger than all of it is used and not kept.
        assert!(is_made(&overlays, b"large", 3000));
        assert!(is_made(&overlays, b"large", 3000));
    }
}
