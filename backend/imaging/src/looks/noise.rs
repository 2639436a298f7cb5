//! Random-looking numbers that are the same on every machine.

/// A number between 0 and 1 for a point of the grid, by the finaliser of `SplitMix64` (Steele, Lea
/// and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
pub(super) fn grain(x: u32, y: u32, seed: u32) -> f32 {
    let mut z = (u64::from(x) << 40 | u64::from(y) << 16) ^ u64::from(seed);
    z = z
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / 16_777_216.0
}

/// Value noise, 0 to 1: the grid's numbers, `across` by `down` pixels apart, joined by Hermite's
/// smooth step 3t² − 2t³ (Ken Perlin, "An Image Synthesizer", SIGGRAPH 1985, on values).
pub(super) fn smooth((x, y): (u32, u32), (across, down): (f32, f32), seed: u32) -> f32 {
    let (u, v) = (x as f32 / across, y as f32 / down);
    let (column, row) = (u as u32, v as u32);
    let (s, t) = (ease(u.fract()), ease(v.fract()));
    let top = mix(grain(column, row, seed), grain(column + 1, row, seed), s);
    let bottom = mix(grain(column, row + 1, seed), grain(column + 1, row + 1, seed), s);
    mix(top, bottom, t)
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_is_even_and_smooth_noise_has_no_jumps() {
        let mean = (0..10_000).map(|i| grain(i % 100, i / 100, 7)).sum::<f32>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        for x in 0..500 {
            let step = smooth((x, 3), (20.0, 20.0), 1) - smooth((x + 1, 3), (20.0, 20.0), 1);
            assert!(step.abs() < 0.1, "{x}: {step}");
        }
    }
}
