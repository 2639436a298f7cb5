//! The animated WebP, by libwebp: all colours, lossy, only what has changed.

use webp_animation::{
    AnimParams, ColorMode, Encoder, EncoderOptions, EncodingConfig, EncodingType, LossyEncodingConfig,
};

use super::{AnimationError, Frames};

/// A frame is seen for a tenth of a second: less than a still picture needs.
const QUALITY: f32 = 72.0;

pub(super) fn encode(frames: &Frames) -> Result<Vec<u8>, AnimationError> {
    let refused = |error: webp_animation::Error| AnimationError::Webp(error.to_string());
    let options = EncoderOptions {
        anim_params: AnimParams {
            loop_count: frames.loops.into(),
        },
        color_mode: ColorMode::Rgb,
        encoding_config: Some(EncodingConfig {
            encoding_type: EncodingType::Lossy(LossyEncodingConfig::default()),
            quality: QUALITY,
            method: 4,
        }),
        ..EncoderOptions::default()
    };
    let mut encoder = Encoder::new_with_options(frames.size(), options).map_err(refused)?;
    let mut time = 0;
    let step = i32::try_from(frames.frame_ms).unwrap_or(i32::MAX / 2);
    for picture in frames.in_order() {
        encoder.add_frame(picture.as_raw(), time).map_err(refused)?;
        time = time.saturating_add(step);
    }
    Ok(encoder.finalize(time).map_err(refused)?.to_vec())
}
