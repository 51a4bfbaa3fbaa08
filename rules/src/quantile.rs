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
