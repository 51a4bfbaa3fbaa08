use chrono_tz::{America, Asia, Pacific, UTC};
use proptest::prelude::*;

use super::*;
use crate::strategy;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn instant(text: &str) -> Millis {
    parse_instant(text).expect("an instant")
}

#[test]
fn half_past_eleven_at_night_is_still_today_in_jakarta() {
    let at = instant("2026-11-24T16:30:00Z");
    assert_eq!(date_of(at, Asia::Jakarta), date("2026-11-24"));
    assert_eq!(date_of(at + 30 * 60_000, Asia::Jakarta), date("2026-11-25"));
    assert_eq!(start_of(date("2026-11-25"), Asia::Jakarta), at + 30 * 60_000);
}

#[test]
fn a_day_without_midnight_begins_after_the_gap() {
    let start = start_of(date("2018-11-04"), America::Sao_Paulo);
    assert_eq!(format_instant(start), "2018-11-04T03:00:00.000Z");
    // In Jakarta clocks went from 23:47:12 to midnight when 1924 began.
    assert_eq!(date_of(start_of(date("1924-01-01"), Asia::Jakarta), Asia::Jakarta), date("1924-01-01"));
}

#[test]
fn a_day_with_two_midnights_begins_at_the_first() {
    let start = start_of(date("2026-11-01"), America::Havana);
    assert_eq!(format_instant(start), "2026-11-01T04:00:00.000Z");
}

#[test]
fn a_day_that_a_country_skipped_is_empty() {
    let skipped = start_of(date("2011-12-30"), Pacific::Apia);
    assert_eq!(skipped, start_of(date("2011-12-31"), Pacific::Apia));
    assert_eq!(format_instant(skipped), "2011-12-30T10:00:00.000Z");
}

#[test]
fn instants_need_an_offset() {
    let at = 1_795_537_800_000;
    for text in ["2026-11-24T16:30:00Z", "2026-11-24T23:30:00+07:00", "2026-11-24T23:30:00.000999+07:00"] {
        assert_eq!(parse_instant(text), Some(at), "{text}");
    }
    assert_eq!(format_instant(at), "2026-11-24T16:30:00.000Z");
    for text in ["2026-11-24T16:30:00", "2026-11-24", "2026-02-30T00:00:00Z", "24/11/2026 16.30", ""] {
        assert_eq!(parse_instant(text), None, "{text}");
    }
}

#[test]
fn instants_outside_the_calendar_are_taken_as_its_ends() {
    assert_eq!(date_of(Millis::MIN, UTC), date("0001-01-01"));
    assert_eq!(format_instant(Millis::MAX), "9999-12-31T00:00:00.000Z");
}

#[test]
fn day_numbers_count_from_1970() {
    assert_eq!(day_number(date("1970-01-01")), 0);
    assert_eq!(day_number(date("1969-12-31")), -1);
    assert_eq!(day_number(date("2026-11-24")), 20_781);
    assert_eq!(date_from_number(i64::MAX), None);
    assert_eq!(date_from_number(i64::MIN), None);
}

proptest! {
    #[test]
    fn day_numbers_read_back(date in strategy::date()) {
        prop_assert_eq!(date_from_number(day_number(date)), Some(date));
    }

    #[test]
    fn instants_read_back(at in -2_000_000_000_000_i64..7_000_000_000_000) {
        prop_assert_eq!(parse_instant(&format_instant(at)), Some(at));
    }

    #[test]
    fn a_day_begins_at_its_first_instant(date in strategy::date(), zone in strategy::zone()) {
        let start = start_of(date, zone);
        let next = start_of(day_after(date), zone);
        prop_assert!(start <= next);
        prop_assert!(date_of(start - 1, zone) < date);
        prop_assert!(date_of(start, zone) == date || start == next);
    }
}
