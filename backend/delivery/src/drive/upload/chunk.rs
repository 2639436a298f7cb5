//! How large the next chunk is, and what the server says about the last one.

use std::time::Duration;

/// Every chunk but the last is a multiple of this many bytes.
pub const UNIT: u64 = 256 * 1024;
const SMALLEST: u64 = 4 * UNIT;
const LARGEST: u64 = 32 * UNIT;
/// A chunk should take about this long: long enough to fill the line, short
/// enough that a cut costs little.
const AIM: Duration = Duration::from_secs(2);

/// The size of chunks, from 1 MiB to 8 MiB, as fast as the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSize(u64);

impl Default for ChunkSize {
    fn default() -> Self {
        Self(SMALLEST)
    }
}

impl ChunkSize {
    /// Bytes of the next chunk.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// After a chunk that took so long: what the line carries in two seconds,
    /// but at most twice as much as before.
    #[must_use]
    pub fn measured(self, sent: u64, took: Duration) -> Self {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let aim = u64::try_from(AIM.as_millis()).unwrap_or(u64::MAX);
        let carried = sent.saturating_mul(aim) / millis;
        let wanted = carried.min(self.0 * 2).clamp(SMALLEST, LARGEST);
        Self(wanted / UNIT * UNIT)
    }
}

/// How many bytes of the file the server has kept: the end of its `Range` and
/// one more. Without a `Range`, none.
pub(super) fn kept(range: Option<&str>) -> u64 {
    range
        .and_then(|range| range.trim().rsplit_once('-'))
        .filter(|(begin, _)| begin.trim_start_matches("bytes").trim_matches(['=', ' ']) == "0")
        .and_then(|(_, end)| end.parse::<u64>().ok())
        .map_or(0, |end| end.saturating_add(1))
}

/// `Content-Range` of so many bytes from `offset`; `total` where it is known.
pub(super) fn content_range(offset: u64, length: u64, total: Option<u64>) -> String {
    match (length, total) {
        (0, _) => unsatisfied(total),
        (_, Some(total)) => format!("bytes {offset}-{}/{total}", offset + length - 1),
        (_, None) => format!("bytes {offset}-{}/*", offset + length - 1),
    }
}

/// `Content-Range` of the question how much is there.
pub(super) fn unsatisfied(total: Option<u64>) -> String {
    total.map_or_else(|| "bytes */*".to_owned(), |total| format!("bytes */{total}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_offset_comes_from_the_end_of_the_range_in_every_spelling() {
        assert_eq!(kept(Some("bytes=0-262143")), 262_144);
        assert_eq!(kept(Some("0-99999")), 100_000);
        assert_eq!(kept(Some("bytes 0-0")), 1);
        for nothing in [None, Some(""), Some("bytes=*"), Some("bytes=0-x")] {
            assert_eq!(kept(nothing), 0, "{nothing:?}");
        }
        assert_eq!(
            kept(Some("bytes=5-9")),
            0,
            "a hole at the beginning keeps nothing"
        );
    }

    #[test]
    fn ranges_are_written_as_the_protocol_wants_them() {
        assert_eq!(content_range(0, 10, Some(10)), "bytes 0-9/10");
        assert_eq!(content_range(10, 5, None), "bytes 10-14/*");
        assert_eq!(content_range(0, 0, Some(0)), "bytes */0");
        assert_eq!(unsatisfied(None), "bytes */*");
    }

    #[test]
    fn chunks_grow_to_eight_mebibytes_on_a_fast_line_and_shrink_on_a_slow_one() {
        let mut size = ChunkSize::default();
        let mut sizes = vec![size.bytes()];
        for _ in 0..5 {
            size = size.measured(size.bytes(), Duration::from_millis(50));
            sizes.push(size.bytes());
        }
        let mebibytes: Vec<u64> = sizes.iter().map(|bytes| bytes >> 20).collect();
        assert_eq!(mebibytes, [1, 2, 4, 8, 8, 8]);
        let slow = size.measured(8 << 20, Duration::from_secs(20));
        assert_eq!(slow, ChunkSize::default());
    }

    proptest! {
        #[test]
        fn chunks_are_always_whole_units_within_their_bounds(
            steps in proptest::collection::vec((0_u64..100_000_000, 0_u64..1_000_000), 0..20),
        ) {
            let mut size = ChunkSize::default();
            for (sent, millis) in steps {
                size = size.measured(sent, Duration::from_millis(millis));
                prop_assert_eq!(size.bytes() % UNIT, 0);
                prop_assert!((SMALLEST..=LARGEST).contains(&size.bytes()));
            }
        }
    }
}
