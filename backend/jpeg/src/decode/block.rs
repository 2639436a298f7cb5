//! The coefficients of sequential blocks (T.81, F.2.2.2): of one block, or of two at once.
//!
//! Where a code begins is known only when the one before it has been looked up, so that reading one block waits for
//! the look-ups more than it computes. Two blocks from different places of the file fill each other's waits. They are
//! read in step without a branch that depends on their codes: a block that is through takes no more bits.

use std::hint::select_unpredictable;

use super::bits::{Finger, Read};
use super::huffman::{END, Entries, Entry, QUICK, STRIDES, STUCK, Stride, Table, UNKNOWN, passed};
use super::inverse::Lane;
use crate::DecodeError;

const TOO_MANY: DecodeError = DecodeError::Corrupt("a block with too many coefficients");

/// Reads the coefficients of one block behind its mean; those after `last` are stepped over.
#[inline(always)]
pub(super) fn read(
    ac: &Table,
    bits: &mut impl Read,
    last: usize,
    block: &mut Lane<'_>,
) -> Result<(), DecodeError> {
    if last == 0 {
        return step_over(ac, bits, 1);
    }
    // Coefficients that are read, the mean among them.
    let mut k = 1;
    // Only codes without a number have the value 0: 16 zeros, and the end of the block, which passes them all.
    let value = 'block: loop {
        bits.refill();
        for _ in 0..QUICK {
            let entry = ac.quick(bits);
            let value = if entry.bits() > 0 {
                bits.take(entry.bits());
                k += entry.passed();
                entry.value()
            } else {
                bits.refill();
                let (run, size, value) = ac.coefficient(bits)?;
                bits.refill();
                k += passed(run, size);
                value
            };
            if k > last + 1 {
                break 'block value;
            }
            block.set(k - 1, value);
            if k > 63 {
                return Ok(());
            }
        }
    };
    match (k, value) {
        (65.., 0) => Ok(()),
        (65.., _) => Err(TOO_MANY),
        _ => step_over(ac, bits, k),
    }
}

/// Steps over the coefficients from `k` to the block's end.
#[inline(always)]
pub(super) fn step_over(ac: &Table, bits: &mut impl Read, mut k: usize) -> Result<(), DecodeError> {
    while k < 64 {
        bits.refill();
        // A stride past the block's end has begun to read the next one.
        let stride = ac.stride(bits);
        if stride.bits() == 0 || k + stride.passed() % END > 63 {
            let (run, size, _) = ac.coefficient(bits)?;
            k += passed(run, size);
            if size > 0 && k > 64 {
                return Err(TOO_MANY);
            }
            continue;
        }
        bits.take(stride.bits());
        k += stride.passed();
        // Two strides take no more than a refill brings.
        let stride = ac.stride(bits);
        if k + stride.passed() % END <= 63 {
            bits.take(stride.bits());
            k += stride.passed();
        }
    }
    Ok(())
}

/// What is to be done with one of two blocks.
pub(super) struct Half<'a> {
    /// The last coefficient that is kept; those after it are stepped over.
    last: usize,
    block: Lane<'a>,
    /// Sums of entries have not passed it as long as they are below.
    limit: u32,
}

impl<'a> Half<'a> {
    #[inline(always)]
    pub(super) fn new(last: usize, block: Lane<'a>) -> Self {
        Self {
            last,
            block,
            limit: Entry::begun(last + 1),
        }
    }
}

/// Reads two blocks behind their means, each as [`read`] would.
#[inline(always)]
pub(super) fn read_two<'w>(
    ac: &Table,
    bits: (Finger<'w>, Finger<'w>),
    mut near: Half<'_>,
    mut far: Half<'_>,
) -> (
    Finger<'w>,
    Finger<'w>,
    Result<(), DecodeError>,
    Result<(), DecodeError>,
) {
    let entries = ac.entries();
    let (mut one, mut two) = (Start::of(bits.0), Start::of(bits.1));
    while one.is_kept(&near) | two.is_kept(&far) {
        one.refill();
        two.refill();
        let (mut all_one, mut all_two) = (one.kept, two.kept);
        for _ in 0..TOGETHER {
            one.coefficient(entries, &mut all_one, &mut near);
            two.coefficient(entries, &mut all_two, &mut far);
        }
        one.count();
        two.count();
        if one.is_stuck() | two.is_stuck() {
            one = one.unstick(ac, &mut near);
            two = two.unstick(ac, &mut far);
        }
    }
    let (mut rest_one, mut rest_two) = (Rest::of(&one), Rest::of(&two));
    while rest_one.kept.is_within() | rest_two.kept.is_within() {
        rest_one.refill();
        rest_two.refill();
        for _ in 0..STRIDES {
            rest_one = rest_one.stride(ac);
            rest_two = rest_two.stride(ac);
        }
    }
    let (mut one, mut two) = ((rest_one.end(), Ok(())), (rest_two.end(), Ok(())));
    if !rest_one.is_through() {
        one = rest_one.finish(ac, bits.0, &mut near);
    }
    if !rest_two.is_through() {
        two = rest_two.finish(ac, bits.1, &mut far);
    }
    (one.0, two.0, one.1, two.1)
}

/// Coefficients that are read from one refill of the bits.
const TOGETHER: u32 = 5;

/// How far the start of a block is read, whose coefficients are kept.
///
/// Nothing asks whether that is done before the next bits are looked up: what there was by then is kept, and what comes
/// after it is read in vain until the other block is as far.
#[derive(Clone, Copy)]
struct Start<'w> {
    bits: Finger<'w>,
    /// Coefficients that are read, the mean among them, and bits since the last refill: as entries are summed up.
    kept: u32,
}

impl<'w> Start<'w> {
    #[inline(always)]
    fn of(bits: Finger<'w>) -> Self {
        let kept = Entry::begun(1);
        Self { bits, kept }
    }

    #[inline(always)]
    fn is_kept(&self, half: &Half<'_>) -> bool {
        self.kept < half.limit
    }

    #[inline(always)]
    fn refill(&mut self) {
        self.bits.refill();
    }

    #[inline(always)]
    fn coefficient(&mut self, entries: &Entries, all: &mut u32, half: &mut Half<'_>) {
        let entry = entries.look(&self.bits);
        self.bits.skip(entry.bits());
        *all = entry.after(*all);
        let is_kept = self.is_kept(half);
        self.kept = select_unpredictable(is_kept, *all, self.kept);
        let read = select_unpredictable(is_kept, Entry::passed_in(*all), 0);
        half.block.set(read.wrapping_sub(1), entry.value());
    }

    /// Goes behind the bits that were kept.
    #[inline(always)]
    fn count(&mut self) {
        self.bits.go_to(self.bits.at() + Entry::bits_in(self.kept));
        self.kept = Entry::begun(Entry::passed_in(self.kept));
    }

    /// Whether the next code is too long for the look-up.
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        self.kept >= Entry::begun(STUCK)
    }

    /// Reads a coefficient whose code was too long for the look-up.
    #[cold]
    #[inline(never)]
    fn unstick(mut self, ac: &Table, half: &mut Half<'_>) -> Self {
        if self.is_stuck() {
            let k = Entry::passed_in(self.kept) - STUCK;
            self.bits.refill();
            let k = match ac.coefficient(&mut self.bits) {
                Ok((run, size, value)) => {
                    let k = k + passed(run, size);
                    half.block.set(k - 1, value);
                    k
                }
                Err(_) => FAILED,
            };
            self.kept = Entry::begun(k);
        }
        self
    }
}

/// Passed where a block cannot be read like this: neither the end nor [`STUCK`].
const FAILED: usize = 100;

/// How far the rest of a block is stepped over.
///
/// Nothing asks whether the block is through before its next bits are looked up: what was there is kept, and what comes
/// after it is read in vain until the other block is through, too.
#[derive(Clone, Copy)]
struct Rest<'w> {
    bits: Finger<'w>,
    /// Where that begins.
    begun: usize,
    /// What was stepped over from there, with the coefficients read before.
    all: Stride,
    /// The same until the block was through: 64 coefficients where they were exactly all, [`END`] more where a code
    /// said that the others are zero, [`UNKNOWN`] more where the next code is too long for the look-up. Any other
    /// number from 65 on says that the block has to be read by [`read`].
    kept: Stride,
}

impl<'w> Rest<'w> {
    #[inline(always)]
    fn of(start: &Start<'w>) -> Self {
        let read = Stride::new(Entry::passed_in(start.kept), 0);
        Self {
            bits: start.bits,
            begun: start.bits.at(),
            all: read,
            kept: read,
        }
    }

    #[inline(always)]
    fn refill(&mut self) {
        self.bits.go_to(self.begun + self.all.bits() as usize);
        self.bits.refill();
    }

    /// Steps over as many coefficients as one look-up shows.
    #[inline(always)]
    fn stride(mut self, ac: &Table) -> Self {
        let stride = ac.stride(&self.bits);
        self.bits.skip(stride.bits());
        self.all = self.all.and(stride);
        self.kept = select_unpredictable(self.kept.is_within(), self.all, self.kept);
        self
    }

    /// Behind what was kept.
    #[inline(always)]
    fn end(mut self) -> Finger<'w> {
        self.bits.go_to(self.begun + self.kept.bits() as usize);
        self.bits
    }

    #[inline(always)]
    fn is_through(&self) -> bool {
        matches!(self.kept.passed(), 64 | 129..=191)
    }

    /// Reads what is left of the block, or all of it again.
    #[cold]
    #[inline(never)]
    fn finish(
        self,
        ac: &Table,
        mut begun: Finger<'w>,
        half: &mut Half<'_>,
    ) -> (Finger<'w>, Result<(), DecodeError>) {
        if self.kept.passed() >= UNKNOWN {
            let mut bits = self.end();
            let result = step_over(ac, &mut bits, self.kept.passed() - UNKNOWN);
            return (bits, result);
        }
        let result = read(ac, &mut begun, half.last, &mut half.block);
        (begun, result)
    }
}
