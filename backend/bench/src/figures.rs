//! Medians, minima, paired ratios and the spread of what was measured.

/// The middle value, or the mean of the two in the middle; not a number of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// The sum over the number; not a number of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The smallest value; infinite of none.
pub(crate) fn minimum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

/// The median of the ratios of values taken in the same round.
pub(crate) fn paired_ratio(values: &[f64], base: &[f64]) -> f64 {
    median(values.iter().zip(base).map(|(value, base)| value / base))
}

/// How far apart the middle half of the values lies, as a part of their median.
pub(crate) fn spread(values: &[f64]) -> f64 {
    let at = |part| quantile(values.iter().copied(), part);
    (at(0.75) - at(0.25)) / at(0.5)
}

/// The value below which `part` of the values lie, between two of them by their distance.
fn quantile(values: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = part * last as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_round_moves_neither_median_nor_ratio() {
        assert_eq!(median([3.0, 900.0, 1.0]), 3.0);
        assert_eq!(median([4.0, 2.0]), 3.0);
        assert_eq!(paired_ratio(&[5.0, 50.0, 900.0], &[10.0, 100.0, 10.0]), 0.5);
    }

    #[test]
    fn the_spread_is_of_the_middle_half() {
        assert_eq!(spread(&[8.0, 9.0, 10.0, 11.0, 500.0]), 0.2);
        assert_eq!(spread(&[7.0; 5]), 0.0);
    }

    #[test]
    fn nothing_measured_is_not_a_number() {
        assert!(median([]).is_nan() && mean(&[]).is_nan());
    }
}
