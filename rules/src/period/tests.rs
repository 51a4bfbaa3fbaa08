use chrono_tz::Asia;
use proptest::prelude::*;

use super::*;
use crate::strategy;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

#[test]
fn the_six_forms_are_read_and_written() {
    for (text, every, first_day, last_day) in [
        ("2026-11-24", Every::Day, "2026-11-24", "2026-11-24"),
        ("2026-W47", Every::Week, "2026-11-16", "2026-11-22"),
        ("2026-11", Every::Month, "2026-11-01", "2026-11-30"),
        ("2024-02", Every::Month, "2024-02-01", "2024-02-29"),
        ("2026-Q4", Every::Quarter, "2026-10-01", "2026-12-31"),
        ("2026-S1", Every::Semester, "2026-01-01", "2026-06-30"),
        ("2026-S2", Every::Semester, "2026-07-01", "2026-12-31"),
        ("2026", Every::Year, "2026-01-01", "2026-12-31"),
    ] {
        let read = period(text);
        assert_eq!((read.every(), read.first_day(), read.last_day()), (every, date(first_day), date(last_day)));
        assert_eq!(read.to_string(), text);
        assert_eq!(Period::new(every, date(first_day)), Some(read));
    }
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "",
        "26",
        "2026-",
        "2026-1",
        "2026-011",
        "2026-W4",
        "2026-W047",
        "2026-w47",
        "2026W47",
        "2026-q4",
        "2026-Q04",
        "2026-S",
        "2026-11-",
        "2026-11-4",
        "2026-1-24",
        "2026/11/24",
        "2026-11-24 ",
        " 2026",
        "+026",
        "-2026",
        "2026-11-24T00:00:00Z",
        "2026-H2",
        "2026-TW4",
        "\u{ff12}026",
        "20\u{e9}6",
        "24-11-2026",
    ] {
        assert_eq!(text.parse::<Period>(), Err(ParsePeriodError::Form(text.to_owned())));
    }
}

#[test]
fn what_is_not_in_the_calendar_is_refused() {
    for text in [
        "2026-02-29",
        "2026-13",
        "2026-00",
        "2026-00-10",
        "2026-11-31",
        "2026-11-00",
        "2026-W00",
        "2026-W54",
        "2025-W53",
        "2026-Q0",
        "2026-Q5",
        "2026-S0",
        "2026-S3",
    ] {
        assert_eq!(text.parse::<Period>(), Err(ParsePeriodError::NotInCalendar(text.to_owned())));
    }
    for text in ["1899", "2201-01-01", "0000-W01", "9999-Q1"] {
        assert_eq!(text.parse::<Period>(), Err(ParsePeriodError::Year(text.to_owned())));
    }
    assert_eq!(
        "2026-w47".parse::<Period>().expect_err("lower case").to_string(),
        "\"2026-w47\" is not a period; write it like 2026-11-24, 2026-W47, 2026-11, 2026-Q4, 2026-S2 or 2026",
    );
}

#[test]
fn a_long_iso_year_has_week_53() {
    let last = period("2026-W53");
    assert_eq!((last.first_day(), last.last_day()), (date("2026-12-28"), date("2027-01-03")));
    assert_eq!(last.next(), period("2027-W01"));
    assert_eq!(Period::containing(date("2027-01-01"), Every::Week), last);
    assert_eq!(period("2025-W52").next(), period("2026-W01"));
}

#[test]
fn a_week_counts_where_its_thursday_lies() {
    let first = Period::containing(date("2025-12-29"), Every::Week);
    assert_eq!(first, period("2026-W01"));
    for (every, home) in [(Every::Month, "2026-01"), (Every::Quarter, "2026-Q1"), (Every::Semester, "2026-S1"), (Every::Year, "2026")] {
        assert_eq!(first.home(every), Some(period(home)));
    }
    assert_eq!(period("2026-W53").home(Every::Year), Some(period("2026")));
    assert_eq!(period("2026-W53").home(Every::Month), Some(period("2026-12")));
    // Yet the day itself counts in its calendar year.
    assert_eq!(period("2025-12-29").home(Every::Year), Some(period("2025")));
    assert_eq!(period("2026-W53").home(Every::Day), None);
}

#[test]
fn periods_begin_and_end_at_local_midnight() {
    let day = period("2026-11-24");
    assert_eq!(time::format_instant(day.starts_at(Asia::Jakarta)), "2026-11-23T17:00:00.000Z");
    assert_eq!(time::format_instant(day.ends_at(Asia::Jakarta)), "2026-11-24T17:00:00.000Z");
}

#[test]
fn lengths_read_back_and_grow() {
    for pair in Every::ALL.windows(2) {
        assert!(pair[0] < pair[1] && pair[0].code() < pair[1].code());
    }
    for every in Every::ALL {
        assert_eq!(Every::from_code(every.code()), Some(*every));
        assert_eq!(every.as_str().parse(), Ok(*every));
    }
    assert_eq!((Every::from_code(0), Every::from_code(7)), (None, None));
}

#[test]
fn serde_uses_the_written_form() {
    let text = serde_json::to_string(&period("2026-W47")).expect("a string");
    assert_eq!(text, "\"2026-W47\"");
    assert_eq!(serde_json::from_str::<Period>(&text).expect("a period"), period("2026-W47"));
    assert!(serde_json::from_str::<Period>("\"2026-W54\"").is_err());
    assert!(serde_json::from_str::<Period>("2026").is_err());
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn what_is_written_reads_back(period in strategy::period()) {
        prop_assert_eq!(period.to_string().parse(), Ok(period));
    }

    #[test]
    fn it_contains_the_dates_from_first_to_last_day(
        date in strategy::date(), every in strategy::every(),
    ) {
        let period = Period::containing(date, every);
        prop_assert!(period.first_day() <= date && date <= period.last_day());
        prop_assert_eq!(Period::containing(period.last_day(), every), period);
        prop_assert_eq!(Period::new(every, period.first_day()), Some(period));
        prop_assert_eq!(Period::new(every, date).is_some(), date == period.first_day());
    }

    #[test]
    fn next_and_previous_undo_each_other(period in strategy::period(), n in 0_u32..500) {
        prop_assert_eq!(period.next().previous(), period);
        prop_assert_eq!(period.previous().next(), period);
        prop_assert_eq!(period.next().first_day(), time::day_after(period.last_day()));
        prop_assert!(period < period.next());
        prop_assert_eq!((0..n).fold(period, |period, _| period.previous()), period.back(n));
    }

    #[test]
    fn one_ends_where_the_next_begins(period in strategy::period(), zone in strategy::zone()) {
        prop_assert_eq!(period.ends_at(zone), period.next().starts_at(zone));
        prop_assert!(period.starts_at(zone) <= period.ends_at(zone));
    }

    #[test]
    fn homes_are_nested(period in strategy::period()) {
        for middle in Every::ALL.iter().copied().filter(|every| *every >= period.every()) {
            // A day of late December may lie in week 1 of the next year, so a day
            // reaches months and longer ones past the week.
            if (period.every(), middle) == (Every::Day, Every::Week) {
                continue;
            }
            let home = period.home(middle).expect("not shorter");
            for longer in Every::ALL.iter().copied().filter(|every| *every >= middle) {
                prop_assert_eq!(home.home(longer), period.home(longer));
            }
        }
    }

    #[test]
    fn it_contains_what_has_it_as_home(outer in strategy::period(), inner in strategy::period()) {
        prop_assert_eq!(outer.contains(inner), inner.home(outer.every()) == Some(outer));
        prop_assert!(outer.contains(outer));
        let home = inner.home(outer.every());
        prop_assert_eq!(home.is_some(), inner.every() <= outer.every());
        prop_assert!(home.is_none_or(|home| home.contains(inner)));
    }

    #[test]
    fn a_year_is_the_sum_of_its_parts(year in 1900_i32..2200, every in strategy::every()) {
        let first_day = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
        let whole = Period::new(Every::Year, first_day).expect("a first day");
        let before = Period::containing(first_day, every).previous();
        let parts: Vec<Period> = std::iter::successors(Some(before), |part| Some(part.next()))
            .skip_while(|part| !whole.contains(*part))
            .take_while(|part| whole.contains(*part))
            .collect();
        let (count, days) = (parts.len(), parts.iter().map(|part| part.days()).sum::<i64>());
        match every {
            Every::Week => prop_assert!((days, count) == (364, 52) || (days, count) == (371, 53)),
            _ => prop_assert_eq!(days, whole.days()),
        }
        prop_assert!([365, 366].contains(&whole.days()));
    }
}
