//! Deadlines by the standards of services: in working days, by decrees that change during the year.

use std::sync::Arc;

use aggregator::table::{self, Args, By};
use chrono::NaiveDate;
use rules::calendar::DaysOff;
use rules::case::{Clock, Step};
use rules::period::Every;
use rules::time::{format_instant, parse_instant};
use sql::configuration::{CalendarRow, Change, DayOffRow, HoursRow, Table};

use crate::store::cases::{self, step};
use crate::store::{Store, ZONE};

fn service(standard: u32, unit: &str, calendar: &str) -> Change {
    let mut change = cases::service("izin", "decided");
    change.content["standard"] = standard.into();
    change.content["standard_unit"] = unit.into();
    change.content["calendar"] = calendar.into();
    change
}

/// The days off of 2025 as they were decreed before the year, or as they were amended on 7 August.
fn days_off(amended: bool) -> Vec<Change> {
    let added = NaiveDate::from_ymd_opt(2025, 8, 18).expect("a date");
    let of_2025 = DaysOff::new([]);
    let rows = of_2025.iter().filter(|day| day.date.to_string().starts_with("2025") && (amended || day.date != added));
    let change = |day: &rules::calendar::DayOff| {
        let row =
            DayOffRow { date: day.date, kind: day.kind, name: day.name.clone(), decree: day.decree.clone(), decreed_on: day.decreed_on };
        Change { table: Table::DayOff, key: day.date.to_string(), content: serde_json::to_value(row).expect("JSON") }
    };
    rows.map(change).collect()
}

async fn all(store: &Store) -> Vec<sql::case_state::Stored> {
    sql::case_state::all(&store.db).await.expect("cases")
}

/// Deadlines by case, in the region's zone, to the day; blank without one.
async fn deadlines(store: &Store) -> Vec<(String, String)> {
    let word = |due: Option<i64>| due.map(|due| format_instant(due + 7 * 3_600_000)[..10].to_owned()).unwrap_or_default();
    all(store).await.into_iter().map(|case| (case.case, word(case.state.due))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decree_during_the_year_moves_exactly_the_deadlines_that_cross_its_day() {
    let store = Store::at("2025-08-06T05:00:00Z").await;
    store.configure(&[vec![service(5, "working_days", "")], days_off(false)].concat(), &[]).await;
    let submitted = |case: &str, day: &str| step(&format!("e{case}"), case, Step::Submitted, &format!("2025-{day}T02:00:00Z"));
    let sent = [
        submitted("1", "08-01"),
        submitted("2", "08-06"),
        submitted("3", "08-05"),
        submitted("4", "07-14"),
        submitted("5", "08-04").due("2025-08-18T02:00:00Z"),
    ];
    store.steps(&sent).await;
    store.settle().await;
    let before = deadlines(&store).await;
    let of = |found: &[(String, String)]| found.iter().map(|(_, due)| due[5..].to_owned()).collect::<Vec<_>>();
    assert_eq!(of(&before), ["08-08", "08-13", "08-12", "07-21", "08-18"]);
    // Received on the 11th and on the 12th: due on Monday the 18th, and on the 19th.
    store.set_clock("2025-08-12T05:00:00Z");
    store.steps(&[submitted("6", "08-11"), submitted("7", "08-12")]).await;
    store.settle().await;
    assert_eq!(of(&deadlines(&store).await)[5..], ["08-18", "08-19"]);
    let known_before = parse_instant("2025-08-12T05:00:30Z").expect("an instant");

    store.set_clock("2025-08-12T05:01:00Z");
    store.configure_at(store.clock()(), &days_off(true)).await;
    assert_eq!(store.differences().await, Vec::<String>::new(), "what waits is no fault");
    store.settle().await;
    assert_eq!(of(&deadlines(&store).await), ["08-08", "08-13", "08-12", "07-21", "08-18", "08-19", "08-20"], "what a source says stays");
    assert_eq!(store.differences().await, Vec::<String>::new());

    // Late on the 19th by what was known, on time by what is.
    let as_of = parse_instant("2025-08-19T05:00:00Z").expect("an instant");
    store.set_clock("2025-08-19T05:00:00Z");
    store.settle().await;
    assert_eq!(store.value("parent", "overdue", Every::Day, "2025-08-19").await, Some(5.0));
    let mut breached = Vec::new();
    for known_at in [Some(known_before), None] {
        let registry = Arc::new(sql::registry::load(&store.db, known_at).await.expect("a registry"));
        let args = Args { every: Every::Year, by: By::All, from: None, to: None, as_of, known_at, clock: Clock::Elapsed };
        breached.push(table::cases(&store.db, &registry, ZONE, args).await.expect("a table")[0].figures.breached);
    }
    assert_eq!(breached, [6, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standard_and_its_calendar_may_change() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.configure(&[service(3, "working_days", "")], &[]).await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-20T02:00:00Z")]).await;
    store.settle().await;
    let due = async || deadlines(&store).await[0].1.clone();
    assert_eq!(due().await, "2026-11-25");
    assert_eq!(store.value("parent", "overdue", Every::Day, "2026-11-25").await, Some(0.0));
    store.set_clock("2026-11-25T05:01:00Z");
    store.configure(&[service(2, "working_days", "")], &[]).await;
    store.settle().await;
    assert_eq!(due().await, "2026-11-24");
    assert_eq!(store.value("parent", "overdue", Every::Day, "2026-11-25").await, Some(1.0));
    let always = HoursRow { start: 0, end: 1_440, break_at: 0, break_minutes: 0 };
    let ward = CalendarRow {
        id: "ward".to_owned(),
        valid_from: NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date"),
        week: [Some(always); 7],
        ramadan: None,
        works_on_days_off: true,
    };
    let calendar = Change { table: Table::Calendar, key: ward.key(), content: serde_json::to_value(&ward).expect("JSON") };
    store.set_clock("2026-11-25T05:02:00Z");
    store.configure(&[calendar, service(2, "working_days", "ward")], &[]).await;
    store.settle().await;
    assert_eq!(due().await, "2026-11-22", "a ward works on Saturdays and Sundays");
    // The clock on the wall begins with the complete file and stands still while the case is returned.
    store.set_clock("2026-11-25T05:03:00Z");
    store.configure(&[service(48, "hours", "")], &[]).await;
    let more = [
        step("e2", "1", Step::CompletedFile, "2026-11-21T02:00:00Z"),
        step("e3", "1", Step::Returned, "2026-11-22T02:00:00Z"),
        step("e4", "1", Step::Resubmitted, "2026-11-24T02:00:00Z"),
    ];
    store.steps(&more).await;
    store.settle().await;
    assert_eq!(all(&store).await[0].state.due, parse_instant("2026-11-25T02:00:00Z"));
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_by_the_working_clock_count_working_hours_without_what_was_returned() {
    let store = Store::at("2026-11-25T15:00:00Z").await;
    store.configure(&[cases::service("izin", "decided")], &[]).await;
    let sent = [
        // Friday 15.00 to Monday 10.00: 90 minutes and 150.
        step("a1", "a", Step::Submitted, "2026-11-20T08:00:00Z"),
        step("a2", "a", Step::Decided, "2026-11-23T03:00:00Z"),
        // A day of office, less the hour in which it was returned.
        step("b1", "b", Step::Submitted, "2026-11-23T00:30:00Z"),
        step("b2", "b", Step::Returned, "2026-11-23T01:00:00Z"),
        step("b3", "b", Step::Resubmitted, "2026-11-23T02:00:00Z"),
        step("b4", "b", Step::Decided, "2026-11-23T09:00:00Z"),
    ];
    store.steps(&sent).await;
    let registry = Arc::new(sql::registry::load(&store.db, None).await.expect("a registry"));
    let mut means = Vec::new();
    for clock in [Clock::Elapsed, Clock::Working] {
        let as_of = store.clock()();
        let args = Args { every: Every::Week, by: By::Unit, from: None, to: None, as_of, known_at: None, clock };
        let rows = table::cases(&store.db, &registry, ZONE, args).await.expect("a table");
        means.push(rows.iter().map(|row| row.figures.mean_h.expect("hours")).collect::<Vec<_>>());
    }
    assert_eq!(means, [[67.0, 8.5], [4.0, 6.5]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_opened_again_was_closed_in_between() {
    let store = Store::at("2026-11-25T15:00:00Z").await;
    store.configure(&[cases::service("izin", "decided")], &[]).await;
    let sent = [
        step("a1", "a", Step::Submitted, "2026-11-16T02:00:00Z"),
        step("a2", "a", Step::Decided, "2026-11-17T02:00:00Z"),
        step("a3", "a", Step::Reopened, "2026-11-20T02:00:00Z"),
    ];
    store.steps(&sent).await;
    let registry = Arc::new(sql::registry::load(&store.db, None).await.expect("a registry"));
    let args = |as_of: &str| Args {
        every: Every::Day,
        by: By::Unit,
        from: None,
        to: None,
        as_of: parse_instant(as_of).expect("an instant"),
        known_at: None,
        clock: Clock::Elapsed,
    };
    let rows = table::backlog(&store.db, &registry, ZONE, args("2026-11-22T15:00:00Z")).await.expect("a table");
    let found: Vec<(i64, i64)> = rows.iter().map(|row| (row.closed_in_period, row.open_at_period_end)).collect();
    assert_eq!(found, [(0, 1), (1, 0), (0, 0), (0, 0), (0, 1), (0, 1), (0, 1)], "from the 16th to the 22nd");
    for (as_of, closed) in [("2026-11-16T15:00:00Z", 0), ("2026-11-18T15:00:00Z", 1), ("2026-11-21T15:00:00Z", 0)] {
        let rows = table::cases(&store.db, &registry, ZONE, args(as_of)).await.expect("a table");
        assert_eq!(rows.iter().map(|row| row.figures.closed).sum::<i64>(), closed, "{as_of}");
    }
}
