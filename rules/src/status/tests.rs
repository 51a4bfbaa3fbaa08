use proptest::prelude::*;

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn bands(id: &str, valid_from: &str, late_below: f64, watch_below: f64) -> Bands {
    Bands { id: id.to_owned(), valid_from: date(valid_from), late_below, watch_below }
}

fn of(achievement: f64) -> Status {
    status(Some(1.0), Some(achievement), &BUILT_IN)
}

#[test]
fn a_class_begins_at_its_bound() {
    for (achievement, expected) in [
        (-14.29, Status::Late),
        (69.9999, Status::Late),
        (70.0, Status::Watch),
        (89.9999, Status::Watch),
        (90.0, Status::Good),
        (100.0, Status::Good),
        (100.0001, Status::Above),
    ] {
        assert_eq!(of(achievement), expected, "{achievement}");
    }
}

#[test]
fn noise_of_the_arithmetic_changes_no_class() {
    // 0.57 * 100 and (0.1 + 0.2) / 0.3 * 100 as a computer has them.
    let at_57 = bands("default", "2017-01-01", 57.0, 90.0);
    assert_eq!(status(Some(0.57), Some(56.99999999999999), &at_57), Status::Watch);
    assert_eq!(of(100.00000000000001), Status::Good);
    assert_eq!(of(90.0_f64.next_down()), Status::Good);
    assert_eq!(of(100.0_f64.next_up()), Status::Good);
}

#[test]
fn nothing_is_not_bad() {
    assert_eq!(status(None, None, &BUILT_IN), Status::NoData);
    assert_eq!(status(None, Some(50.0), &BUILT_IN), Status::NoData);
    assert_eq!(status(Some(0.0), None, &BUILT_IN), Status::NotRated);
    assert_eq!(of(f64::NAN), Status::NotRated);
}

#[test]
fn the_newest_bands_already_valid_hold() {
    let all = [
        bands("default", "2017-01-01", 60.0, 80.0),
        bands("serapan", "2025-01-01", 50.0, 75.0),
        bands("default", "2026-01-01", 70.0, 90.0),
    ];
    let late_below = |id, on| bands_on(&all, id, date(on)).late_below;
    assert_eq!(late_below("default", "2025-12-31"), 60.0);
    assert_eq!(late_below("default", "2026-01-01"), 70.0);
    assert_eq!(late_below("serapan", "2026-01-01"), 50.0);
    assert_eq!(late_below("serapan", "2024-12-31"), 60.0, "before its first day the default holds");
    assert_eq!(late_below("lain", "2026-01-01"), 70.0);
    assert_eq!(bands_on(&all, "default", date("2016-12-31")), &*BUILT_IN);
    assert_eq!(bands_on(&[], "default", date("2026-01-01")), &*BUILT_IN);
}

#[test]
fn statuses_read_back() {
    for status in Status::ALL {
        assert_eq!(Status::from_code(status.code()), Some(*status));
    }
    assert_eq!((Status::from_code(0), Status::from_code(7)), (None, None));
}

proptest! {
    #[test]
    fn more_achievement_is_never_a_worse_status(
        one in -200.0_f64..300.0, other in -200.0_f64..300.0, late in 0.0_f64..100.0, width in 0.0_f64..100.0,
    ) {
        let bands = bands("default", "2017-01-01", late, (late + width).min(100.0));
        let of = |achievement| status(Some(1.0), Some(achievement), &bands);
        // Declared from best to worst.
        prop_assert!(of(one.max(other)) <= of(one.min(other)));
    }
}
