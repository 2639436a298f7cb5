//! Names nobody can guess, and dice that fall the same way for the same seed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `length` characters of the alphabet that Google's ids and tokens use: `A-Z a-z 0-9 - _`.
pub(crate) fn text(length: usize) -> String {
    let mut bytes = vec![0_u8; length.div_ceil(4) * 3];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    let mut text = URL_SAFE_NO_PAD.encode(bytes);
    text.truncate(length);
    text
}

/// A file id as Google makes them: 33 characters, the first is 1.
pub(crate) fn file_id() -> String {
    format!("1{}", text(32))
}

/// A permission id of a person: 20 digits.
pub(crate) fn permission_id() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    format!("{:020}", u128::from_le_bytes(bytes) % 10_u128.pow(20))
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly spread over `0.0..1.0`.
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        // 53 bits fit a double exactly.
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_googles() {
        let id = file_id();
        assert_eq!(id.len(), 33);
        assert!(id.starts_with('1'));
        assert!(
            id.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_ne!(file_id(), id);
    }

    #[test]
    fn dice_repeat_with_their_seed_and_are_fair() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            std::iter::repeat_with(move || dice.roll())
        };
        assert!(rolls(7).take(100).eq(rolls(7).take(100)));
        assert!(!rolls(7).take(100).eq(rolls(8).take(100)));
        let low = rolls(1).take(10_000).filter(|roll| *roll < 0.25).count();
        assert!((2300..2700).contains(&low), "{low}");
    }
}
