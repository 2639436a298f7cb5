//! Walks the directories of a TIFF block (TIFF 6.0, section 2), whatever its offsets and counts claim.

/// More entries than any writer makes; a crafted count must not make us walk for long.
const MAX_ENTRIES: u16 = 512;

/// A TIFF block with its byte order.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

/// One field of a directory.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    tiff: Tiff<'a>,
    at: usize,
}

impl<'a> Tiff<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, big: false }),
            b"MM\0*" => Some(Self { bytes, big: true }),
            _ => None,
        }
    }

    /// The entries of the first directory with this tag, in order.
    pub(super) fn first(self, tag: u16) -> impl Iterator<Item = Entry<'a>> {
        self.directory(self.u32(4), tag)
    }

    /// The entries with this tag of the directory at `offset`.
    pub(super) fn directory(self, offset: Option<u32>, tag: u16) -> impl Iterator<Item = Entry<'a>> {
        let start = offset.and_then(|offset| usize::try_from(offset).ok());
        let count = start.and_then(|start| self.u16(start)).unwrap_or(0);
        let places = (0..usize::from(count.min(MAX_ENTRIES)))
            .filter_map(move |index| start?.checked_add(2 + index * 12));
        places
            .filter(move |at| self.u16(*at) == Some(tag))
            .map(move |at| Entry { tiff: self, at })
    }

    fn u16(self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big {
            u16::from_be_bytes(two)
        } else {
            u16::from_le_bytes(two)
        })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    }
}

impl<'a> Entry<'a> {
    /// The first value of a BYTE, SHORT or LONG.
    pub(super) fn number(self) -> Option<u32> {
        const BYTE: u16 = 1;
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        let value = self.at.checked_add(8)?;
        match self.tiff.u16(self.at.checked_add(2)?)? {
            BYTE => self.tiff.bytes.get(value).copied().map(u32::from),
            SHORT => self.tiff.u16(value).map(u32::from),
            LONG => self.tiff.u32(value),
            _ => None,
        }
    }

    /// An ASCII field up to its first NUL, at most `longest` bytes of it.
    pub(super) fn text(self, longest: usize) -> Option<&'a str> {
        const ASCII: u16 = 2;
        if self.tiff.u16(self.at.checked_add(2)?)? != ASCII {
            return None;
        }
        let count = usize::try_from(self.tiff.u32(self.at.checked_add(4)?)?).ok()?;
        let inline = self.at.checked_add(8)?;
        let start = if count <= 4 {
            inline
        } else {
            usize::try_from(self.tiff.u32(inline)?).ok()?
        };
        let field = self
            .tiff
            .bytes
            .get(start..start.checked_add(count.min(longest))?)?;
        let text = field.split(|byte| *byte == 0).next()?;
        std::str::from_utf8(text).ok()
    }
}
