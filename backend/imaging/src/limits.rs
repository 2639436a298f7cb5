//! What one photo may cost before it is refused.

use std::time::Duration;

use crate::error::PhotoError;

/// Bounds that hold for every photo, checked from the header bytes before any memory is taken for pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest file in bytes.
    pub max_bytes: u64,
    /// Most pixels, width times height as stored.
    pub max_pixels: u64,
    /// Longest side in pixels.
    pub max_side: u32,
    /// Most scans of a JPEG: a small file can ask for thousands, each as dear as a whole decode.
    pub max_scans: u32,
    /// Longest time for one decode; `None` never stops it.
    pub deadline: Option<Duration>,
}

impl Default for Limits {
    /// 50 megapixels in 40 MB: more than any camera in a booth, little enough for a mini PC.
    fn default() -> Self {
        Self {
            max_bytes: 40 * 1024 * 1024,
            max_pixels: 50_000_000,
            max_side: 16_384,
            max_scans: 100,
            deadline: Some(Duration::from_secs(10)),
        }
    }
}

impl Limits {
    /// Refuses a file that is empty or longer than [`Limits::max_bytes`].
    ///
    /// # Errors
    /// [`PhotoError::Empty`], [`PhotoError::TooLarge`].
    pub fn check_bytes(&self, bytes: u64) -> Result<(), PhotoError> {
        if bytes == 0 {
            return Err(PhotoError::Empty);
        }
        if bytes > self.max_bytes {
            return Err(PhotoError::TooLarge {
                bytes,
                max: self.max_bytes,
            });
        }
        Ok(())
    }

    /// Refuses a picture without pixels or with too many, width and height as stored.
    ///
    /// # Errors
    /// [`PhotoError::ZeroSize`], [`PhotoError::SideTooLong`], [`PhotoError::TooManyPixels`].
    pub fn check_size(&self, width: u32, height: u32) -> Result<(), PhotoError> {
        if width == 0 || height == 0 {
            return Err(PhotoError::ZeroSize);
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(PhotoError::TooManyPixels {
                width,
                height,
                max: self.max_pixels,
            });
        }
        if width.max(height) > self.max_side {
            return Err(PhotoError::SideTooLong {
                side: width.max(height),
                max: self.max_side,
            });
        }
        Ok(())
    }

    /// Refuses a JPEG of more scans than [`Limits::max_scans`].
    ///
    /// # Errors
    /// [`PhotoError::TooComplex`].
    pub fn check_scans(&self, scans: u32) -> Result<(), PhotoError> {
        if scans > self.max_scans {
            return Err(PhotoError::TooComplex {
                scans,
                max: self.max_scans,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_at_the_limit_passes_and_one_pixel_more_is_refused() {
        let limits = Limits {
            max_pixels: 100,
            max_side: 50,
            ..Limits::default()
        };
        assert!(limits.check_size(10, 10).is_ok());
        assert!(limits.check_size(2, 50).is_ok());
        assert_eq!(
            limits.check_size(10, 11).map_err(|e| e.code()),
            Err("photo_too_many_pixels")
        );
        assert_eq!(
            limits.check_size(1, 51).map_err(|e| e.code()),
            Err("photo_side_too_long")
        );
        assert_eq!(
            limits.check_size(0, 5).map_err(|e| e.code()),
            Err("photo_zero_size")
        );
    }

    #[test]
    fn the_largest_sides_do_not_overflow() {
        let refused = Limits::default().check_size(u32::MAX, u32::MAX);
        assert_eq!(refused.map_err(|e| e.code()), Err("photo_too_many_pixels"));
    }
}
