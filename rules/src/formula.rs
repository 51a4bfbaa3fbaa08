//! Achievement: what a value is worth against its target, in percent.
//!
//! Owns the five formulas in use. Must never cap or floor: an achievement stays
//! raw, it may pass 100 and fall below 0.

use crate::indicator::{Formula, Polarity};

/// The achievement in percent of `value` against `target`, raw; `high` is the upper
/// end of a range and used by [`Formula::Range`] only, where a missing one makes the
/// target a range of one point.
///
/// `None` when it cannot be computed: a target of 0, the inverse of a value of 0, or
/// a number that is not finite.
pub fn achievement(formula: Formula, polarity: Polarity, value: f64, target: f64, high: Option<f64>) -> Option<f64> {
    let share = match formula {
        Formula::Ratio => ratio(value, target),
        Formula::Difference => difference(value, target),
        Formula::Inverse => ratio(target, value),
        Formula::Remainder => ratio(target - value, target),
        Formula::Range => range(polarity, value, target, high.unwrap_or(target)),
    };
    share.map(|share| share * 100.0).filter(|percent| percent.is_finite())
}

fn ratio(above: f64, below: f64) -> Option<f64> {
    (below != 0.0).then(|| above / below)
}

fn difference(value: f64, target: f64) -> Option<f64> {
    ratio(2.0 * target - value, target)
}

/// Inside the range is 100 %; outside, the nearest end is the target. With
/// [`Polarity::Range`] leaving it upwards loses as much as falling short of it.
fn range(polarity: Polarity, value: f64, one_end: f64, other_end: f64) -> Option<f64> {
    if one_end == 0.0 && other_end == 0.0 {
        return None;
    }
    let (low, high) = (one_end.min(other_end), one_end.max(other_end));
    if (low..=high).contains(&value) {
        return Some(1.0);
    }
    let is_below = value < low;
    let end = if is_below { low } else { high };
    match polarity {
        Polarity::Up => ratio(value, end),
        Polarity::Down => difference(value, end),
        Polarity::Range if is_below => ratio(value, end),
        Polarity::Range => difference(value, end),
    }
}

#[cfg(test)]
mod tests;
