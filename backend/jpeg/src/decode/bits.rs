//! Entropy-coded bits, freed of stuffing a window at a time.

use memchr::memchr;

/// Bytes of entropy-coded data held at once, without their stuffing.
const WINDOW: usize = 1 << 16;
/// More than the longest block takes: 64 symbols of at most 16 bits with at most 15 bits behind each.
const LONGEST_BLOCK: usize = 256;
/// Blocks of an MCU that the standard admits (T.81, B.2.3); files may have more all the same.
pub(super) const MOST_BLOCKS: usize = 10;
/// More than the longest MCU of so many blocks takes.
pub(super) const LONGEST_MCU: usize = MOST_BLOCKS * LONGEST_BLOCK;
/// Zeros behind the last byte, so that a block at the end reads nothing else.
const PADDING: usize = LONGEST_BLOCK + 16;

/// Entropy-coded data of one scan, freed of its stuffing.
///
/// Bytes 0xFF 0x00 are a data byte 0xFF (T.81, B.1.1.5); any other marker ends the data, and zeros follow.
pub(super) struct Bits<'a> {
    source: &'a [u8],
    /// Where the bytes begin that are not in the window yet.
    at: usize,
    window: Box<Window>,
    /// Bytes of the window that come from the file.
    filled: usize,
    /// The source is used up to a marker or to its end.
    ended: bool,
    place: Place,
}

type Window = [u8; WINDOW + PADDING];

/// A place between two bits of the window.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// The next bits, from the top.
    acc: u64,
    /// How many of them are there.
    count: u32,
    /// The next byte of the window.
    next: usize,
}

/// Reads bits as far as one block goes.
///
/// It lives in registers: it is taken from [`Bits`] for a block and given back after it. (The reservoir after Giesen,
/// "Reading bits in far too many ways", variant 4.)
pub(super) struct Cursor<'w> {
    window: &'w Window,
    place: Place,
}

/// Bits as blocks are read from them, most significant first (T.81, F.2.2.5).
pub(super) trait Read {
    /// Makes at least 56 bits ready.
    fn refill(&mut self);

    /// The next `n` bits, 1 to 32, without taking them. Needs a [`Read::refill`] before.
    fn peek(&self, n: u32) -> usize;

    /// Takes `n` bits, 0 to 56, that were peeked at.
    fn take(&mut self, n: u32);

    /// Takes a number of `size` bits, 1 to 16, as T.81 table F.1 and figure F.12 (EXTEND) store signed values.
    #[inline(always)]
    fn signed(&mut self, size: u32) -> i32 {
        let raw = self.peek(size) as u32;
        self.take(size);
        extend(raw, size)
    }

    /// Takes one bit. Needs a [`Read::refill`] before.
    #[inline(always)]
    fn bit(&mut self) -> bool {
        let bit = self.peek(1) == 1;
        self.take(1);
        bit
    }
}

impl Cursor<'_> {
    /// Where it stands, for [`Bits::end`].
    #[inline(always)]
    pub(super) fn place(&self) -> Place {
        self.place
    }
}

impl Read for Cursor<'_> {
    #[inline(always)]
    fn refill(&mut self) {
        let Some(bytes) = self
            .window
            .get(self.place.next..)
            .and_then(|rest| rest.first_chunk())
        else {
            return;
        };
        self.place.acc |= u64::from_be_bytes(*bytes) >> (self.place.count & 63);
        self.place.next += ((63 - self.place.count) >> 3) as usize;
        self.place.count |= 56;
    }

    #[inline(always)]
    fn peek(&self, n: u32) -> usize {
        (self.place.acc >> ((64 - n) & 63)) as usize
    }

    #[inline(always)]
    fn take(&mut self, n: u32) {
        self.place.acc <<= n & 63;
        self.place.count = self.place.count.wrapping_sub(n);
    }
}

/// Reads bits where the window is sure to have them.
///
/// It needs fewer registers and fewer instructions than a [`Cursor`], and waits longer for what it reads: that pays
/// where other work fills the time. (Giesen's variant 1.)
#[derive(Clone, Copy)]
pub(super) struct Finger<'w> {
    window: &'w Window,
    /// The next bit, counted from the window's first.
    at: usize,
    /// The next bits, from the top.
    acc: u64,
}

impl Finger<'_> {
    /// The next bit, counted from the window's first.
    #[inline(always)]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes to some bit of the window. Needs a [`Read::refill`] after it.
    #[inline(always)]
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Drops `n` bits that were peeked at, and leaves it to [`Finger::go_to`] to count them.
    #[inline(always)]
    pub(super) fn skip(&mut self, n: u32) {
        self.acc <<= n & 63;
    }
}

impl Read for Finger<'_> {
    #[inline(always)]
    fn refill(&mut self) {
        // The remainder is the place itself, and spares the look at the window's end.
        if let Some(bytes) = self
            .window
            .get(self.at / 8 % WINDOW..)
            .and_then(|rest| rest.first_chunk())
        {
            self.acc = u64::from_be_bytes(*bytes) << (self.at % 8);
        }
    }

    #[inline(always)]
    fn peek(&self, n: u32) -> usize {
        (self.acc >> ((64 - n) & 63)) as usize
    }

    #[inline(always)]
    fn take(&mut self, n: u32) {
        self.acc <<= n & 63;
        self.at += n as usize;
    }
}

/// The number that `size` bits, 1 to 16, stand for: those whose first bit is 0 are negative (T.81, figure F.12).
#[inline(always)]
pub(super) fn extend(raw: u32, size: u32) -> i32 {
    let is_negative = i32::from(raw >> (size - 1) == 0);
    raw as i32 - is_negative * ((1 << size) - 1)
}

impl<'a> Bits<'a> {
    /// Reads `source` from byte `at`.
    pub(super) fn new(source: &'a [u8], at: usize) -> Self {
        let window = vec![0; WINDOW + PADDING]
            .into_boxed_slice()
            .try_into()
            .expect("made of this length");
        let mut bits = Self {
            source,
            at,
            window,
            filled: 0,
            ended: false,
            place: Place::default(),
        };
        bits.top_up();
        bits
    }

    /// From where the next marker is to be looked for.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Begins to read a block, which never has to look at the window's end.
    #[inline(always)]
    pub(super) fn begin(&mut self) -> Cursor<'_> {
        if self.place.next + PADDING > self.filled && !self.ended {
            self.top_up();
        }
        // Past the end only zeros are left: stay among them, whatever is asked.
        if self.place.next > self.filled + 8 {
            self.place.next = self.filled + 8;
        }
        Cursor {
            window: &self.window,
            place: self.place,
        }
    }

    /// Goes on from where a block ended.
    #[inline(always)]
    pub(super) fn end(&mut self, place: Place) {
        self.place = place;
    }

    /// Whether more bits were taken than the data had.
    #[inline(always)]
    pub(super) fn overrun(&self) -> bool {
        self.place.next * 8 > self.filled * 8 + self.place.count as usize
    }

    /// Where the next block begins, in bits from the window's first.
    #[inline(always)]
    pub(super) fn here(&self) -> usize {
        self.place.next * 8 - self.place.count as usize
    }

    /// Begins to read at some bit of the window, which has to hold what will be read: see [`Bits::holds`].
    #[inline(always)]
    pub(super) fn finger(&self, at: usize) -> Finger<'_> {
        Finger {
            window: &self.window,
            at,
            acc: 0,
        }
    }

    /// Goes on from some bit of the window.
    #[inline(always)]
    pub(super) fn go_on(&mut self, at: usize) {
        let mut cursor = Cursor {
            window: &self.window,
            place: Place {
                next: at / 8,
                ..Place::default()
            },
        };
        cursor.refill();
        cursor.take((at % 8) as u32);
        self.place = cursor.place;
    }

    /// Whether the window has this many bytes of the file behind a bit.
    #[inline(always)]
    pub(super) fn holds(&self, at: usize, bytes: usize) -> bool {
        at.div_ceil(8) + bytes <= self.filled
    }

    /// Fills the window unless it holds this many bytes from here on; `false` where the data has fewer. Bits are
    /// counted anew.
    pub(super) fn reserve(&mut self, bytes: usize) -> bool {
        if !self.holds(self.here(), bytes) && !self.ended {
            self.top_up();
        }
        self.holds(self.here(), bytes)
    }

    /// Goes behind the next restart marker, dropping what is left before it; `false` where another marker or the
    /// end of the file comes first.
    pub(super) fn restart(&mut self) -> bool {
        while !self.ended {
            self.place.next = self.filled;
            self.top_up();
        }
        let is_restart = matches!(self.source.get(self.at..self.at + 2), Some([0xFF, 0xD0..=0xD7]));
        if !is_restart {
            return false;
        }
        self.at += 2;
        self.ended = false;
        (self.filled, self.place) = (0, Place::default());
        self.top_up();
        true
    }

    /// Moves what is left to the window's front and fills it from the source.
    #[cold]
    fn top_up(&mut self) {
        // The bytes whose bits wait in the reservoir stay in the window.
        let next = self.place.next.min(self.filled);
        let used = next.saturating_sub(self.place.count.div_ceil(8) as usize);
        self.window.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.place.next = next - used;
        while self.filled < WINDOW && !self.ended {
            self.unstuff();
        }
        self.window[self.filled..].fill(0);
    }

    /// Copies bytes up to the next 0xFF and decides what that one means.
    fn unstuff(&mut self) {
        let rest = &self.source[self.at.min(self.source.len())..];
        let room = &rest[..rest.len().min(WINDOW - self.filled)];
        let plain = memchr(0xFF, room).unwrap_or(room.len());
        self.window[self.filled..self.filled + plain].copy_from_slice(&room[..plain]);
        self.filled += plain;
        self.at += plain;
        if plain < room.len() {
            match rest.get(plain + 1) {
                Some(0x00) => {
                    self.window[self.filled] = 0xFF;
                    self.filled += 1;
                    self.at += 2;
                }
                // Fill bytes may come before a marker (T.81, B.1.1.2).
                Some(0xFF) => self.at += 1,
                _ => self.ended = true,
            }
        } else if plain == rest.len() {
            self.ended = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &[u8], sizes: &[u32]) -> (Vec<usize>, bool) {
        let mut bits = Bits::new(source, 0);
        let read = sizes.iter().map(|&size| {
            let mut cursor = bits.begin();
            cursor.refill();
            let value = cursor.peek(size);
            cursor.take(size);
            let place = cursor.place();
            bits.end(place);
            value
        });
        let read = read.collect();
        (read, bits.overrun())
    }

    #[test]
    fn stuffing_is_taken_out_and_a_marker_ends_the_data() {
        let source = [0xAB, 0xFF, 0x00, 0x12, 0xFF, 0xD9, 0x77];
        assert_eq!(read(&source, &[8, 8, 8]), (vec![0xAB, 0xFF, 0x12], false));
        assert_eq!(read(&source, &[4, 12, 8, 8]), (vec![0xA, 0xBFF, 0x12, 0], true));
    }

    #[test]
    fn data_longer_than_the_window_is_read_whole() {
        let source: Vec<u8> = (0..3 * WINDOW).map(|i| (i % 251) as u8).collect();
        let sizes = vec![8; source.len()];
        let (values, overrun) = read(&source, &sizes);
        assert!(values.iter().zip(&source).all(|(a, b)| *a == usize::from(*b)));
        assert!(!overrun);
    }

    #[test]
    fn a_restart_drops_the_rest_of_its_part() {
        let source = [0x11, 0x22, 0x33, 0xFF, 0xFF, 0xD3, 0x44, 0xFF, 0xD9];
        let mut bits = Bits::new(&source, 0);
        bits.begin().refill();
        assert!(bits.restart());
        let mut cursor = bits.begin();
        cursor.refill();
        assert_eq!(cursor.peek(8), 0x44);
        assert!(!bits.restart());
    }

    #[test]
    fn numbers_have_the_signs_of_the_standard() {
        let mut bits = Bits::new(&[0b0100_1110], 0);
        let mut cursor = bits.begin();
        cursor.refill();
        assert_eq!(
            [cursor.signed(2), cursor.signed(2), cursor.signed(3)],
            [-2, -3, 7]
        );
    }
}
