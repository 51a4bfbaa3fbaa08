//! The dates and sums of the decrees, and what must hold for any calendar.

use chrono::{Datelike, Days};
use chrono_tz::America::New_York;
use chrono_tz::Asia::Jakarta;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::time::{Millis, parse_instant, start_of};
use chrono::NaiveDate;

fn office(zone: Tz) -> WorkingCalendar {
    WorkingCalendar::new(&[Pattern::office()], &DaysOff::new([]), &RAMADAN, zone).expect("offices work")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(text: &str) -> Millis {
    parse_instant(text).expect("an instant")
}

#[test]
fn working_days_are_those_of_the_decrees() {
    let office = office(Jakarta);
    let of = |from: &str, to: &str| office.days_between(day(from), day(to));
    assert_eq!([of("2023-12-31", "2024-12-31"), of("2024-12-31", "2025-12-31"), of("2025-12-31", "2026-12-31")], [238, 237, 240]);
    assert_eq!(of("2025-03-31", "2025-04-30"), 16);
}

/// SP4N-LAPOR!, worked examples.
#[test]
fn deadlines_count_from_the_first_working_day_after_the_receipt() {
    let office = office(Jakarta);
    let due = |from: &str, n| office.nth_day_after(day(from), n).map(|date| date.to_string()).unwrap_or_default();
    assert_eq!(due("2025-03-21", 3), "2025-03-26");
    assert_eq!(due("2025-03-21", 5), "2025-04-08");
    assert_eq!(due("2024-03-14", 14), "2024-04-04");
    assert_eq!(due("2025-03-22", 1), "2025-03-24", "on a Saturday too");
    assert_eq!(due("2025-03-21", 0), "2025-03-21");
    assert_eq!(due("2099-12-31", 1), "", "beyond the calendar");
}

#[test]
fn what_a_decree_adds_in_the_year_moves_what_crosses_it() {
    let before = DaysOff::new(DaysOff::new([]).iter().filter(|day| day.date != NaiveDate::from_ymd_opt(2025, 8, 18).unwrap()).cloned());
    let before = WorkingCalendar::new(&[Pattern::office()], &before, &RAMADAN, Jakarta).unwrap();
    let after = office(Jakarta);
    let both = |from: &str, n| [&before, &after].map(|calendar| calendar.nth_day_after(day(from), n).unwrap().to_string());
    assert_eq!(both("2025-08-15", 1), ["2025-08-18", "2025-08-19"]);
    assert_eq!(both("2025-08-11", 5), ["2025-08-18", "2025-08-19"]);
    assert_eq!(both("2025-08-11", 4), ["2025-08-15"; 2]);
    assert_eq!(both("2025-08-18", 1), ["2025-08-19"; 2]);
}

#[test]
fn a_week_has_the_hours_of_the_regulation() {
    let office = office(Jakarta);
    let week = |monday: &str| {
        let from = start_of(day(monday), Jakarta);
        office.between(from, from + 7 * 86_400_000) / 60_000
    };
    assert_eq!(week("2026-11-23"), 2_250);
    assert_eq!(week("2026-03-02"), 1_950, "Ramadan");
    assert_eq!(week("2026-03-23"), 3 * 450 - 450 + 450, "two days off of five");
}

#[test]
fn minutes_are_net_of_breaks_nights_and_days_off() {
    let office = office(Jakarta);
    let minutes = |from: &str, to: &str| office.between(at(from), at(to)) / 60_000;
    assert_eq!(minutes("2026-11-24T09:00:00+07:00", "2026-11-24T14:00:00+07:00"), 240);
    assert_eq!(minutes("2026-11-24T12:10:00+07:00", "2026-11-24T12:50:00+07:00"), 0);
    assert_eq!(minutes("2026-11-27T11:00:00+07:00", "2026-11-27T13:30:00+07:00"), 60, "Friday");
    assert_eq!(minutes("2026-11-27T16:00:00+07:00", "2026-11-30T08:00:00+07:00"), 60, "a weekend between");
    assert_eq!(minutes("2026-12-23T15:00:00+07:00", "2026-12-28T08:30:00+07:00"), 120, "two days off and a weekend");
    assert_eq!(minutes("2026-11-24T14:00:00+07:00", "2026-11-24T09:00:00+07:00"), -240);
}

#[test]
fn who_never_closes_counts_the_clock_on_the_wall() {
    let always = Hours::new(0, 1_440, 0, 0).unwrap();
    let pattern = Pattern { valid_from: FIRST_DAY, week: [Some(always); 7], ramadan: None, works_on_days_off: true };
    for zone in [Jakarta, New_York] {
        let hospital = WorkingCalendar::new(std::slice::from_ref(&pattern), &DaysOff::new([]), &RAMADAN, zone).unwrap();
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-12-31T13:14:15Z"));
        assert_eq!(hospital.between(from, to), to - from, "{zone}");
        assert_eq!(hospital.closed(day("2026-08-17")), None);
    }
    let never = Pattern { week: [None; 7], ..pattern };
    assert_eq!(WorkingCalendar::new(&[never], &DaysOff::new([]), &[], Jakarta).unwrap_err(), NeverOpen);
}

#[test]
fn a_skipped_day_says_why() {
    let office = office(Jakarta);
    assert_eq!(office.closed(day("2026-11-28")), Some(Closed::Weekday));
    assert!(matches!(office.closed(day("2025-08-18")), Some(Closed::DayOff(off)) if off.decree == "SKB 933/1/3 Tahun 2025"));
    assert_eq!(office.closed(day("2026-11-27")), None);
    assert!(office.is_decreed(day("2026-11-27")) && !office.is_decreed(day("2027-01-04")));
}

#[test]
fn hours_that_are_none_are_refused_in_a_sentence() {
    let said = |start, end, break_at, minutes| Hours::new(start, end, break_at, minutes).unwrap_err().to_string();
    assert_eq!(said(960, 450, 0, 0), "the day ends at 07:30 and starts at 16:00; expected an end after the start, 24:00 at most");
    assert!(said(450, 960, 1_000, 30).starts_with("the break from 16:40"));
    assert!(said(450, 960, 450, 510).starts_with("the break from 07:30"), "all break");
    assert_eq!(Hours::new(450, 960, 0, 0).unwrap().net_minutes(), 510);
}

#[test]
fn a_later_pattern_holds_from_its_day_on() {
    let short = Pattern {
        valid_from: day("2026-12-01"),
        ramadan: None,
        week: [Some(Hours::new(480, 540, 0, 0).unwrap()); 7],
        works_on_days_off: true,
    };
    let both = WorkingCalendar::new(&[short, Pattern::office()], &DaysOff::new([]), &RAMADAN, Jakarta).unwrap();
    let minutes = |date: &str| both.between(start_of(day(date), Jakarta), both.end_of(day(date)) + 1) / 60_000;
    assert_eq!([minutes("2026-11-30"), minutes("2026-12-01"), minutes("2026-12-25"), minutes("2001-01-08")], [450, 60, 60, 450]);
}

/// Minute by minute, by the wall clock.
fn counted(calendar: &WorkingCalendar, pattern: &Pattern, from: Millis, minutes: i64, zone: Tz) -> i64 {
    use chrono::{TimeZone, Timelike};
    let is_worked = |at: Millis| {
        let local = zone.timestamp_millis_opt(at).unwrap();
        let date = local.date_naive();
        let fasting = RAMADAN.iter().any(|month| (month.from..=month.to).contains(&date));
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap();
        let hours = pattern.hours(date.weekday(), fasting).filter(|_| !matches!(calendar.closed(date), Some(Closed::DayOff(_))));
        hours.is_some_and(|hours| hours.spans().iter().any(|(from, to)| (*from..*to).contains(&minute)))
    };
    (0..minutes).filter(|minute| is_worked(from + minute * 60_000)).count() as i64
}

proptest! {
    #[test]
    fn working_time_is_the_sum_of_its_minutes(start in 15_800_000..29_900_000_i64, minutes in 0..15_000_i64, new_york in any::<bool>()) {
        let zone = if new_york { New_York } else { Jakarta };
        let office = office(zone);
        let from = start * 60_000;
        prop_assert_eq!(office.between(from, from + minutes * 60_000), counted(&office, &Pattern::office(), from, minutes, zone) * 60_000);
    }

    #[test]
    fn time_ahead_and_time_between_agree(start in 946_700_000_000..3_900_000_000_000_i64, amount in 0..3_000_000_000_i64, split in 0.0..1.0_f64) {
        let office = office(Jakarta);
        let due = office.after(start, amount).expect("within the calendar");
        prop_assert_eq!(office.between(start, due), amount);
        prop_assert!(amount == 0 || office.between(start, due - 1) < amount, "the first instant");
        let middle = start + ((due - start) as f64 * split) as i64;
        prop_assert_eq!(office.between(start, middle) + office.between(middle, due), amount);
    }

    #[test]
    fn the_nth_day_has_n_working_days_behind_it(offset in 0..36_000_u64, n in 1..400_u32) {
        let office = office(Jakarta);
        let date = FIRST_DAY + Days::new(offset);
        if let Some(due) = office.nth_day_after(date, n) {
            prop_assert_eq!(office.days_between(date, due), n);
            prop_assert_eq!(office.closed(due), None);
        }
    }
}
