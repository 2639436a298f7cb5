//! Quantisation steps of a quality.

use crate::standard::{CHROMA_STEPS, LUMA_STEPS, ZIGZAG};

/// 64 steps, 1 to 255, in the order of the file.
pub(super) struct Steps([u8; 64]);

impl Steps {
    /// Table K.1 at this quality.
    pub(super) fn luma(quality: u8) -> Self {
        Self::scaled(&LUMA_STEPS, quality)
    }

    /// Table K.2 at this quality.
    pub(super) fn chroma(quality: u8) -> Self {
        Self::scaled(&CHROMA_STEPS, quality)
    }

    pub(super) fn in_order(&self) -> &[u8; 64] {
        &self.0
    }

    /// The scale of libjpeg: 50 leaves the table as it is, 100 makes every step 1 (`jpeg_quality_scaling` in
    /// jcparam.c).
    fn scaled(table: &[u8; 64], quality: u8) -> Self {
        let quality = u32::from(quality.clamp(1, 100));
        let percent = if quality < 50 {
            5000 / quality
        } else {
            200 - 2 * quality
        };
        Self(ZIGZAG.map(|place| {
            let step = (u32::from(table[usize::from(place)]) * percent + 50) / 100;
            u8::try_from(step.clamp(1, 255)).expect("clamped to a byte")
        }))
    }
}
