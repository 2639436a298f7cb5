//! Chooses the mask of a symbol (ISO/IEC 18004, 7.8.3), whole lines of modules at a time.
//!
//! The `qrcode` crate chooses as well, module by module: that is nine tenths of the time a symbol takes.

use qrcode::Color;
use qrcode::canvas::{Canvas, MaskPattern, Module};

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// The modules of `symbol`, row by row, under the mask with the fewest penalty points.
pub(super) fn apply_best(symbol: &Canvas, width: usize) -> Vec<Color> {
    let best = match width.div_ceil(64) {
        1 => best::<1>(symbol, width),
        2 => best::<2>(symbol, width),
        _ => best::<3>(symbol, width),
    };
    let mut masked = symbol.clone();
    masked.apply_mask(best);
    masked.into_colors()
}

/// The mask to take, with lines of `W` words.
fn best<const W: usize>(symbol: &Canvas, width: usize) -> MaskPattern {
    let plain = Plain::<W>::of(symbol, width);
    let best = (0..MASKS.len()).min_by_key(|mask| plain.under(*mask).penalty());
    MASKS[best.expect("there are eight masks")]
}

/// A symbol as lines in both directions.
#[derive(Clone, Debug, PartialEq)]
struct Lines<const W: usize> {
    rows: Vec<Line<W>>,
    columns: Vec<Line<W>>,
}

impl<const W: usize> Lines<W> {
    fn light(width: usize) -> Self {
        Self {
            rows: vec![Line::default(); width],
            columns: vec![Line::default(); width],
        }
    }

    fn set(&mut self, x: usize, y: usize, dark: bool) {
        self.rows[y].set(x, dark);
        self.columns[x].set(y, dark);
    }

    /// The sum of the four penalties of table 11, weights 3, 3, 40 and 10.
    fn penalty(&self) -> u32 {
        let width = self.rows.len();
        let lines = self.rows.iter().chain(&self.columns);
        let along: u32 = lines.map(|line| line.runs(width) + line.finders()).sum();
        let pairs = self.rows.windows(2);
        let blocks: u32 = pairs.map(|pair| pair[0].blocks(pair[1], width)).sum();
        let dark: u32 = self.rows.iter().map(|row| row.count()).sum();
        along + blocks + imbalance(dark, width)
    }
}

/// A symbol before a mask is chosen: its dark modules, and those that a mask may turn.
struct Plain<const W: usize> {
    dark: Lines<W>,
    data: Lines<W>,
}

impl<const W: usize> Plain<W> {
    fn of(symbol: &Canvas, width: usize) -> Self {
        let (mut dark, mut data) = (Lines::light(width), Lines::light(width));
        for y in 0..width {
            for x in 0..width {
                let module = symbol.get(x as i16, y as i16);
                data.set(x, y, !matches!(module, Module::Masked(_)));
                dark.set(x, y, Color::from(module) == Color::Dark);
            }
        }
        Self { dark, data }
    }

    /// With the mask of this number, and its number in the format information (7.9, figure 25).
    fn under(&self, mask: usize) -> Lines<W> {
        let turned = |dark: &[Line<W>], data: &[Line<W>], pattern: &[[u64; 3]; PERIOD]| {
            let lines = dark.iter().zip(data).zip(pattern.iter().cycle());
            let turn = |((dark, data), pattern): ((&Line<W>, &Line<W>), &[u64; 3])| {
                Line(std::array::from_fn(|word| {
                    dark.0[word] ^ (pattern[word] & data.0[word])
                }))
            };
            lines.map(turn).collect()
        };
        let Pattern { rows, columns } = &PATTERNS[mask];
        let mut lines = Lines {
            rows: turned(&self.dark.rows, &self.data.rows, rows),
            columns: turned(&self.dark.columns, &self.data.columns, columns),
        };
        let width = lines.rows.len();
        for bit in 0..15 {
            let dark = FORMATS[mask] >> bit & 1 == 1;
            let along = match bit {
                0..8 => width - 1 - bit,
                8 => 7,
                _ => 14 - bit,
            };
            let down = match bit {
                0..6 => bit,
                6..8 => bit + 1,
                _ => width - 15 + bit,
            };
            lines.set(along, 8, dark);
            lines.set(8, down, dark);
        }
        lines
    }
}

/// Modules after which every mask begins anew, both ways.
const PERIOD: usize = 12;

/// Where a mask turns modules: of each row and of each column of its period, ones in whole lines.
struct Pattern {
    rows: [[u64; 3]; PERIOD],
    columns: [[u64; 3]; PERIOD],
}

static PATTERNS: [Pattern; 8] = patterns();

const fn patterns() -> [Pattern; 8] {
    let mut patterns = [const {
        Pattern {
            rows: [[0; 3]; PERIOD],
            columns: [[0; 3]; PERIOD],
        }
    }; 8];
    let mut mask = 0;
    while mask < 8 {
        let mut at = 0;
        while at < PERIOD * 192 {
            let (line, along) = (at / 192, at % 192);
            let bit = 1 << (along % 64);
            if turns(mask, along, line) {
                patterns[mask].rows[line][along / 64] |= bit;
            }
            if turns(mask, line, along) {
                patterns[mask].columns[line][along / 64] |= bit;
            }
            at += 1;
        }
        mask += 1;
    }
    patterns
}

/// Whether the mask of this number turns the module in column `x` and row `y` (table 10).
const fn turns(mask: usize, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (y / 2 + x / 3).is_multiple_of(2),
        5 => (x * y) % 2 + (x * y) % 3 == 0,
        6 => ((x * y) % 2 + (x * y) % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + (x * y) % 3).is_multiple_of(2),
    }
}

/// The format information of error correction M and each mask (annex C).
const FORMATS: [u32; 8] = [0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0];

/// Ten points for every five per cent that dark modules are off the half.
fn imbalance(dark: u32, width: usize) -> u32 {
    let modules = (width * width) as u32;
    10 * ((dark * 20).abs_diff(modules * 10) / modules)
}

/// A row or a column, dark modules as ones; a symbol has at most 177.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line<const W: usize>([u64; W]);

impl<const W: usize> Default for Line<W> {
    fn default() -> Self {
        Self([0; W])
    }
}

impl<const W: usize> Line<W> {
    fn set(&mut self, at: usize, dark: bool) {
        let word = &mut self.0[at / 64];
        *word = *word & !(1 << (at % 64)) | u64::from(dark) << (at % 64);
    }

    /// Every module moved `by` places (under 64) towards the start.
    fn earlier(self, by: usize) -> Self {
        if by == 0 {
            return self;
        }
        let next = |word: usize| self.0.get(word + 1).map_or(0, |next| next << (64 - by));
        Self(std::array::from_fn(|word| self.0[word] >> by | next(word)))
    }

    /// Every module moved `by` places (1 to 63) towards the end.
    fn later(self, by: usize) -> Self {
        let last = |word: usize| word.checked_sub(1).map_or(0, |last| self.0[last] >> (64 - by));
        Self(std::array::from_fn(|word| self.0[word] << by | last(word)))
    }

    fn zip(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|word| of(self.0[word], other.0[word])))
    }

    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    fn and_not(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Ones at the first `length` places.
    fn first(length: usize) -> Self {
        Self(std::array::from_fn(|word| {
            match length.saturating_sub(word * 64) {
                0 => 0,
                some if some >= 64 => !0,
                some => (1 << some) - 1,
            }
        }))
    }

    /// Ones where a module is like the next one.
    fn like_next(self, width: usize) -> Self {
        Self::first(width - 1).and_not(self.zip(self.earlier(1), |a, b| a ^ b))
    }

    /// Three points for a run of five alike, one more for each further module.
    fn runs(self, width: usize) -> u32 {
        let two = self.like_next(width);
        let three = two.and(two.earlier(1));
        let five = three.and(three.earlier(2));
        let starts = five.and_not(five.later(1));
        five.count() + 2 * starts.count()
    }

    /// Forty points for dark-light-dark³-light-dark beside four light modules: it looks like a finder pattern.
    fn finders(self) -> u32 {
        let dark = [0, 2, 3, 4, 6].map(|at| self.earlier(at));
        let light = self.earlier(1).or(self.earlier(5));
        let core = dark
            .into_iter()
            .reduce(Self::and)
            .map_or(self, |dark| dark.and_not(light));
        let before = (1..=4).map(|by| self.later(by)).fold(Self::default(), Self::or);
        let after = (7..=10)
            .map(|by| self.earlier(by))
            .fold(Self::default(), Self::or);
        40 * (core.and_not(before).count() + core.and_not(after).count())
    }

    /// Three points for every square of four alike that this row forms with the next.
    fn blocks(self, next: Self, width: usize) -> u32 {
        let alike = self.like_next(width).and(next.like_next(width));
        3 * alike.and_not(self.zip(next, |a, b| a ^ b)).count()
    }
}

#[cfg(test)]
mod tests {
    use qrcode::{EcLevel, Version};

    use super::*;

    fn line(modules: &str) -> Line<3> {
        let mut line = Line::default();
        for (at, module) in modules.chars().enumerate() {
            line.0[at / 64] |= u64::from(module == '#') << (at % 64);
        }
        line
    }

    #[test]
    fn runs_of_five_and_more_are_counted_also_across_words() {
        assert_eq!(line("#####.").runs(6), 3);
        assert_eq!(line("#######.#.#.").runs(12), 5);
        assert_eq!(line(".....#####").runs(10), 6);
        assert_eq!(line("#.#.##.#").runs(8), 0);
        let across = format!("{}{}{}", "#.".repeat(30), "######", ".#".repeat(20));
        assert_eq!(line(&across).runs(across.len()), 4);
    }

    #[test]
    fn finder_likenesses_are_counted_on_both_sides() {
        assert_eq!(line("#.###.#....#").finders(), 80);
        assert_eq!(line("#.#.###.#.#").finders(), 0);
        assert_eq!(line("#....#.###.#.#").finders(), 40);
    }

    #[test]
    fn squares_of_one_colour_are_counted() {
        assert_eq!(line("##..").blocks(line("##.."), 4), 6);
        assert_eq!(line("####").blocks(line("####"), 4), 9);
        assert_eq!(line("#.#.").blocks(line("#.#."), 4), 0);
    }

    #[test]
    fn balance_costs_ten_points_for_every_five_per_cent() {
        assert_eq!(imbalance(50, 10), 0);
        assert_eq!(imbalance(56, 10), 10);
        assert_eq!(imbalance(0, 10), 100);
    }

    /// A symbol of this version with data in it.
    fn symbol(version: i16) -> (Canvas, usize) {
        let version = Version::Normal(version);
        let mut symbol = Canvas::new(version, EcLevel::M);
        symbol.draw_all_functional_patterns();
        let bytes: Vec<u8> = (0..4000_u32).map(|i| (i * i / 7 + i * 31) as u8).collect();
        symbol.draw_data(&bytes, &[]);
        (symbol, version.width() as usize)
    }

    const VERSIONS: [i16; 8] = [1, 2, 6, 7, 11, 12, 28, 40];

    #[test]
    fn each_mask_turns_the_modules_that_the_crate_turns() {
        for version in VERSIONS {
            let (symbol, width) = symbol(version);
            let plain = Plain::<3>::of(&symbol, width);
            for (number, mask) in MASKS.into_iter().enumerate() {
                let mut masked = symbol.clone();
                masked.apply_mask(mask);
                let theirs = Plain::<3>::of(&masked, width).dark;
                assert_eq!(plain.under(number), theirs, "version {version}, {mask:?}");
            }
        }
    }

    #[test]
    fn words_that_are_left_out_are_not_missed() {
        for version in VERSIONS {
            let (symbol, width) = symbol(version);
            let (narrow, wide) = match width.div_ceil(64) {
                1 => (best::<1>(&symbol, width), best::<3>(&symbol, width)),
                2 => (best::<2>(&symbol, width), best::<3>(&symbol, width)),
                _ => continue,
            };
            assert_eq!(narrow as usize, wide as usize, "version {version}");
        }
    }
}
