//! Signal or noise: whether a value moved, or only varied as it always does.
//!
//! Owns the XmR chart (individual values and moving ranges; Shewhart, Wheeler): limits at the mean and 2.66 mean moving ranges
//! on each side of it, from 24 points that are the baseline, and two rules, a point outside of them and eight in a row on one
//! side of the mean. Must never know an indicator: who asks leaves out running totals and seasons, to which this does not
//! apply.

use crate::word::words;

words! {
    /// What the newest point is.
    pub enum Signal ("signal") {
        /// It rose beyond what it varies by itself (naik nyata).
        Rise = "rise",
        /// It fell beyond that (turun nyata).
        Fall = "fall",
        /// It varies as usual (wajar).
        Usual = "usual",
        /// There are too few points to tell (data awal).
        Baseline = "baseline",
    }
}

/// Points from which the limits are taken.
pub const BASELINE: usize = 24;
/// Points in a row on one side of the mean that are a signal.
pub const RUN: usize = 8;
/// 3 / d2, with d2 = 1.128 for ranges of two.
const FACTOR: f64 = 2.66;

/// Between which values a measure varies by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Lower one.
    pub lower: f64,
    /// Mean of the baseline.
    pub mean: f64,
    /// Upper one.
    pub upper: f64,
}

impl Limits {
    /// The limits by the first [`BASELINE`] points; None when there are fewer.
    pub fn of(points: &[f64]) -> Option<Self> {
        let baseline = points.get(..BASELINE)?;
        let mean = baseline.iter().sum::<f64>() / BASELINE as f64;
        let ranges = baseline.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let range = ranges.sum::<f64>() / (BASELINE - 1) as f64;
        Some(Self { lower: mean - FACTOR * range, mean, upper: mean + FACTOR * range })
    }
}

/// What the last of these points is, the oldest first; those without a value are left out before.
///
/// `since` is the place at which the baseline begins: after a shift that somebody confirmed, else 0.
pub fn judge(points: &[f64], since: usize) -> Signal {
    let points = points.get(since..).unwrap_or_default();
    let (Some(limits), Some(last)) = (Limits::of(points), points.last()) else { return Signal::Baseline };
    if points.len() == BASELINE {
        return Signal::Usual;
    }
    if *last > limits.upper {
        return Signal::Rise;
    }
    if *last < limits.lower {
        return Signal::Fall;
    }
    let run = &points[points.len() - RUN..];
    match () {
        () if run.iter().all(|point| *point > limits.mean) => Signal::Rise,
        () if run.iter().all(|point| *point < limits.mean) => Signal::Fall,
        () => Signal::Usual,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Normal noise by a generator of its own, so that a failure can be repeated.
    struct Noise(u64);

    impl Noise {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
        }

        fn series(&mut self, length: usize) -> Vec<f64> {
            (0..length).map(|_| 50.0 + 4.0 * self.normal()).collect()
        }
    }

    #[test]
    fn limits_are_those_of_a_worked_chart() {
        // Mean 10, each step 2: 10 ± 5.32.
        let points: Vec<f64> = (0..BASELINE).map(|no| if no % 2 == 0 { 9.0 } else { 11.0 }).collect();
        let limits = Limits::of(&points).expect("24 points");
        assert!(
            (limits.mean - 10.0).abs() < 1e-12 && (limits.upper - 15.32).abs() < 1e-12 && (limits.lower - 4.68).abs() < 1e-12,
            "{limits:?}"
        );
        assert_eq!(Limits::of(&points[1..]), None);
        let with = |more: &[f64]| judge(&[&points, more].concat(), 0);
        assert_eq!([with(&[15.4]), with(&[4.6]), with(&[15.3]), with(&[])], [Signal::Rise, Signal::Fall, Signal::Usual, Signal::Usual]);
        assert_eq!(
            [with(&[10.5; 7]), with(&[10.5; 8]), with(&[9.5; 8])],
            [Signal::Rise, Signal::Rise, Signal::Fall],
            "the point before them was above, too"
        );
        assert_eq!(with(&[9.5, 10.5, 10.5, 10.5, 10.5, 10.5, 10.5, 10.5]), Signal::Usual, "seven");
        assert_eq!(judge(&points[..10], 0), Signal::Baseline);
        assert_eq!(judge(&[&points[..], &[20.0; 30]].concat(), BASELINE), Signal::Usual, "a confirmed shift begins a baseline");
        assert_eq!(judge(&points, 99), Signal::Baseline);
    }

    #[test]
    fn a_stable_measure_is_left_in_peace() {
        let mut noise = Noise(20_261_125);
        let (mut flagged, mut all) = (0, 0);
        for _ in 0..2_000 {
            let points = noise.series(BASELINE + 52);
            for length in BASELINE + 1..=points.len() {
                all += 1;
                flagged += usize::from(judge(&points[..length], 0) != Signal::Usual);
            }
        }
        let share = flagged as f64 / all as f64;
        assert!(share <= 0.025, "{share}");
    }

    #[test]
    fn a_shift_of_one_and_a_half_sigma_is_found_within_twelve_points() {
        let mut noise = Noise(7);
        let series = 2_000;
        let found = (0..series).filter(|no| {
            let (rises, expected) = if no % 2 == 0 { (6.0, Signal::Rise) } else { (-6.0, Signal::Fall) };
            let mut points = noise.series(BASELINE + 12);
            points[BASELINE..].iter_mut().for_each(|point| *point += rises);
            (BASELINE + 1..=points.len()).any(|length| judge(&points[..length], 0) == expected)
        });
        let share = found.count() as f64 / f64::from(series);
        assert!(share >= 0.8, "{share}");
    }

    proptest! {
        /// Another unit of measure says the same.
        #[test]
        fn scale_and_origin_change_nothing(points in proptest::collection::vec(-1_000..1_000_i32, 0..60), scale in 1..9_i32, origin in -99..99_i32) {
            let of = |scale: i32, origin: i32| points.iter().map(|point| f64::from(point * scale * 64 + origin)).collect::<Vec<_>>();
            let (plain, moved) = (of(1, 0), of(scale, origin));
            let is_clear = Limits::of(&plain).zip(plain.last()).is_none_or(|(limits, last)| {
                [limits.lower, limits.mean, limits.upper].iter().all(|limit| plain.iter().all(|point| (point - limit).abs() > 1e-6) && (last - limit).abs() > 1e-6)
            });
            prop_assume!(is_clear);
            prop_assert_eq!(judge(&plain, 0), judge(&moved, 0));
            let turned: Vec<f64> = plain.iter().map(|point| -point).collect();
            let opposite = match judge(&plain, 0) { Signal::Rise => Signal::Fall, Signal::Fall => Signal::Rise, other => other };
            prop_assert_eq!(judge(&turned, 0), opposite);
        }
    }
}
