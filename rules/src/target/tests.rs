use proptest::prelude::*;

use super::*;
use crate::strategy;

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

fn targets(of: &[(&str, f64)]) -> Vec<Target> {
    of.iter().map(|&(text, target)| one(text, target, None)).collect()
}

fn one(text: &str, target: f64, high: Option<f64>) -> Target {
    Target { indicator: 1, unit: None, period: period(text), target, high, note: String::new() }
}

fn to_date(targets: &[Target], window: &str) -> Option<Due> {
    due(targets, period(window), Accumulates::ToDate, RollupTime::Last)
}

#[test]
fn a_summed_flow_is_rated_against_its_own_period_only() {
    let targets = targets(&[("2026", 1200.0), ("2026-11", 100.0)]);
    let due = |window| due(&targets, period(window), Accumulates::Flow, RollupTime::Sum);
    assert_eq!(due("2026-11").map(|due| (due.target, due.how)), Some((100.0, How::Own(period("2026-11")))));
    assert_eq!(due("2026").map(|due| due.target), Some(1200.0));
    assert_eq!(due("2026-10"), None);
    assert_eq!(due("2026-W47"), None);
    assert_eq!(due("2026-Q4"), None);
}

#[test]
fn other_flows_take_the_shortest_period_around_the_window() {
    let targets = targets(&[("2026", 80.0), ("2026-Q4", 85.0), ("2026-12", 90.0)]);
    for rollup_time in RollupTime::ALL.iter().copied().filter(|rollup| *rollup != RollupTime::Sum) {
        let due = |window| due(&targets, period(window), Accumulates::Flow, rollup_time).map(|due| due.target);
        assert_eq!(due("2026-12-24"), Some(90.0));
        assert_eq!(due("2026-12"), Some(90.0));
        assert_eq!(due("2026-11"), Some(85.0));
        assert_eq!(due("2026-W01"), Some(80.0), "its Thursday is 1 January 2026");
        assert_eq!(due("2025-12-29"), None, "though that day is in the same week");
        assert_eq!(due("2026-W53"), Some(90.0), "its Thursday is 31 December 2026");
        assert_eq!(due("2027-W01"), None);
    }
}

#[test]
fn a_running_total_is_due_where_a_target_ends() {
    let targets = targets(&[("2026-Q1", 20.0), ("2026-Q2", 45.0), ("2026", 100.0)]);
    for (window, target, how) in [("2026-03", 20.0, "2026-Q1"), ("2026-06-30", 45.0, "2026-Q2"), ("2026-S2", 100.0, "2026")] {
        let due = to_date(&targets, window).expect("due");
        assert_eq!((due.target, due.how), (target, How::EndsThere(period(how))));
    }
}

#[test]
fn of_several_that_end_there_the_shortest_is_due() {
    let targets = targets(&[("2026", 100.0), ("2026-12", 98.0), ("2026-Q4", 99.0)]);
    assert_eq!(to_date(&targets, "2026").map(|due| due.how), Some(How::EndsThere(period("2026-12"))));
    assert_eq!(to_date(&targets, "2026-06").map(|due| due.how), Some(How::Line { from: None, to: period("2026-12") }));
}

#[test]
fn between_targets_the_straight_line_by_days_is_due() {
    let targets = targets(&[("2026-Q1", 20.0), ("2026", 100.0)]);
    // 31 of the first 90 days, from nothing.
    let january = to_date(&targets, "2026-01").expect("due");
    assert_eq!(january.how, How::Line { from: None, to: period("2026-Q1") });
    assert_eq!(january.target, 20.0 * 31.0 / 90.0);
    // 91 of the 275 days from 31 March to 31 December.
    let june = to_date(&targets, "2026-06").expect("due");
    assert_eq!(june.how, How::Line { from: Some(period("2026-Q1")), to: period("2026") });
    assert_eq!(june.target, 20.0 + 80.0 * (91.0 / 275.0));
}

#[test]
fn after_the_last_target_nothing_is_due() {
    let targets = targets(&[("2026-Q3", 60.0), ("2025", 90.0), ("2027", 110.0)]);
    assert_eq!(to_date(&targets, "2026-10"), None);
    assert_eq!(to_date(&[], "2026"), None);
    // Last year's total is not where this year begins.
    assert_eq!(to_date(&targets, "2026-01-01").map(|due| due.target), Some(60.0 / 273.0));
}

#[test]
fn the_last_week_is_due_at_the_end_of_its_year() {
    let by_year = targets(&[("2026", 100.0), ("2027", 200.0)]);
    assert_eq!(to_date(&by_year, "2026-W53").map(|due| due.target), Some(100.0));
    let by_week = targets(&[("2026-W53", 100.0), ("2027", 200.0)]);
    assert_eq!(to_date(&by_week, "2026").map(|due| due.how), Some(How::EndsThere(period("2026-W53"))));
    // The first week ends on 4 January; its days in December do not count.
    assert_eq!(to_date(&by_year, "2026-W01").map(|due| due.target), Some(100.0 * 4.0 / 365.0));
}

#[test]
fn the_upper_end_follows_the_line_too() {
    let targets = [one("2026-S1", 10.0, None), one("2026", 30.0, Some(50.0))];
    // From 30 June, day 181, to 31 December, day 365; 92 days are the half of it.
    let half = to_date(&targets, "2026-Q3").expect("due");
    assert_eq!((half.target, half.high), (20.0, Some(30.0)));
    assert_eq!(to_date(&targets, "2026-Q1").expect("due").high, None);
    assert_eq!(to_date(&targets, "2026").expect("due").high, Some(50.0));
    let narrowing = [one("2026-S1", 10.0, Some(20.0)), one("2026", 30.0, None)];
    assert_eq!(to_date(&narrowing, "2026-Q3").expect("due").high, Some(25.0));
}

/// Targets that differ in period, as a file has them, all in one year.
fn targets_of_2026() -> impl Strategy<Value = Vec<Target>> {
    let in_2026 = (day(), strategy::every()).prop_map(|(day, every)| Period::containing(day, every));
    proptest::collection::btree_map(in_2026, (0.0..1e6, proptest::option::of(0.0..1e6)), 0..12).prop_map(|rows| {
        rows.into_iter()
            .map(|(period, (target, high))| Target { indicator: 1, unit: None, period, target, high, note: String::new() })
            .collect()
    })
}

/// A day of 2026, as a window or as what a window contains.
fn day() -> impl Strategy<Value = NaiveDate> {
    (0_i64..365).prop_map(|number| time::plus_days(period("2026").first_day(), number))
}

proptest! {
    #[test]
    fn what_is_due_lies_between_its_neighbours(targets in targets_of_2026(), day in day()) {
        let window = Period::containing(day, Every::Day);
        let of = |period: Period| {
            targets.iter().find(|target| target.period == period).expect("named by `how`")
        };
        let dues: Vec<_> = targets.iter().map(|target| due_day(target.period)).collect();
        match due(&targets, window, Accumulates::ToDate, RollupTime::Sum) {
            None => {
                let all_are_over = dues.iter().all(|due| *due < due_day(window));
                prop_assert!(all_are_over);
            }
            Some(Due { how: How::Own(_), .. }) => {
                prop_assert!(false, "a running total has no own target");
            }
            Some(Due { target, high, how: How::EndsThere(there) }) => {
                prop_assert_eq!(due_day(there), due_day(window));
                prop_assert_eq!((target, high), (of(there).target, of(there).high));
            }
            Some(Due { target, how: How::Line { from, to }, .. }) => {
                let (start, end) = (from.map_or(0.0, |from| of(from).target), of(to).target);
                prop_assert!(start.min(end) <= target && target <= start.max(end));
                prop_assert!(due_day(window) < due_day(to));
                let from_day = from.map(due_day);
                prop_assert!(from_day.is_none_or(|from_day| from_day < due_day(window)));
                let none_is_nearer =
                    dues.iter().all(|due| *due >= due_day(to) || Some(*due) <= from_day);
                prop_assert!(none_is_nearer);
            }
        }
    }

    #[test]
    fn the_end_of_any_target_is_hit(targets in targets_of_2026()) {
        for target in &targets {
            let due = due(&targets, target.period, Accumulates::ToDate, RollupTime::Last);
            let how = due.expect("one ends there").how;
            let How::EndsThere(there) = how else { panic!("{how:?} should end there") };
            prop_assert!(there <= target.period);
        }
    }

    #[test]
    fn a_flow_takes_the_shortest_that_contains_it(
        targets in targets_of_2026(), day in day(), every in strategy::every(),
    ) {
        let window = Period::containing(day, every);
        let due = due(&targets, window, Accumulates::Flow, RollupTime::Mean);
        let shortest = targets
            .iter()
            .filter(|target| target.period.contains(window))
            .map(|target| target.period.every())
            .min();
        let expected = shortest.map(|every| How::Own(window.home(every).expect("around it")));
        prop_assert_eq!(due.map(|due| due.how), expected);
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (given, shuffled) in targets_of_2026()
            .prop_flat_map(|targets| (Just(targets.clone()), Just(targets).prop_shuffle())),
        day in day(),
        every in strategy::every(),
        accumulates in proptest::sample::select(Accumulates::ALL),
        rollup_time in proptest::sample::select(RollupTime::ALL),
    ) {
        let window = Period::containing(day, every);
        prop_assert_eq!(
            due(&given, window, accumulates, rollup_time),
            due(&shuffled, window, accumulates, rollup_time)
        );
    }
}
