//! Reads when a photo was taken (EXIF 3.0, 4.6.6.4), as far as its camera knew.

use std::fmt;

use chrono::{FixedOffset, NaiveDateTime};

use super::tiff::{Entry, Tiff};

/// The date in the first directory, which programs set anew when they change a photo.
const DATE_TIME: u16 = 0x0132;
/// Where the EXIF directory is.
const EXIF_DIRECTORY: u16 = 0x8769;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;

/// The moment of the shot by the camera's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TakenAt {
    /// What the camera's clock showed.
    pub local: NaiveDateTime,
    /// How far that clock was ahead of UTC, where the camera says so; phones do, most cameras do not.
    pub offset: Option<FixedOffset>,
}

impl fmt::Display for TakenAt {
    /// RFC 3339, without an offset where none is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local.format("%Y-%m-%dT%H:%M:%S"))?;
        self.offset.map_or(Ok(()), |offset| write!(f, "{offset}"))
    }
}

/// The time of the shot, else the time in the first directory; `None` for what is no date.
///
/// Cameras whose clock was never set write blanks, zeros or the year 0: that is no date.
pub(super) fn taken_at(tiff: Tiff<'_>) -> Option<TakenAt> {
    let exif = tiff.first(EXIF_DIRECTORY).find_map(Entry::number);
    let text = |tag, longest| {
        tiff.directory(exif, tag)
            .find_map(move |entry| entry.text(longest))
    };
    let shot = text(DATE_TIME_ORIGINAL, 20).and_then(date);
    if let Some(local) = shot {
        let offset = text(OFFSET_TIME_ORIGINAL, 7).and_then(|written| written.parse().ok());
        return Some(TakenAt { local, offset });
    }
    let changed = tiff.first(DATE_TIME).find_map(|entry| entry.text(20));
    changed
        .and_then(date)
        .map(|local| TakenAt { local, offset: None })
}

fn date(written: &str) -> Option<NaiveDateTime> {
    use chrono::Datelike as _;
    let date = NaiveDateTime::parse_from_str(written.trim(), "%Y:%m:%d %H:%M:%S").ok()?;
    (1900..=9999).contains(&date.year()).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::exif::tests::{Field, block};

    fn told(fields: &[Field], of_exif: &[Field]) -> Option<String> {
        let block = block(fields, of_exif);
        taken_at(Tiff::of(&block)?).map(|taken| taken.to_string())
    }

    const SHOT: Field = (DATE_TIME_ORIGINAL, 2, b"2026:06:14 21:03:07\0");

    #[test]
    fn the_shot_counts_before_the_change_and_brings_its_offset() {
        let changed: Field = (DATE_TIME, 2, b"2026:06:20 10:00:00\0");
        let offset: Field = (OFFSET_TIME_ORIGINAL, 2, b"+02:00\0");
        assert_eq!(
            told(&[changed], &[SHOT, offset]).as_deref(),
            Some("2026-06-14T21:03:07+02:00")
        );
        assert_eq!(told(&[changed], &[SHOT]).as_deref(), Some("2026-06-14T21:03:07"));
        assert_eq!(told(&[changed], &[]).as_deref(), Some("2026-06-20T10:00:00"));
    }

    #[test]
    fn what_is_no_date_counts_as_none() {
        for written in [
            &b"0000:00:00 00:00:00\0"[..],
            b"    :  :     :  :  \0",
            b"2026:13:14 21:03:07\0",
            b"2026:02:30 21:03:07\0",
            b"2026-06-14T21:03:07\0",
            b"\xff\xff\xff\xff\xff\xff\0",
            b"\0",
        ] {
            assert_eq!(
                told(&[], &[(DATE_TIME_ORIGINAL, 2, written)]),
                None,
                "{written:?}"
            );
        }
        assert_eq!(told(&[], &[(DATE_TIME_ORIGINAL, 7, SHOT.2)]), None, "not text");
    }

    #[test]
    fn a_senseless_offset_costs_the_offset_alone() {
        let senseless: Field = (OFFSET_TIME_ORIGINAL, 2, b"   :  \0");
        assert_eq!(
            told(&[], &[SHOT, senseless]).as_deref(),
            Some("2026-06-14T21:03:07")
        );
    }
}
