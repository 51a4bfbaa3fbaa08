//! What happens at the edges, case by case.

use chrono_tz::{Asia, UTC};
use rules::unit::{Tree, Unit};

use super::*;

const LATE: &str = "2027-06-01T00:00:00Z";

#[test]
fn a_case_closed_before_it_was_opened_is_closed_without_a_duration() {
    let wrong = Case { due: Some(at("2026-11-24T12:00:00Z")), ..closed("2026-11-24T08:00:00Z", "2026-11-24T07:59:59Z") };
    let rows = by_unit(&[wrong, closed("2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z")], &args(Every::Day, UTC, LATE));
    let [row] = rows.as_slice() else { panic!("one row: {rows:?}") };
    let figures = row.figures;
    assert_eq!((figures.closed, figures.invalid_order, figures.valid_closed, figures.still_open), (2, 1, 1, 0));
    assert_eq!((figures.median_h, figures.mean_h, figures.with_target, figures.breached), (Some(2.0), Some(2.0), 1, 0));
}

#[test]
fn a_case_closed_in_the_second_of_its_opening_took_no_time() {
    let rows = by_unit(&[closed("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z")], &args(Every::Year, UTC, LATE));
    assert_eq!((rows[0].figures.valid_closed, rows[0].figures.p90_h, rows[0].figures.mean_h), (1, Some(0.0), Some(0.0)));
}

#[test]
fn as_of_decides_what_has_happened() {
    let case = Case { due: Some(at("2026-11-24T12:00:00Z")), ..closed("2026-11-24T08:00:00Z", "2026-11-24T14:00:00Z") };
    let figures = |as_of| by_unit(&[case], &args(Every::Day, UTC, as_of)).first().map(|row| row.figures);
    assert_eq!(figures("2026-11-24T07:59:59.999Z"), None, "not opened yet");
    let counts = |as_of| figures(as_of).map(|figures| (figures.still_open, figures.closed, figures.breached));
    assert_eq!(counts("2026-11-24T12:00:00Z"), Some((1, 0, 0)), "at its target it is in time");
    assert_eq!(counts("2026-11-24T12:00:00.001Z"), Some((1, 0, 1)));
    assert_eq!(counts("2026-11-24T13:59:59.999Z"), Some((1, 0, 1)));
    assert_eq!(counts("2026-11-24T14:00:00Z"), Some((0, 1, 1)));
}

#[test]
fn rejected_and_withdrawn_cases_stand_apart() {
    let ended = |kind| Case {
        due: Some(at("2026-11-24T09:00:00Z")),
        end: Some(End { at: at("2026-11-24T10:00:00Z"), kind }),
        ..open("2026-11-24T08:00:00Z")
    };
    let cases = [ended(EndKind::Rejected), ended(EndKind::Withdrawn), ended(EndKind::Withdrawn), ended(EndKind::Closed)];
    let figures = by_unit(&cases, &args(Every::Day, UTC, LATE))[0].figures;
    assert_eq!((figures.opened, figures.closed, figures.still_open, figures.rejected, figures.withdrawn), (4, 1, 0, 1, 2));
    assert_eq!((figures.valid_closed, figures.with_target, figures.breached), (1, 1, 1));
    let day = Args { to: Some(at("2026-11-25T00:00:00Z")), ..args(Every::Day, UTC, LATE) };
    let rows = backlog(&cases.into_iter().collect(), By::All, &day);
    assert_eq!((rows[0].closed_in_period, rows[0].open_at_period_end), (1, 0), "they leave the desk, but were not served");
}

#[test]
fn periods_begin_in_the_zone_of_the_region() {
    // 00.30 on Monday 28 December in Jakarta, 17.30 on Sunday in UTC.
    let case = [open("2026-12-27T17:30:00Z")];
    let shown = |every, zone| by_unit(&case, &args(every, zone, LATE))[0].period;
    assert_eq!(shown(Every::Week, Asia::Jakarta), period("2026-W53"));
    assert_eq!(shown(Every::Week, UTC), period("2026-W52"));
    assert_eq!(shown(Every::Day, Asia::Jakarta), period("2026-12-28"));
    let new_year = [open("2026-12-31T17:00:00Z")];
    let shown = |every| by_unit(&new_year, &args(every, Asia::Jakarta, LATE))[0].period;
    assert_eq!(shown(Every::Week), period("2026-W53"), "1 January 2027 lies in week 53");
    assert_eq!(shown(Every::Month), period("2027-01"));
    assert_eq!((shown(Every::Quarter), shown(Every::Semester), shown(Every::Year)), (period("2027-Q1"), period("2027-S1"), period("2027")));
}

#[test]
fn from_is_in_and_to_is_out() {
    let cases = [open("2026-11-02T08:00:00Z"), open("2026-11-09T08:00:00Z"), open("2026-11-16T08:00:00Z")];
    let weeks = Args { from: Some(at("2026-11-09T00:00:00Z")), to: Some(at("2026-11-16T00:00:00Z")), ..args(Every::Week, UTC, LATE) };
    assert_eq!(by_unit(&cases, &weeks).iter().map(|row| row.period).collect::<Vec<_>>(), [period("2026-W46")]);
    let rows = backlog(&cases.into_iter().collect(), By::Unit, &weeks);
    assert_eq!(rows.iter().map(|row| (row.period, row.open_at_period_end)).collect::<Vec<_>>(), [(period("2026-W46"), 2)]);
}

#[test]
fn the_grid_of_the_backlog_has_its_zeros() {
    // Closed a second before it was opened, on the other side of midnight.
    let wrong = closed("2026-11-03T00:00:00Z", "2026-11-02T23:59:59Z");
    let other = Case { unit: 2, ..closed("2026-11-03T08:00:00Z", "2026-11-05T00:00:00Z") };
    let rows = backlog(&[wrong, other].into_iter().collect(), By::Unit, &args(Every::Day, UTC, "2026-11-06T08:00:00Z"));
    let cells: Vec<(i64, String, i64, i64)> =
        rows.iter().map(|row| (row.group, row.period.to_string(), row.closed_in_period, row.open_at_period_end)).collect();
    let row = |group, day: &str, closed, open| (group, format!("2026-11-{day}"), closed, open);
    assert_eq!(
        cells,
        [
            row(1, "02", 1, 0),
            row(1, "03", 0, 0),
            row(1, "04", 0, 0),
            row(1, "05", 0, 0),
            row(1, "06", 0, 0),
            row(2, "02", 0, 0),
            row(2, "03", 0, 1),
            row(2, "04", 0, 1),
            row(2, "05", 1, 0),
            row(2, "06", 0, 0),
        ]
    );
}

#[test]
fn a_case_counts_for_those_who_were_above_its_unit_when_it_was_opened() {
    let unit = |no, parent| Unit {
        no,
        id: no.to_string(),
        parent,
        name: String::new(),
        short_name: String::new(),
        kind: String::new(),
        valid_from: None,
        valid_to: None,
        calendar: String::new(),
        code: String::new(),
    };
    let tree = |parent| Tree::new(&[unit(1, Some(parent)), unit(2, None), unit(3, None)]).expect("a tree");
    let lineages = Lineages::new(vec![(at("2026-07-01T00:00:00Z"), tree(3)), (at("2020-01-01T00:00:00Z"), tree(2))]);
    let stranger = Case { unit: 9, ..open("2026-08-01T08:00:00Z") };
    let cases = [open("2026-06-30T23:59:59Z"), open("2026-07-01T00:00:00Z"), open("2019-01-01T00:00:00Z"), stranger];
    let rows = table(&cases.into_iter().collect(), By::Tree(&lineages), &args(Every::Year, UTC, LATE));
    let opened: Vec<_> = rows.iter().map(|row| (row.group, row.period.to_string(), row.figures.opened)).collect();
    let row = |group, year: &str, opened| (group, year.to_owned(), opened);
    let nobody = Lineages::new(Vec::new());
    let alone = table(&cases.into_iter().collect(), By::Tree(&nobody), &args(Every::Year, UTC, LATE));
    assert_eq!(alone, by_unit(&cases, &args(Every::Year, UTC, LATE)));
    assert_eq!(opened, [row(1, "2019", 1), row(1, "2026", 2), row(2, "2019", 1), row(2, "2026", 1), row(3, "2026", 1), row(9, "2026", 1)]);
}

#[test]
fn of_no_cases_there_is_no_row() {
    let none = Cases::default();
    let args = args(Every::Day, UTC, LATE);
    assert!(none.is_empty() && table(&none, By::All, &args).is_empty() && backlog(&none, By::All, &args).is_empty());
    let ahead: Cases = [open("2027-07-01T00:00:00Z")].into_iter().collect();
    assert!(table(&ahead, By::Unit, &args).is_empty() && backlog(&ahead, By::Unit, &args).is_empty());
}

#[test]
fn a_window_says_when_time_alone_will_change_it() {
    let due = |due: &str| Case { due: Some(at(due)), ..open("2026-11-24T08:00:00Z") };
    let cases: Cases = [due("2026-11-24T12:00:00Z"), due("2026-11-30T12:00:00Z")].into_iter().collect();
    let asked = [(1, crate::window::Window::Period(period("2026-11-24")))];
    let live = |as_of: &str| windows(&cases, By::Unit, UTC, at(as_of), &asked)[0];
    let measured = |as_of, measure| {
        let measured = live(as_of).measure(measure);
        (measured.value, measured.next_due.map(rules::time::format_instant))
    };
    use rules::case::Measure;
    let noon = Some("2026-11-24T12:00:00.001Z".to_owned());
    assert_eq!(measured("2026-11-24T09:00:00Z", Measure::Overdue), (Some(0.0), noon.clone()));
    assert_eq!(measured("2026-11-24T09:00:00Z", Measure::BreachShare), (Some(0.0), noon));
    assert_eq!(measured("2026-11-24T09:00:00Z", Measure::Open), (Some(2.0), None));
    assert_eq!(measured("2026-11-24T13:00:00Z", Measure::Overdue), (Some(1.0), None), "the other is due after the day");
    let next = Some("2026-11-30T12:00:00.001Z".to_owned());
    assert_eq!(measured("2026-11-24T13:00:00Z", Measure::BreachShare), (Some(0.5), next.clone()));
    assert_eq!(measured("2026-11-24T13:00:00Z", Measure::OnTimeShare), (Some(0.5), next));
    assert_eq!(measured("2026-11-24T13:00:00Z", Measure::Median), (None, None));
    assert_eq!(measured("2026-12-24T13:00:00Z", Measure::BreachShare), (Some(1.0), None));
    let parts = live("2026-11-24T13:00:00Z").measure(Measure::BreachShare);
    assert_eq!((parts.numerator, parts.denominator, parts.n), (Some(1.0), Some(2.0), 2));
}

#[test]
fn instants_outside_of_the_calendar_do_no_harm() {
    for opened in [Millis::MIN, Millis::MIN / 2, Millis::MAX - 1] {
        let case = Case { opened, end: Some(End { at: 0, kind: EndKind::Closed }), due: Some(0), ..open("2026-11-24T08:00:00Z") };
        let year = Args { as_of: Millis::MAX - 1, ..args(Every::Year, UTC, LATE) };
        assert_eq!(by_unit(&[case, closed("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z")], &year).len(), 2);
    }
}

#[test]
fn long_durations_add_up_beyond_64_bits() {
    let long = closed("1901-01-01T00:00:00Z", "2199-12-31T00:00:00Z");
    let mut durations = vec![Millis::MAX / 2; 100];
    let mean = super::super::figures::Figures::of(&[0; 16], &mut durations).mean_h.expect("a mean");
    assert!((mean / (Millis::MAX as f64 / 2.0 / HOUR as f64) - 1.0).abs() < 1e-12);
    assert_eq!(by_unit(&[long], &args(Every::Day, UTC, "2200-01-01T00:00:00Z")).len(), 1);
}
