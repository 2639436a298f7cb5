//! Finds the score a contestant would have if its file weighed what another one weighs.

use anyhow::Result;

use super::judge::{Judge, Judged};
use crate::task::Task;
use crate::warm::Warm;

/// The lowest and the highest quality tried.
const QUALITIES: (u8, u8) = (20, 99);

/// The score at exactly `bytes`, read off the line between the two nearest whole qualities.
///
/// A step of quality is two to seven per cent of bytes, so no setting meets them; over so short a way the score is
/// straight in the logarithm of the bytes.
pub(super) fn score(judge: &Judge, process: &mut Warm, task: &Task, bytes: u64) -> Result<f64> {
    let (mut low, mut high) = QUALITIES;
    while high - low > 1 {
        let middle = u8::midpoint(low, high);
        let run = process.ask(&task.clone().with_quality(middle), None)?;
        let heavier = run.bytes.first().is_some_and(|size| *size > bytes);
        (low, high) = if heavier { (low, middle) } else { (middle, high) };
    }
    let below = judge.first(process, &task.clone().with_quality(low))?;
    let above = judge.first(process, &task.clone().with_quality(high))?;
    Ok(between(below, above, bytes))
}

/// Not a number where even the lowest or the highest quality does not reach the bytes.
fn between(below: Judged, above: Judged, bytes: u64) -> f64 {
    if bytes < below.bytes || bytes > above.bytes || below.bytes == above.bytes {
        return f64::NAN;
    }
    let log = |bytes: u64| (bytes as f64).ln();
    let part = (log(bytes) - log(below.bytes)) / (log(above.bytes) - log(below.bytes));
    below.score + (above.score - below.score) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halfway_in_weight_is_halfway_in_score() {
        let below = Judged {
            bytes: 100,
            score: 70.0,
        };
        let above = Judged {
            bytes: 400,
            score: 80.0,
        };
        assert!((between(below, above, 200) - 75.0).abs() < 1e-9);
        assert!((between(below, above, 100) - 70.0).abs() < 1e-9);
        assert!(between(below, above, 99).is_nan() && between(below, above, 401).is_nan());
    }
}
