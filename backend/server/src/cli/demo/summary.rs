//! What many photos cost: medians of the waiting, CPU and memory of the service.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::Taken;
use super::footprint::Footprint;

/// The figures of one demonstration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Summary {
    photos: usize,
    /// Median from a visit's first call to the accepted job.
    accepted_ms: f64,
    /// Median from a visit's first call to the finished picture.
    done_ms: f64,
    /// From the service's start to its first answer.
    start_up_ms: f64,
    /// CPU time for each photo, over all threads of the service.
    cpu_ms: Option<f64>,
    /// Resident before the first photo.
    idle_mb: Option<f64>,
    /// The most it ever was.
    peak_mb: Option<f64>,
}

impl Summary {
    /// The figures of the photos `taken`, with the service's footprint before and after them.
    pub(super) fn of(
        taken: &[Taken],
        start_up: Duration,
        before: Option<Footprint>,
        after: Option<Footprint>,
    ) -> Self {
        let cpu = before
            .zip(after)
            .map(|(before, after)| after.cpu.saturating_sub(before.cpu));
        let photos = u32::try_from(taken.len()).unwrap_or(u32::MAX).max(1);
        Self {
            photos: taken.len(),
            accepted_ms: median(taken.iter().map(|taken| millis(taken.accepted)).collect()),
            done_ms: median(taken.iter().map(|taken| millis(taken.done)).collect()),
            start_up_ms: millis(start_up),
            cpu_ms: cpu.map(|cpu| millis(cpu / photos)),
            idle_mb: before.map(|before| megabytes(before.memory)),
            peak_mb: after.map(|after| megabytes(after.peak_memory)),
        }
    }

    /// Says them, for people or for programs.
    pub(super) fn print(&self, as_json: bool) {
        if as_json {
            return anstream::println!("{}", json!({ "summary": self }));
        }
        anstream::println!("\n{} photos:", self.photos);
        for (what, figure, unit) in [
            ("accepted (median)", Some(self.accepted_ms), "ms"),
            ("done (median)", Some(self.done_ms), "ms"),
            ("CPU for each photo", self.cpu_ms, "ms"),
            ("start to first answer", Some(self.start_up_ms), "ms"),
            ("memory when idle", self.idle_mb, "MB"),
            ("memory at its peak", self.peak_mb, "MB"),
        ] {
            if let Some(figure) = figure {
                anstream::println!("  {what:<24}{figure:>8.1} {unit}");
            }
        }
    }
}

/// In milliseconds, to a tenth.
pub(super) fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a tenth of a megabyte is exact enough")]
    let megabytes = bytes as f64 / 1e6;
    (megabytes * 10.0).round() / 10.0
}

/// The middle value, or the mean of the two in the middle; zero of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => 0.0,
        odd if odd.len() % 2 == 1 => odd[middle],
        even => f64::midpoint(even[middle - 1], even[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_photo_does_not_move_the_median() {
        assert!((median(vec![3.0, 900.0, 1.0]) - 3.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 2.0]) - 3.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).abs() < f64::EPSILON);
    }
}
