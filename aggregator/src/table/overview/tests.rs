use proptest::prelude::*;
use rules::case::{CaseState, End, Step};
use rules::period::{Every, Period};
use rules::unit::Tree;

use super::super::fold::Folded;
use super::super::list::{Asked, Filter, Stretch, list};
use super::*;

const HOUR: Millis = 3_600_000;
/// Tuesday, 24 November 2026, 12.00 in Jakarta.
const NOW: Millis = 1_795_496_400_000;
const ZONE: Tz = chrono_tz::Asia::Jakarta;

fn case(opened: Option<Millis>, end: Option<(Millis, EndKind)>, due: Option<Millis>, class: Option<&str>) -> Folded {
    let state = CaseState {
        unit: 1,
        submitted_at: opened,
        completed_file_at: None,
        end: end.map(|(at, kind)| End { at, kind }),
        due,
        class: class.map(str::to_owned),
        channel: None,
        area: None,
        pauses: Vec::new(),
    };
    Folded { service: 1, case: format!("{opened:?}"), state, due, steps: Vec::new() }
}

fn tree() -> Tree {
    Tree::new(&[]).expect("no unit is its own parent")
}

fn all() -> Filter {
    Filter { as_of: NOW, ..Filter::default() }
}

#[test]
fn what_lies_on_the_desk_is_told_by_age_and_target() {
    let day = |back: i64| NOW - back * DAY_MS;
    let closed = |at: Millis| Some((at, EndKind::Closed));
    let cases = [
        case(Some(day(1)), None, Some(NOW + HOUR), Some("A")),
        case(Some(day(4)), None, Some(NOW - 1), Some("A")),
        case(Some(day(20)), None, None, None),
        case(Some(day(10)), closed(day(10) + 10 * HOUR), None, Some("A")),
        case(Some(day(3)), closed(day(3) + 20 * HOUR), None, Some("A")),
        case(Some(day(2)), Some((day(1), EndKind::Withdrawn)), None, Some("A")),
    ];
    let found = overview(&list(&cases, &tree(), &all()), ZONE, NOW, 3);
    assert_eq!((found.opened, found.open, found.with_target, found.overdue), (6, 3, 2, 1));
    assert_eq!((found.opened_7d, found.closed_7d, found.dropped_7d), (4, 1, 1));
    assert_eq!(found.durations_28d, Durations { n: 2, mean_h: Some(15.0), median_h: Some(15.0), p90_h: Some(19.0) });
    assert_eq!(found.ages, [(1, 0), (1, 1), (0, 0), (0, 0), (1, 0)]);
    assert_eq!((found.oldest, found.ahead), (Some(2), vec![0]));
    assert_eq!(found.classes.iter().map(|class| (class.class.as_deref(), class.open)).collect::<Vec<_>>(), [(Some("A"), 2), (None, 1)]);
    assert_eq!(found.overdue_classes, [("A".to_owned(), 1)]);
    let weeks: Vec<_> = found.weeks.iter().map(|week| (week.period.to_string(), week.opened, week.closed, week.open_at_end)).collect();
    let expected = [("2026-W46", 1, 1, 1), ("2026-W47", 3, 1, 3), ("2026-W48", 1, 0, 3)];
    assert_eq!(weeks.iter().map(|(name, a, b, c)| (name.as_str(), *a, *b, *c)).collect::<Vec<_>>(), expected);
    assert_eq!(found.backlog, Some(Backlog { first: 1, last: 3, mean: 7.0 / 3.0 }));
}

#[test]
fn weeks_before_the_first_case_are_not_counted_as_zero() {
    let cases = [case(Some(NOW - 8 * DAY_MS), None, None, None)];
    let found = overview(&list(&cases, &tree(), &all()), ZONE, NOW, 12);
    assert_eq!(found.weeks.iter().map(|week| (week.opened, week.open_at_end)).collect::<Vec<_>>(), [(1, 1), (0, 1)]);
    assert_eq!(found.first_case, "2026-11-16".parse().ok());
    let none = overview(&[], ZONE, NOW, 12);
    assert_eq!((none.weeks, none.backlog, none.first_case), (Vec::new(), None, None));
}

#[test]
fn hours_belong_to_the_step_that_they_follow() {
    let at = |hours: i64| NOW - 48 * HOUR + hours * HOUR;
    let mut through = case(Some(at(0)), Some((at(10), EndKind::Closed)), None, None);
    // A step before the opening and one after the end take no time of the case.
    through.steps = vec![
        (Step::Returned, at(-5)),
        (Step::Submitted, at(0)),
        (Step::CompletedFile, at(1)),
        (Step::Returned, at(3)),
        (Step::Resubmitted, at(7)),
        (Step::Decided, at(10)),
        (Step::HandedOver, at(20)),
    ];
    let mut straight = case(Some(at(0)), Some((at(4), EndKind::Closed)), None, None);
    straight.steps = vec![(Step::Submitted, at(0)), (Step::Decided, at(4))];
    let mut long_ago = case(Some(at(-24 * 60)), Some((at(-24 * 60 + 6), EndKind::Closed)), None, None);
    long_ago.steps = vec![(Step::Submitted, at(-24 * 60)), (Step::Decided, at(-24 * 60 + 6))];
    let cases = [through, straight, long_ago];
    let found = overview(&list(&cases, &tree(), &all()), ZONE, NOW, 1);
    let steps: Vec<_> = found.steps.iter().map(|step| (step.step, step.mean_h, step.usual_h)).collect();
    assert_eq!(
        steps,
        [
            (Step::Submitted, 2.5, Some(6.0)),
            (Step::CompletedFile, 1.0, Some(0.0)),
            (Step::Returned, 2.0, Some(0.0)),
            (Step::Resubmitted, 1.5, Some(0.0)),
        ]
    );
    assert_eq!((found.durations_28d.mean_h, found.durations_before.n), (Some(7.0), 1));
}

/// A moment around now, often exactly at an edge.
fn moment() -> impl Strategy<Value = Millis> {
    prop_oneof![(-60..2_i64).prop_map(|days| NOW + days * DAY_MS), (-60 * 24..24_i64).prop_map(|hours| NOW + hours * HOUR + 1)]
}

fn cases() -> impl Strategy<Value = Vec<Folded>> {
    let kind = prop_oneof![Just(EndKind::Closed), Just(EndKind::Closed), Just(EndKind::Rejected), Just(EndKind::Withdrawn)];
    let class = prop_oneof![Just(None), Just(Some("A")), Just(Some("B"))];
    let steps = proptest::collection::vec((0..11_usize, moment()), 0..6);
    let one =
        (proptest::option::weighted(0.95, moment()), proptest::option::of((moment(), kind)), proptest::option::of(moment()), class, steps);
    let made = one.prop_map(|(opened, end, due, class, steps)| {
        let mut steps: Vec<(Step, Millis)> = steps.into_iter().map(|(step, at)| (Step::ALL[step], at)).collect();
        steps.sort_unstable_by_key(|(step, at)| (*at, *step));
        Folded { steps, ..case(opened, end, due, class) }
    });
    proptest::collection::vec(made, 0..60)
}

fn stretch(from: Millis, to: Millis) -> Stretch {
    Stretch { from: Some(from), to: Some(to) }
}

proptest! {
    /// What a screen promises: a figure and the list behind it hold the same cases.
    #[test]
    fn every_figure_counts_the_cases_of_its_list(cases in cases(), class in prop_oneof![Just(None), Just(Some("A"))]) {
        let tree = tree();
        let count = |filter: Filter| list(&cases, &tree, &filter).len();
        let found = overview(&list(&cases, &tree, &all()), ZONE, NOW, 6);
        let back = |days: i64| Stretch { from: Some(NOW - days * DAY_MS + 1), to: None };
        let gone = [Asked::Rejected, Asked::Withdrawn];
        prop_assert_eq!(found.opened, count(Filter { opened: Stretch { from: None, to: Some(NOW + 1) }, ..all() }));
        prop_assert_eq!(found.open, count(Filter { among: vec![Asked::Open], ..all() }));
        prop_assert_eq!(found.overdue, count(Filter { among: vec![Asked::Overdue], ..all() }));
        prop_assert_eq!(found.overdue, count(Filter { among: vec![Asked::Open], due: Stretch { from: None, to: Some(NOW) }, ..all() }));
        prop_assert_eq!(found.opened_7d, count(Filter { opened: back(7), ..all() }));
        prop_assert_eq!(found.closed_7d, count(Filter { among: vec![Asked::Closed], ended: back(7), ..all() }));
        prop_assert_eq!(found.dropped_7d, count(Filter { among: gone.to_vec(), ended: back(7), ..all() }));
        prop_assert_eq!(found.durations_28d.n, count(Filter { among: vec![Asked::ValidClosed], ended: back(28), ..all() }));
        prop_assert_eq!(found.ahead.len(), count(Filter { among: vec![Asked::Open], due: Stretch { from: Some(NOW), to: None }, ..all() }));
        for (band, first) in AGE_BANDS.iter().enumerate() {
            let from = AGE_BANDS.get(band + 1).map(|next| NOW - next * DAY_MS + 1);
            // The youngest band holds also what was opened this very moment.
            let opened = Stretch { from, to: Some(NOW - first * DAY_MS + 1) };
            for (asked, figure) in [(Asked::Open, found.ages[band].0), (Asked::Overdue, found.ages[band].1)] {
                prop_assert_eq!(figure, count(Filter { among: vec![asked], opened, ..all() }));
            }
        }
        for week in &found.weeks {
            let (from, to) = (week.period.starts_at(ZONE), week.period.ends_at(ZONE));
            prop_assert_eq!(week.opened, count(Filter { opened: stretch(from, to), ..all() }));
            prop_assert_eq!(week.closed, count(Filter { among: vec![Asked::Closed], ended: stretch(from, to), ..all() }));
            prop_assert_eq!(week.dropped, count(Filter { among: gone.to_vec(), ended: stretch(from, to), ..all() }));
            prop_assert_eq!(week.durations.n, count(Filter { among: vec![Asked::ValidClosed], ended: stretch(from, to), ..all() }));
            prop_assert_eq!(week.open_at_end, count(Filter { among: vec![Asked::Open], as_of: NOW.min(to - 1), ..all() }));
        }
        if let Some(one) = found.classes.iter().find(|one| one.class.as_deref() == class) {
            let of = |filter: Filter| count(Filter { class: Some(class.map(str::to_owned)), ..filter });
            prop_assert_eq!(one.opened_28d, of(Filter { opened: back(28), ..all() }));
            prop_assert_eq!(one.open, of(Filter { among: vec![Asked::Open], ..all() }));
            prop_assert_eq!(one.overdue, of(Filter { among: vec![Asked::Overdue], ..all() }));
            prop_assert_eq!(one.durations.n, of(Filter { among: vec![Asked::ValidClosed], ended: back(28), ..all() }));
        }
    }

    #[test]
    fn the_steps_of_closed_cases_come_to_their_mean_duration(cases in cases()) {
        let found = overview(&list(&cases, &tree(), &all()), ZONE, NOW, 1);
        let sum: f64 = found.steps.iter().map(|step| step.mean_h).sum();
        prop_assert!((sum - found.durations_28d.mean_h.unwrap_or_default()).abs() < 1e-6);
        let usual: f64 = found.steps.iter().filter_map(|step| step.usual_h).sum();
        if !found.steps.is_empty() {
            prop_assert!((usual - found.durations_before.mean_h.unwrap_or_default()).abs() < 1e-6);
        }
        let shares: f64 = found.steps.iter().filter_map(|step| step.share).sum();
        prop_assert!(found.steps.iter().all(|step| step.share.is_none()) || (shares - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_backlog_grows_by_what_comes_in_and_shrinks_by_what_goes_out(cases in cases()) {
        // One that ended before it was opened goes out and was never in.
        let right: Vec<Folded> = cases.into_iter().filter(|case| case.state.end.is_none_or(|end| case.state.submitted_at.is_none_or(|at| end.at >= at))).collect();
        let found = overview(&list(&right, &tree(), &all()), ZONE, NOW, 6);
        for pair in found.weeks.windows(2) {
            let [before, week] = pair else { continue };
            prop_assert_eq!(before.open_at_end + week.opened, week.open_at_end + week.closed + week.dropped);
        }
        let current = Period::containing(date_of(NOW, ZONE), Every::Week);
        prop_assert!(found.weeks.last().is_none_or(|week| week.period == current));
    }
}
