//! Quantiles by linear interpolation, as spreadsheets compute them.
//!
//! Owns the interpolation. Must never sort: who has many numbers knows best how.

/// The quantile `q` (0 to 1) of numbers in ascending order, by linear interpolation
/// between the two nearest ranks; `None` when there are no numbers or `q` is outside.
pub fn linear(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = last as f64 * q;
    // Not negative and at most `last`, so the cast neither wraps nor saturates.
    let below = rank.floor() as usize;
    let above = (below + 1).min(last);
    let share = rank - below as f64;
    Some(sorted[below] + (sorted[above] - sorted[below]) * share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::linear;

    #[test]
    fn it_interpolates_between_ranks() {
        let numbers = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(linear(&numbers, 0.5), Some(3.0));
        assert_eq!(linear(&numbers, 0.0), Some(1.0));
        assert_eq!(linear(&numbers, 1.0), Some(8.0));
        assert_eq!(linear(&numbers, 0.25), Some(1.75));
        let p90 = linear(&numbers, 0.9).expect("there are numbers");
        assert!((p90 - 6.8).abs() < 1e-12, "{p90}");
        assert_eq!(linear(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn of_nothing_there_is_none() {
        assert_eq!(linear(&[], 0.5), None);
        assert_eq!(linear(&[1.0], 1.1), None);
        assert_eq!(linear(&[1.0], -0.1), None);
        assert_eq!(linear(&[1.0], f64::NAN), None);
    }

    proptest! {
        #[test]
        fn it_grows_with_q_within_the_numbers(
            mut numbers in proptest::collection::vec(-1e6_f64..1e6, 1..30), one in 0.0_f64..=1.0, other in 0.0_f64..=1.0,
        ) {
            numbers.sort_by(f64::total_cmp);
            let of = |q| linear(&numbers, q).expect("there are numbers");
            // The sums of the interpolation round in the last digits.
            prop_assert!(of(one.min(other)) <= of(one.max(other)) + 1e-6);
            prop_assert!(numbers[0] - 1e-6 <= of(one) && of(one) <= numbers[numbers.len() - 1] + 1e-6);
        }
    }
}
