//! The `Content-Range` of a piece.

/// What a piece says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentRange {
    /// `bytes */100` or `bytes */*`: no piece, a question how much is stored.
    Query {
        /// The whole size, if known.
        total: Option<u64>,
    },
    /// `bytes 0-49/100` or `bytes 0-49/*`
    Piece {
        /// The place of its first byte.
        start: u64,
        /// The place of its last byte.
        end: u64,
        /// The whole size, if known.
        total: Option<u64>,
    },
}

impl ContentRange {
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
        let total = match total.trim() {
            "*" => None,
            number => Some(number.parse().ok()?),
        };
        if range.trim() == "*" {
            return Some(Self::Query { total });
        }
        let (start, end) = range.split_once('-')?;
        let (start, end) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
        let fits = start <= end && end < u64::MAX && total.is_none_or(|total| end < total);
        fits.then_some(Self::Piece { start, end, total })
    }

    /// The whole size, if the header names it.
    pub(super) const fn total(self) -> Option<u64> {
        match self {
            Self::Query { total } | Self::Piece { total, .. } => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ContentRange::{Piece, Query};
    use super::*;

    #[test]
    fn ranges_read_and_nonsense_does_not() {
        let piece = |start, end, total| Some(Piece { start, end, total });
        assert_eq!(ContentRange::parse("bytes 0-9/10"), piece(0, 9, Some(10)));
        assert_eq!(ContentRange::parse("bytes 5-9/*"), piece(5, 9, None));
        assert_eq!(ContentRange::parse("bytes */10"), Some(Query { total: Some(10) }));
        assert_eq!(ContentRange::parse("bytes */*"), Some(Query { total: None }));
        for nonsense in [
            "bytes 9-0/10",
            "bytes 0-10/10",
            "bytes=0-9/10",
            "bytes 0-9",
            "0-9/10",
            "bytes -/1",
        ] {
            assert_eq!(ContentRange::parse(nonsense), None, "{nonsense}");
        }
    }
}
