//! Random numbers that are the same everywhere: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

/// A stream of numbers from a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number in `from..to`.
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * unit(self.roll())
    }

    /// One of `choices`.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.roll() % choices.len() as u64) as usize]
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }
}

/// A number in `0..1` for a place on the sensor.
pub(super) fn grain(x: u32, y: u32, seed: u64) -> f32 {
    let place = u64::from(x) << 32 | u64::from(y);
    unit(mix(place ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u64 << 24) as f32
}
