//! Chooses the mask of a symbol (ISO/IEC 18004, 7.8.3), whole lines of modules at a time.
//!
//! The `qrcode` crate chooses as well, module by module: that is nine tenths of the time a symbol takes.

use qrcode::Color;
use qrcode::canvas::{Canvas, MaskPattern};

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
    MASKS
        .into_iter()
        .map(|mask| {
            let mut masked = symbol.clone();
            masked.apply_mask(mask);
            masked.into_colors()
        })
        .min_by_key(|modules| penalty(modules, width))
        .expect("there are eight masks")
}

/// The sum of the four penalties of table 11, weights 3, 3, 40 and 10.
fn penalty(modules: &[Color], width: usize) -> u32 {
    match width.div_ceil(64) {
        1 => penalty_in_words::<1>(modules, width),
        2 => penalty_in_words::<2>(modules, width),
        _ => penalty_in_words::<3>(modules, width),
    }
}

/// The penalties with lines of `W` words.
fn penalty_in_words<const W: usize>(modules: &[Color], width: usize) -> u32 {
    let (mut rows, mut columns) = (
        vec![Line::<W>::default(); width],
        vec![Line::<W>::default(); width],
    );
    for (y, (modules, row)) in modules.chunks_exact(width).zip(&mut rows).enumerate() {
        for (x, module) in modules.iter().enumerate() {
            row.0[x / 64] |= u64::from(*module == Color::Dark) << (x % 64);
        }
        for (module, column) in modules.iter().zip(&mut columns) {
            column.0[y / 64] |= u64::from(*module == Color::Dark) << (y % 64);
        }
    }
    let lines = rows.iter().chain(&columns);
    let along: u32 = lines.map(|line| line.runs(width) + line.finders()).sum();
    let blocks: u32 = rows.windows(2).map(|pair| pair[0].blocks(pair[1], width)).sum();
    let dark: u32 = rows.iter().map(|row| row.count()).sum();
    along + blocks + imbalance(dark, width)
}

/// Ten points for every five per cent that dark modules are off the half.
fn imbalance(dark: u32, width: usize) -> u32 {
    let modules = (width * width) as u32;
    10 * ((dark * 20).abs_diff(modules * 10) / modules)
}

/// A row or a column, dark modules as ones; a symbol has at most 177.
#[derive(Clone, Copy)]
struct Line<const W: usize>([u64; W]);

impl<const W: usize> Default for Line<W> {
    fn default() -> Self {
        Self([0; W])
    }
}

impl<const W: usize> Line<W> {
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
    #[test]
    fn words_that_are_left_out_are_not_missed() {
        for width in [21, 45, 61, 64, 65, 121, 128, 129, 177] {
            let module = |i: usize| (i * i / 7 + i / 3) % 5 < 2;
            let modules: Vec<Color> = (0..width * width)
                .map(|i| if module(i) { Color::Dark } else { Color::Light })
                .collect();
            assert_eq!(penalty(&modules, width), penalty_in_words::<3>(&modules, width));
        }
    }
}
