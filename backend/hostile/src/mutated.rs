//! Good photos with a few bytes changed by dice that always fall the same.

use crate::Fate::Either;
use crate::HostileFile;
use crate::chunks::{jpeg, png, progressive, webp};

const OF_EACH: u64 = 40;

pub(crate) fn files() -> Vec<HostileFile> {
    let kinds = [
        ("JPEG", jpeg()),
        ("progressive JPEG", progressive()),
        ("PNG", png()),
        ("WebP", webp()),
    ];
    let mutants = kinds.into_iter().flat_map(|(kind, good)| {
        (0..OF_EACH).map(move |seed| {
            let name = format!("{kind} with accident {seed}");
            HostileFile::new(name, Either, with_accidents(&good, seed))
        })
    });
    mutants.collect()
}

/// Between one and eight accidents: a byte changed, a stretch taken out or doubled.
fn with_accidents(good: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut file = good.to_vec();
    for _ in 0..=dice.below(8) {
        let at = dice.below(file.len());
        let until = (at + 1 + dice.below(40)).min(file.len());
        match dice.below(4) {
            0 => drop(file.drain(at..until)),
            1 => {
                let twin = file[at..until].to_vec();
                file.splice(at..at, twin);
            }
            _ => file[at] = dice.below(256).to_le_bytes()[0],
        }
    }
    file
}

/// Xorshift of 64 bits (G. Marsaglia, Xorshift RNGs, 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, faces: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % faces.max(1) as u64).expect("below a usize")
    }
}
