//! The quick way and the plain way come to the same.

use chrono::NaiveDate;
use chrono_tz::{America, Asia, UTC};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use rules::case::Measure;
use rules::unit::{Tree, Unit};

use super::naive;
use super::*;
use crate::window::Window;

const DAY: Millis = 24 * HOUR;
/// 2026-12-20T00:00:00Z, so that weeks, months and years meet in what is drawn.
const BEGIN: Millis = 1_797_724_800_000;

/// Instants of a month around New Year; half of them on the hour, so that they meet.
fn instant() -> impl Strategy<Value = Millis> {
    prop_oneof![(0..30 * DAY).prop_map(|ms| BEGIN + ms), (0..30 * 24_i64).prop_map(|hours| BEGIN + hours * HOUR)]
}

fn case() -> impl Strategy<Value = Case> {
    let kind = select(vec![EndKind::Closed, EndKind::Closed, EndKind::Closed, EndKind::Rejected, EndKind::Withdrawn]);
    (1_i64..6, 1_i64..3, instant(), option::of((instant(), kind)), option::of(instant())).prop_map(|(unit, service, opened, end, due)| {
        Case { unit, service, opened, end: end.map(|(at, kind)| End { at, kind }), due, net: None }
    })
}

fn args() -> impl Strategy<Value = Args> {
    let zone = select(vec![UTC, Asia::Jakarta, America::New_York]);
    (select(Every::ALL), zone, instant(), option::of(instant()), option::of(instant())).prop_map(|(every, zone, as_of, from, to)| Args {
        every,
        zone,
        as_of,
        from,
        to,
    })
}

/// Two trees of units 1 to 5 by the parents of each; a unit's parent has a lower number.
fn lineages() -> impl Strategy<Value = Lineages> {
    let tree = || {
        vec(0_i64..5, 5).prop_map(|parents| {
            let unit = |(no, parent): (i64, i64)| Unit {
                no,
                id: no.to_string(),
                parent: Some(parent % no).filter(|parent| *parent > 0),
                name: String::new(),
                short_name: String::new(),
                kind: String::new(),
                valid_from: None,
                valid_to: None,
                calendar: String::new(),
                code: String::new(),
            };
            // Unit 5 is in no tree.
            Tree::new(&(1..5).zip(parents).map(unit).collect::<Vec<_>>()).expect("a tree")
        })
    };
    (instant(), tree(), tree()).prop_map(|(turn, before, after)| Lineages::new(vec![(turn, after), (Millis::MIN, before)]))
}

/// The cases of each group, the plain way.
fn groups(cases: &[Case], by: By<'_>) -> Vec<(i64, Vec<Case>)> {
    let belongs = |case: &Case, group: i64| match by {
        By::Unit => case.unit == group,
        By::Service => case.service == group,
        By::All => group == ALL,
        By::Tree(lineages) => case.unit == group || lineages.lineage(case.unit, case.opened).contains(&group),
    };
    let of = |group| cases.iter().copied().filter(|case| belongs(case, group)).collect::<Vec<_>>();
    (0..6).map(|group| (group, of(group))).filter(|(_, cases)| !cases.is_empty()).collect()
}

fn check_table(cases: &[Case], by: By<'_>, args: &Args) -> Result<(), TestCaseError> {
    let mut expected = Vec::new();
    for (group, cases) in groups(cases, by) {
        for period in naive::periods(&cases, args).into_iter().filter(|period| naive::shows(*period, args)) {
            let figures = naive::figures(&cases, period.starts_at(args.zone), period.ends_at(args.zone), args.as_of);
            expected.push(Row { group, period, figures });
        }
    }
    let found = table(&cases.iter().copied().collect(), by, args);
    prop_assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        prop_assert_eq!((found.group, found.period), (expected.group, expected.period));
        prop_assert!(naive::same(&found.figures, &expected.figures), "{:?} is not {:?}", found, expected);
    }
    Ok(())
}

fn check_backlog(cases: &[Case], by: By<'_>, args: &Args) -> Result<(), TestCaseError> {
    let mut expected = Vec::new();
    for (group, of_group) in groups(cases, by) {
        if !of_group.iter().any(|case| case.opened <= args.as_of) {
            continue;
        }
        for period in naive::grid(cases, args) {
            let (starts, ends) = (period.starts_at(args.zone), period.ends_at(args.zone));
            expected.push(BacklogRow {
                group,
                period,
                closed_in_period: naive::closed_between(&of_group, starts, ends, args.as_of),
                open_at_period_end: naive::open_and_overdue(&of_group, ends, args.as_of).0,
            });
        }
    }
    prop_assert_eq!(backlog(&cases.iter().copied().collect(), by, args), expected);
    Ok(())
}

/// Every period that the drawn instants touch, and 28 days that end on some of the days.
fn asked(cases: &[Case], by: By<'_>) -> Vec<(i64, Window)> {
    let first = NaiveDate::from_ymd_opt(2026, 12, 15).expect("a date");
    let days: Vec<NaiveDate> = first.iter_days().take(45).collect();
    let mut asked = Vec::new();
    for (group, _) in groups(cases, by) {
        for every in Every::ALL {
            let mut periods: Vec<Period> = days.iter().map(|day| Period::containing(*day, *every)).collect();
            periods.dedup();
            asked.extend(periods.into_iter().map(|period| (group, Window::Period(period))));
        }
        asked.extend(days.iter().step_by(4).map(|day| (group, Window::Rolling28d(*day))));
    }
    // Some order that is not that of time.
    asked.sort_by_key(|(group, window)| (window.last_day().to_string().chars().rev().collect::<String>(), -group));
    asked
}

fn bounds(window: Window, zone: Tz) -> (Millis, Millis) {
    let after = window.last_day().succ_opt().expect("a date");
    (rules::time::start_of(window.first_day(), zone), rules::time::start_of(after, zone))
}

proptest! {
    #[test]
    fn of_units_services_and_all(cases in vec(case(), 0..60), args in args()) {
        for by in [By::Unit, By::Service, By::All] {
            check_table(&cases, by, &args)?;
            check_backlog(&cases, by, &args)?;
        }
    }

    #[test]
    fn along_the_tree_of_the_opening(cases in vec(case(), 0..60), args in args(), lineages in lineages()) {
        check_table(&cases, By::Tree(&lineages), &args)?;
        check_backlog(&cases, By::Tree(&lineages), &args)?;
    }

    #[test]
    fn order_and_threads_leave_every_byte(cases in vec(case(), 1..40), args in args(), turn in any::<prop::sample::Index>()) {
        let mut turned = cases.clone();
        turned.rotate_left(turn.index(cases.len()));
        let text = |cases: &[Case]| format!("{:?}", table(&cases.iter().copied().collect(), By::Unit, &args));
        prop_assert_eq!(text(&turned), text(&cases));
        // Enough copies for several shards: the counts grow, the ranks stay between the same values.
        let copies = ROWS_FOR_THREADS / cases.len() + 1;
        let many: Cases = (0..copies).flat_map(|_| cases.iter().copied()).collect();
        let (few, many) = (table(&cases.iter().copied().collect(), By::Unit, &args), table(&many, By::Unit, &args));
        prop_assert_eq!(few.len(), many.len());
        for (few, many) in few.iter().zip(&many) {
            prop_assert_eq!(few.figures.opened * copies as i64, many.figures.opened);
            prop_assert_eq!(few.figures.breached * copies as i64, many.figures.breached);
            prop_assert_eq!(few.figures.breach_share, many.figures.breach_share);
        }
    }

    #[test]
    fn windows_hold_what_the_tables_hold(cases in vec(case(), 0..40), args in args(), lineages in lineages()) {
        let columns: Cases = cases.iter().copied().collect();
        for by in [By::Unit, By::Tree(&lineages), By::All] {
            let asked = asked(&cases, by);
            let found = windows(&columns, by, args.zone, args.as_of, &asked);
            let groups = groups(&cases, by);
            for ((group, window), live) in asked.iter().zip(&found) {
                let (_, cases) = groups.iter().find(|(known, _)| known == group).expect("asked of these groups");
                let (starts, ends) = bounds(*window, args.zone);
                let expected = naive::figures(cases, starts, ends, args.as_of);
                prop_assert!(naive::same(&live.figures, &expected), "{:?} {:?} is not {:?}", window, live, expected);
                prop_assert_eq!((live.open, live.overdue), naive::open_and_overdue(cases, ends, args.as_of), "{:?}", window);
            }
        }
    }

    #[test]
    fn nothing_changes_before_it_is_due(cases in vec(case(), 0..12), args in args(), later in instant()) {
        let columns: Cases = cases.iter().copied().collect();
        let asked = asked(&cases, By::Unit);
        let at = |as_of| windows(&columns, By::Unit, args.zone, as_of, &asked);
        let now = at(args.as_of);
        let later = at(later.max(args.as_of));
        for (place, live) in now.iter().enumerate() {
            for measure in Measure::ALL {
                let said = live.measure(*measure);
                let facts = |measured: Measured| (measured.value, measured.numerator, measured.denominator, measured.n);
                let moved = facts(said) != facts(later[place].measure(*measure));
                prop_assert!(!moved || said.next_due.is_some(), "{:?} {:?} moved unsaid", asked[place], measure);
                if let Some(due) = said.next_due {
                    prop_assert!(due > args.as_of);
                }
            }
        }
        // Until the instant that a measure said it stays as it is.
        let said = |live: &Live, measure: Measure| live.measure(measure).next_due;
        let mut dues: Vec<Millis> = now.iter().flat_map(|live| Measure::ALL.iter().filter_map(|measure| said(live, *measure))).collect();
        dues.sort_unstable();
        dues.dedup();
        for due in dues {
            for (one, other) in now.iter().zip(at(due - 1)) {
                for measure in Measure::ALL.iter().filter(|measure| said(one, **measure).is_none_or(|said| said >= due)) {
                    let facts = |live: &Live| (live.measure(*measure).value, live.measure(*measure).n);
                    prop_assert_eq!(facts(one), facts(&other), "{:?} before {}", measure, due);
                }
            }
        }
    }
}
