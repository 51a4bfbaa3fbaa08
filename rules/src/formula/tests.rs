use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// To two decimals, as reports print it.
fn percent(formula: Formula, polarity: Polarity, value: f64, target: f64, high: Option<f64>) -> Option<String> {
    achievement(formula, polarity, value, target, high).map(|percent| format!("{percent:.2}"))
}

#[test]
fn the_four_formulas_of_one_target() {
    for (formula, expected) in
        [(Formula::Ratio, "112.50"), (Formula::Difference, "87.50"), (Formula::Inverse, "88.89"), (Formula::Remainder, "-12.50")]
    {
        assert_eq!(percent(formula, Polarity::Down, 9.0, 8.0, Some(99.0)).as_deref(), Some(expected));
    }
}

#[test]
fn bed_occupancy_is_best_inside_its_range() {
    let of = |value| percent(Formula::Range, Polarity::Range, value, 60.0, Some(85.0));
    for (value, expected) in [(45.0, "75.00"), (60.0, "100.00"), (72.0, "100.00"), (85.0, "100.00"), (93.5, "90.00"), (170.0, "0.00")] {
        assert_eq!(of(value).as_deref(), Some(expected));
    }
}

#[test]
fn a_range_without_upper_end_is_one_point() {
    let of = |value| percent(Formula::Range, Polarity::Range, value, 50.0, None);
    assert_eq!(of(50.0).as_deref(), Some("100.00"));
    assert_eq!(of(40.0).as_deref(), Some("80.00"));
    assert_eq!(of(60.0).as_deref(), Some("80.00"));
}

#[test]
fn what_cannot_be_computed_is_nothing() {
    for formula in Formula::ALL.iter().copied() {
        for polarity in Polarity::ALL.iter().copied() {
            if formula != Formula::Inverse {
                assert_eq!(achievement(formula, polarity, 5.0, 0.0, None), None);
            }
            assert_eq!(achievement(formula, polarity, f64::NAN, 5.0, None), None);
            assert_eq!(achievement(formula, polarity, 5.0, f64::NAN, None), None);
        }
    }
    assert_eq!(achievement(Formula::Inverse, Polarity::Down, 0.0, 5.0, None), None);
    assert_eq!(achievement(Formula::Ratio, Polarity::Up, f64::MAX, 1e-300, None), None);
    // The nearest end is 0, and below it nothing can be divided by it.
    assert_eq!(achievement(Formula::Range, Polarity::Up, -1.0, 0.0, Some(5.0)), None);
    assert_eq!(achievement(Formula::Range, Polarity::Up, 3.0, 0.0, Some(5.0)), Some(100.0));
}

proptest! {
    #[test]
    fn a_met_target_is_a_hundred(target in 0.01_f64..1e9, polarity in select(Polarity::ALL)) {
        for formula in [Formula::Ratio, Formula::Difference, Formula::Inverse, Formula::Range] {
            prop_assert_eq!(achievement(formula, polarity, target, target, None), Some(100.0));
        }
        prop_assert_eq!(achievement(Formula::Remainder, polarity, target, target, None), Some(0.0));
    }

    #[test]
    fn it_is_never_infinite(
        formula in select(Formula::ALL), polarity in select(Polarity::ALL),
        value in any::<f64>(), target in any::<f64>(), high in any::<Option<f64>>(),
    ) {
        prop_assert!(achievement(formula, polarity, value, target, high).is_none_or(f64::is_finite));
    }

    #[test]
    fn leaving_a_range_is_never_above(value in 0.0_f64..1e6, low in 0.01_f64..1e5, width in 0.0_f64..1e5) {
        let high = low + width;
        let percent = achievement(Formula::Range, Polarity::Range, value, low, Some(high)).expect("no end is 0");
        prop_assert!(percent <= 100.0);
        prop_assert_eq!(percent == 100.0, (low..=high).contains(&value));
    }

    #[test]
    fn better_is_never_worth_less(one in 0.01_f64..1e4, other in 0.01_f64..1e4, target in 0.01_f64..1e4, width in 0.0_f64..1e4) {
        let (less, more) = (one.min(other), one.max(other));
        let high = Some(target + width);
        let of = |formula, polarity, value| achievement(formula, polarity, value, target, high);
        for formula in [Formula::Ratio, Formula::Range] {
            prop_assert!(of(formula, Polarity::Up, less) <= of(formula, Polarity::Up, more));
        }
        for formula in [Formula::Difference, Formula::Inverse, Formula::Remainder, Formula::Range] {
            prop_assert!(of(formula, Polarity::Down, less) >= of(formula, Polarity::Down, more));
        }
    }
}
