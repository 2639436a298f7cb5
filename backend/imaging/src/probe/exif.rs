//! Reads orientation and time out of an EXIF block, nothing else, and survives every broken one.

mod tiff;
mod time;

use image::metadata::Orientation;

use tiff::Tiff;
pub use time::TakenAt;

/// Tag 0x0112 of IFD0 (EXIF 3.0, 4.6.4).
const ORIENTATION: u16 = 0x0112;

/// What is read of an EXIF block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Exif {
    pub(super) orientation: Option<Orientation>,
    pub(super) taken_at: Option<TakenAt>,
}

impl Exif {
    /// How to turn the picture; not at all where nothing is said.
    pub(super) fn upright(self) -> Orientation {
        self.orientation.unwrap_or(Orientation::NoTransforms)
    }

    /// What `self` says, and what `other` says where `self` says nothing.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            orientation: self.orientation.or(other.orientation),
            taken_at: self.taken_at.or(other.taken_at),
        }
    }
}

/// Reads a TIFF block.
///
/// Writers in the field store the orientation as BYTE or LONG where SHORT is asked for, give two values, or write 0, 9
/// and 65535: the first value between 1 and 8 counts, everything else is as if there were none.
pub(super) fn read(block: &[u8]) -> Exif {
    let Some(tiff) = Tiff::of(block) else {
        return Exif::default();
    };
    let mut written = tiff.first(ORIENTATION).filter_map(tiff::Entry::number);
    Exif {
        orientation: written.find_map(|value| Orientation::from_exif(u8::try_from(value).ok()?)),
        taken_at: time::taken_at(tiff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tag, type and bytes of an entry.
    pub(super) type Field = (u16, u16, &'static [u8]);

    /// A big-endian block of a first and an EXIF directory.
    pub(super) fn block(fields: &[Field], of_exif: &[Field]) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        // Header, the first directory and the pointer in it.
        let exif = 8 + directory_length(fields) + 12;
        push_directory(&mut tiff, fields, Some(exif));
        push_directory(&mut tiff, of_exif, None);
        tiff
    }

    fn directory_length(fields: &[Field]) -> u32 {
        let values: usize = fields.iter().map(|(_, _, value)| value.len()).sum();
        2 + 12 * fields.len() as u32 + values as u32
    }

    fn push_directory(tiff: &mut Vec<u8>, fields: &[Field], exif: Option<u32>) {
        let count = fields.len() as u16 + u16::from(exif.is_some());
        let mut place = tiff.len() as u32 + 2 + 12 * u32::from(count);
        tiff.extend(count.to_be_bytes());
        let mut values: Vec<u8> = Vec::new();
        for (tag, kind, value) in fields {
            tiff.extend(tag.to_be_bytes());
            tiff.extend(kind.to_be_bytes());
            tiff.extend((value.len() as u32).to_be_bytes());
            if value.len() <= 4 {
                tiff.extend(value.iter().chain(&[0; 4]).take(4));
            } else {
                tiff.extend(place.to_be_bytes());
            }
            place += value.len() as u32;
            values.extend(*value);
        }
        if let Some(exif) = exif {
            tiff.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1]);
            tiff.extend(exif.to_be_bytes());
        }
        tiff.extend(values);
    }

    fn big_endian(entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
        tiff.extend(u16::try_from(entries.len()).unwrap().to_be_bytes());
        for (tag, kind, count, value) in entries {
            tiff.extend(tag.to_be_bytes());
            tiff.extend(kind.to_be_bytes());
            tiff.extend(count.to_be_bytes());
            tiff.extend(value);
        }
        tiff
    }

    fn exif_of(tiff: &[u8]) -> Option<u8> {
        read(tiff).orientation.map(Orientation::to_exif)
    }

    #[test]
    fn all_eight_values_are_read_as_byte_short_and_long() {
        for n in 1..=8 {
            assert_eq!(exif_of(&big_endian(&[(0x0112, 3, 1, [0, n, 0, 0])])), Some(n));
            assert_eq!(exif_of(&big_endian(&[(0x0112, 4, 1, [0, 0, 0, n])])), Some(n));
            assert_eq!(exif_of(&big_endian(&[(0x0112, 1, 1, [n, 0, 0, 0])])), Some(n));
        }
    }

    #[test]
    fn nonsense_values_count_as_none() {
        for value in [[0, 0, 0, 0], [0, 9, 0, 0], [0xFF, 0xFF, 0, 0]] {
            assert_eq!(exif_of(&big_endian(&[(0x0112, 3, 1, value)])), None);
        }
        assert_eq!(exif_of(&big_endian(&[(0x0112, 2, 4, *b"six\0")])), None);
    }

    #[test]
    fn of_two_values_the_first_counts_and_of_two_tags_the_first_valid_one() {
        assert_eq!(exif_of(&big_endian(&[(0x0112, 3, 2, [0, 6, 0, 3])])), Some(6));
        let twice = [(0x0112, 3, 1, [0, 0, 0, 0]), (0x0112, 3, 1, [0, 8, 0, 0])];
        assert_eq!(exif_of(&big_endian(&twice)), Some(8));
    }

    #[test]
    fn a_directory_that_points_nowhere_counts_as_none() {
        assert_eq!(read(b"II*\0\xff\xff\xff\xff"), Exif::default());
        assert_eq!(read(b"II*\0\x08\0\0\0\xff\xff"), Exif::default());
        assert_eq!(read(b"II"), Exif::default());
        assert_eq!(read(b""), Exif::default());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(tail in prop::collection::vec(any::<u8>(), 0..200), little in any::<bool>()) {
            let mut tiff = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
            tiff.extend(tail);
            let _ = read(&tiff);
        }

        #[test]
        fn no_value_of_a_time_makes_it_panic(
            value in prop::collection::vec(any::<u8>(), 0..40), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut tiff = block(&[], &[(0x9003, 2, b"2026:06:14 21:03:07\0"), (0x9011, 2, b"+02:00\0")]);
            let at = at.index(tiff.len());
            tiff[at] = byte;
            tiff.extend(value);
            let _ = read(&tiff);
        }
    }
}
