//! The columns of the table `cases`, from counts and durations.

use rules::time::Millis;

use super::class::{Counts, Tally};

/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;
/// Up to here sorting is as quick as selecting.
const FEW: usize = 24;

/// What the cases of one group and period come to. Durations are in hours, over the valid
/// closed cases; `None` when there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Cases opened.
    pub opened: i64,
    /// Those closed by the step that ends their service, also those in the wrong order.
    pub closed: i64,
    /// Those without an end as of then.
    pub still_open: i64,
    /// Those closed before they were opened.
    pub invalid_order: i64,
    /// Those closed, without the ones in the wrong order.
    pub valid_closed: i64,
    /// Median duration, linearly interpolated.
    pub median_h: Option<f64>,
    /// 90th percentile, linearly interpolated.
    pub p90_h: Option<f64>,
    /// 90th percentile as the duration at rank ⌈0.9 n⌉.
    pub p90_h_nearest_rank: Option<f64>,
    /// Mean duration.
    pub mean_h: Option<f64>,
    /// Cases with a target, without rejected and withdrawn ones.
    pub with_target: i64,
    /// Those of them that ended after their target, or are open while it is past.
    pub breached: i64,
    /// Breached by those with a target; `None` without any.
    pub breach_share: Option<f64>,
    /// Cases turned down.
    pub rejected: i64,
    /// Cases taken back by who asked.
    pub withdrawn: i64,
}

impl Figures {
    /// From counts by class, and the durations of the valid closed cases in any order.
    pub(super) fn of(tally: &Tally, durations: &mut [Millis]) -> Self {
        let counts = Counts::of(tally);
        let order = order_statistics(durations);
        Self {
            opened: counts.open + counts.valid + counts.invalid + counts.rejected + counts.withdrawn,
            closed: counts.valid + counts.invalid,
            still_open: counts.open,
            invalid_order: counts.invalid,
            valid_closed: counts.valid,
            median_h: order.map(|order| order.median_h),
            p90_h: order.map(|order| order.p90_h),
            p90_h_nearest_rank: order.map(|order| order.nearest_rank_h),
            mean_h: order.map(|order| order.mean_h),
            with_target: counts.with_target,
            breached: counts.breached,
            breach_share: (counts.with_target > 0).then(|| counts.breached as f64 / counts.with_target as f64),
            rejected: counts.rejected,
            withdrawn: counts.withdrawn,
        }
    }
}

#[derive(Clone, Copy)]
struct OrderStatistics {
    median_h: f64,
    p90_h: f64,
    nearest_rank_h: f64,
    mean_h: f64,
}

/// Ranks are integers, so that no rounding of 0.9 n moves them.
fn order_statistics(durations: &mut [Millis]) -> Option<OrderStatistics> {
    let count = durations.len();
    let last = count.checked_sub(1)?;
    // Wide, because six million long durations pass what 64 bits hold.
    let sum: i128 = durations.iter().map(|duration| i128::from(*duration)).sum();
    let (below_p90, below_median) = (last * 9 / 10, last / 2);
    let (p90, median) = if count <= FEW {
        durations.sort_unstable();
        let two = |below: usize| (durations[below], durations[(below + 1).min(last)]);
        (two(below_p90), two(below_median))
    } else {
        let p90 = select(durations, below_p90);
        // Among so many the ranks of the median lie below that of the percentile.
        (p90, select(&mut durations[..=below_p90], below_median))
    };
    let nearest_rank = (count * 9).div_ceil(10) - 1;
    Some(OrderStatistics {
        median_h: between(median, last % 2, 2),
        p90_h: between(p90, last * 9 % 10, 10),
        nearest_rank_h: (if nearest_rank == below_p90 { p90.0 } else { p90.1 }) as f64 / HOUR_MS,
        mean_h: sum as f64 / count as f64 / HOUR_MS,
    })
}

/// The value at that rank and the one after it.
fn select(values: &mut [Millis], rank: usize) -> (Millis, Millis) {
    let (_, at, above) = values.select_nth_unstable(rank);
    let at = *at;
    (at, above.iter().copied().min().unwrap_or(at))
}

/// In hours, `share` of `parts` of the way from one duration to the next.
fn between((below, above): (Millis, Millis), share: usize, parts: usize) -> f64 {
    (below as f64 + (above - below) as f64 * (share as f64 / parts as f64)) / HOUR_MS
}
