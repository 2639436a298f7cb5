//! Reads the orientation out of an EXIF block, and survives every broken one.

use image::metadata::Orientation;

/// Tag 0x0112 of IFD0 (EXIF 3.0, 4.6.4).
const ORIENTATION: u16 = 0x0112;
/// More entries than any writer makes; a crafted count must not make us walk for long.
const MAX_ENTRIES: u16 = 512;

/// The orientation in a TIFF block, if it holds a valid one.
///
/// Writers in the field store it as BYTE or LONG where SHORT is asked for, give two values, or write 0, 9 and 65535:
/// the first value between 1 and 8 counts, everything else is as if there were none.
pub(super) fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let order = ByteOrder::of(tiff)?;
    let directory = usize::try_from(order.u32(tiff, 4)?).ok()?;
    let count = order.u16(tiff, directory)?.min(MAX_ENTRIES);
    (0..usize::from(count)).find_map(|index| {
        let entry = directory.checked_add(2 + index * 12)?;
        (order.u16(tiff, entry)? == ORIENTATION)
            .then(|| value(tiff, entry, order))
            .flatten()
    })
}

fn value(tiff: &[u8], entry: usize, order: ByteOrder) -> Option<Orientation> {
    const BYTE: u16 = 1;
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let at = entry.checked_add(8)?;
    let value = match order.u16(tiff, entry.checked_add(2)?)? {
        BYTE => u32::from(*tiff.get(at)?),
        SHORT => u32::from(order.u16(tiff, at)?),
        LONG => order.u32(tiff, at)?,
        _ => return None,
    };
    Orientation::from_exif(u8::try_from(value).ok()?)
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn of(tiff: &[u8]) -> Option<Self> {
        match tiff.get(..4)? {
            b"II*\0" => Some(Self::Little),
            b"MM\0*" => Some(Self::Big),
            _ => None,
        }
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(*two),
            Self::Big => u16::from_be_bytes(*two),
        })
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(*four),
            Self::Big => u32::from_be_bytes(*four),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        orientation(tiff).map(Orientation::to_exif)
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
        assert_eq!(exif_of(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(exif_of(b"II*\0\x08\0\0\0\xff\xff"), None);
        assert_eq!(exif_of(b"II"), None);
        assert_eq!(exif_of(b""), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(tail in prop::collection::vec(any::<u8>(), 0..200), little in any::<bool>()) {
            let mut tiff = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
            tiff.extend(tail);
            let _ = orientation(&tiff);
        }
    }
}
