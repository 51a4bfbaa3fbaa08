//! The same two group-bys over a few rows, in one pass: to hand a frame to polars and take it back costs some 0.2 ms and wakes
//! its threads, however little is in it, and a live change touches a few windows.

use super::{Joined, Merged, Owns, Parts};

/// Rows up to which a pass by hand is cheaper.
pub(super) const MOST: usize = 256;

/// [`super::merge`] of a few rows.
pub(super) fn merge(parts: &Parts, groups: usize) -> Vec<Option<Merged>> {
    let mut merged: Vec<Option<Merged>> = vec![None; groups];
    let mut sums = vec![[Sum::default(); 3]; groups];
    for (row, &group) in parts.group.iter().enumerate() {
        let into = merged[group as usize].get_or_insert_with(|| Merged { data_at: i64::MIN, ..Merged::default() });
        let [sum, numerator, denominator] = &mut sums[group as usize];
        into.n += parts.n[row];
        into.sum = sum.add(Some(parts.sum[row]));
        into.min = of_both(into.min, parts.min[row], f64::min);
        into.max = of_both(into.max, parts.max[row], f64::max);
        into.last = parts.last[row];
        into.numerator = numerator.add(Some(parts.numerator[row]));
        into.denominator = denominator.add(Some(parts.denominator[row]));
        into.data_at = into.data_at.max(parts.data_at[row]);
        into.source = parts.source[row];
    }
    merged
}

/// [`super::join`] of a few rows.
pub(super) fn join(owns: &Owns, groups: usize) -> Vec<Option<Joined>> {
    let mut joined: Vec<Option<Joined>> = vec![None; groups];
    let mut sums = vec![[Sum::default(); 3]; groups];
    for (row, &group) in owns.group.iter().enumerate() {
        let into = joined[group as usize].get_or_insert_with(|| Joined { data_at: i64::MIN, ..Joined::default() });
        let [sum, numerator, denominator] = &mut sums[group as usize];
        into.sum = sum.add(owns.value[row]);
        into.units += i64::from(owns.value[row].is_some());
        into.numerator = numerator.add(owns.numerator[row]);
        into.denominator = denominator.add(owns.denominator[row]);
        into.n += owns.n[row];
        into.data_at = into.data_at.max(owns.data_at[row]);
        into.source = owns.source[row];
    }
    joined
}

/// A sum that keeps what rounding takes away (Kahan), as that of polars: the same values in the same order give the same last
/// digit whichever way they go.
#[derive(Clone, Copy, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a value, if there is one, and gives the sum so far.
    fn add(&mut self, value: Option<f64>) -> f64 {
        let Some(value) = value else { return self.sum };
        let with_lost = value - self.lost;
        let sum = self.sum + with_lost;
        let lost = (sum - self.sum) - with_lost;
        self.sum = sum;
        if lost.is_finite() {
            self.lost = lost;
        }
        sum
    }
}

fn of_both(a: Option<f64>, b: Option<f64>, choose: fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(choose(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{join_by_polars, merge_by_polars};

    const GROUPS: u32 = 5;

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![Just(0.0), -1e6..1e6_f64, (-1000..1000_i32).prop_map(f64::from)]
    }

    fn maybe() -> impl Strategy<Value = Option<f64>> {
        prop::option::of(number())
    }

    fn parts() -> impl Strategy<Value = Parts> {
        let row = (0..GROUPS - 1, 0..9_i64, number(), maybe(), maybe(), maybe(), number(), number(), -9..9_i64, 0..4_i64);
        prop::collection::vec(row, 1..40).prop_map(|rows| {
            let mut parts = Parts::default();
            for (group, n, sum, min, max, last, numerator, denominator, data_at, source) in rows {
                parts.group.push(group);
                parts.n.push(n);
                parts.sum.push(sum);
                parts.min.push(min);
                parts.max.push(max);
                parts.last.push(last);
                parts.numerator.push(numerator);
                parts.denominator.push(denominator);
                parts.data_at.push(data_at);
                parts.source.push(source);
            }
            parts
        })
    }

    fn owns() -> impl Strategy<Value = Owns> {
        let row = (0..GROUPS - 1, maybe(), maybe(), maybe(), 0..9_i64, -9..9_i64, 0..4_i64);
        prop::collection::vec(row, 1..40).prop_map(|rows| {
            let mut owns = Owns::default();
            for (group, value, numerator, denominator, n, data_at, source) in rows {
                owns.group.push(group);
                owns.value.push(value);
                owns.numerator.push(numerator);
                owns.denominator.push(denominator);
                owns.n.push(n);
                owns.data_at.push(data_at);
                owns.source.push(source);
            }
            owns
        })
    }

    proptest! {
        #[test]
        fn a_few_parts_merge_as_many_do(parts in parts()) {
            let by_hand = merge(&parts, GROUPS as usize);
            let by_polars = merge_by_polars(parts, GROUPS as usize).expect("columns of one length");
            prop_assert!(by_hand.last().is_some_and(Option::is_none), "a group without rows");
            for pair in by_hand.into_iter().zip(by_polars) {
                prop_assert_eq!(pair.0, pair.1);
            }
        }

        #[test]
        fn a_few_units_join_as_many_do(owns in owns()) {
            let by_hand = join(&owns, GROUPS as usize);
            let by_polars = join_by_polars(owns, GROUPS as usize).expect("columns of one length");
            for pair in by_hand.into_iter().zip(by_polars) {
                prop_assert_eq!(pair.0, pair.1);
            }
        }
    }
}
