//! Huffman codes made for one picture (T.81, annex K.2).

/// Codes of each length, 1 to 16 bits, and the symbols in the order of their codes, as files store them.
pub(super) struct Table {
    pub(super) counts: [u8; 16],
    pub(super) symbols: Vec<u8>,
}

/// The table of shortest codes for symbols that are written this often.
///
/// Only symbols with a frequency get a code. Figures K.1 to K.3 of the standard: the two rarest are joined until one is
/// left, a reserved symbol keeps the code of all ones free, and codes over 16 bits are shortened at the cost of others.
pub(super) fn table(frequencies: &[u32; 256]) -> Table {
    let lengths = lengths(frequencies);
    let mut counts = [0usize; 64];
    for length in lengths.iter().filter(|length| **length > 0) {
        counts[*length] += 1;
    }
    shorten(&mut counts);
    let mut symbols: Vec<usize> = (0..256).filter(|symbol| lengths[*symbol] > 0).collect();
    symbols.sort_by_key(|symbol| (lengths[*symbol], *symbol));
    Table {
        counts: std::array::from_fn(|i| {
            u8::try_from(counts[i + 1]).expect("at most 256 codes, not all of one length")
        }),
        symbols: symbols.into_iter().map(|symbol| symbol as u8).collect(),
    }
}

/// The length of each symbol's code, the reserved one's last; 0 for symbols without a frequency.
fn lengths(frequencies: &[u32; 256]) -> [usize; 257] {
    let mut weights: Vec<u64> = frequencies
        .iter()
        .map(|frequency| u64::from(*frequency))
        .collect();
    weights.push(1);
    let mut groups: Vec<Vec<usize>> = (0..257).map(|symbol| vec![symbol]).collect();
    let mut lengths = [0; 257];
    loop {
        // The reserved symbol, and after it the last ones, are the first to be joined: theirs become the longest codes.
        let rarest = |skip: Option<usize>| {
            let left = (0..257)
                .rev()
                .filter(|group| weights[*group] > 0 && Some(*group) != skip);
            left.min_by_key(|group| weights[*group])
        };
        let Some(first) = rarest(None) else {
            return lengths;
        };
        let Some(second) = rarest(Some(first)) else {
            return lengths;
        };
        let joined = std::mem::take(&mut groups[first]);
        groups[second].extend(joined);
        weights[second] += std::mem::take(&mut weights[first]);
        for symbol in &groups[second] {
            lengths[*symbol] += 1;
        }
    }
}

/// Brings all lengths to 16 bits or less, and takes the reserved code out (figure K.3).
fn shorten(counts: &mut [usize; 64]) {
    for length in (17..64).rev() {
        while counts[length] > 0 {
            let mut shorter = length - 2;
            while counts[shorter] == 0 {
                shorter -= 1;
            }
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
    if let Some(longest) = (1..=16).rev().find(|length| counts[*length] > 0) {
        counts[longest] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ 2^-length, which is 1 where every code is used.
    fn share(table: &Table) -> f64 {
        let parts = (1..)
            .zip(table.counts)
            .map(|(length, count)| f64::from(count) / f64::from(1u32 << length));
        parts.sum()
    }

    #[test]
    fn frequent_symbols_get_short_codes_and_all_ones_stay_free() {
        let mut frequencies = [0; 256];
        for (symbol, frequency) in [(1, 900), (2, 300), (0x11, 299), (0xF0, 1), (0, 40)] {
            frequencies[symbol] = frequency;
        }
        let table = table(&frequencies);
        assert_eq!(table.symbols, [1, 2, 0x11, 0, 0xF0]);
        assert!(share(&table) < 1.0);
    }

    #[test]
    fn no_code_is_longer_than_sixteen_bits() {
        // Fibonacci's numbers make the deepest tree.
        let mut frequencies = [0; 256];
        let (mut a, mut b) = (1u32, 1u32);
        for frequency in frequencies.iter_mut().take(40) {
            *frequency = a;
            (a, b) = (b, a + b);
        }
        let table = table(&frequencies);
        assert_eq!(
            table
                .counts
                .iter()
                .map(|count| usize::from(*count))
                .sum::<usize>(),
            40
        );
        assert_eq!(table.symbols.len(), 40);
        assert!(share(&table) < 1.0);
    }

    #[test]
    fn one_symbol_has_a_code_too() {
        let mut frequencies = [0; 256];
        frequencies[5] = 7;
        assert_eq!(table(&frequencies).counts[0], 1);
    }
}
