//! How different two pictures look at the place where they differ most.

use image::RgbImage;

/// Side of the blocks that are compared, in pixels; they overlap by half.
const BLOCK: u32 = 12;

/// The largest difference of any block: the root mean square of the distances of its pixels in
/// Oklab (Björn Ottosson, 2020), times 100, so that 1 to 2 is just visible side by side.
///
/// A mean over the whole picture would forgive a missing line of text; the worst block does not.
pub(crate) fn worst_block(a: &RgbImage, b: &RgbImage) -> f32 {
    if a.dimensions() != b.dimensions() {
        return f32::INFINITY;
    }
    let (width, height) = a.dimensions();
    let differences: Vec<f32> = a
        .pixels()
        .zip(b.pixels())
        .map(|(a, b)| squared(a.0, b.0))
        .collect();
    let mut worst: f32 = 0.0;
    for top in (0..height).step_by(BLOCK as usize / 2) {
        for left in (0..width).step_by(BLOCK as usize / 2) {
            let rows = top..(top + BLOCK).min(height);
            let sum: f32 = rows
                .map(|y| {
                    let from = (y * width + left) as usize;
                    let to = (y * width + (left + BLOCK).min(width)) as usize;
                    differences[from..to].iter().sum::<f32>()
                })
                .sum();
            worst = worst.max(sum / (BLOCK * BLOCK) as f32);
        }
    }
    worst.sqrt() * 100.0
}

fn squared(a: [u8; 3], b: [u8; 3]) -> f32 {
    if a == b {
        return 0.0;
    }
    let (a, b) = (oklab(a), oklab(b));
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum()
}

fn oklab(colour: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = colour.map(|channel| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}
