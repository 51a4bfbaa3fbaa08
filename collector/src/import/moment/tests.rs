//! Times of every usual spelling, and that the quick way says what chrono says.

use chrono::NaiveDate;
use chrono_tz::{America, Asia, Pacific, UTC};
use proptest::prelude::*;
use rules::time::{format_instant, start_of};

use super::*;

fn written(format: &str, text: &str) -> Option<Written> {
    Format::read(format).expect("is a format").written(text)
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

#[test]
fn usual_spellings_are_read() {
    for (format, text, expected) in [
        ("%Y-%m-%dT%H:%M:%S", "2015-01-01T00:20:09", "2015-01-01T00:20:09"),
        ("%Y-%m-%d %H:%M", "2015-01-01 00:20", "2015-01-01T00:20:00"),
        ("%m/%d/%Y %I:%M:%S %p", "01/02/2015 12:05:09 AM", "2015-01-02T00:05:09"),
        ("%m/%d/%Y %I:%M:%S %p", "1/2/2015 12:05:09 pm", "2015-01-02T12:05:09"),
        ("%m/%d/%Y %I:%M %p", "11/12/2015 01:05 PM", "2015-11-12T13:05:00"),
        ("%d.%m.%Y %H.%M", "24.11.2026 16.30", "2026-11-24T16:30:00"),
        ("%Y%m%d%H%M%S", "20261124163005", "2026-11-24T16:30:05"),
        ("%d %b %Y %H:%M", "24 Nov 2026 16:30", "2026-11-24T16:30:00"),
        ("%Y-%m-%dT%H:%M:%S%.f", "2026-11-24T16:30:05.25", "2026-11-24T16:30:05.250"),
        ("%d/%m/%Y %H", "24/11/2026 16", "2026-11-24T16:00:00"),
    ] {
        assert_eq!(written(format, text), Some(Written::Local(local(expected))), "{format} {text}");
    }
}

#[test]
fn offsets_and_seconds_since_1970_are_instants() {
    for (format, text) in [
        ("%Y-%m-%dT%H:%M:%S%:z", "2026-11-24T16:30:00+07:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-11-24T16:30:00+0700"),
        ("%Y-%m-%dT%H:%M:%SZ", "2026-11-24T09:30:00Z"),
        ("%s", "1795512600"),
    ] {
        let Some(Written::Instant(at)) = written(format, text) else { panic!("{format} {text}") };
        assert_eq!(format_instant(at), "2026-11-24T09:30:00.000Z", "{format} {text}");
    }
}

#[test]
fn a_format_without_time_is_a_whole_period() {
    for (format, text, expected) in [
        ("%Y-%m-%d", "2026-11-24", "2026-11-24"),
        ("%d/%m/%Y", "24/11/2026", "2026-11-24"),
        ("%m/%Y", "11/2026", "2026-11"),
        ("%Y", "2026", "2026"),
    ] {
        let period = expected.parse().expect("a period");
        assert_eq!(written(format, text), Some(Written::Whole(period)), "{format}");
    }
}

#[test]
fn other_spellings_are_refused() {
    for (format, text) in [
        ("%Y-%m-%dT%H:%M:%S", "2015-01-01 00:20:09"),
        ("%Y-%m-%dT%H:%M:%S", "2015-02-30T00:20:09"),
        ("%Y-%m-%dT%H:%M:%S", "2015-01-01T24:20:09"),
        ("%Y-%m-%dT%H:%M:%S", "2015-01-01T00:20:09 "),
        ("%Y-%m-%dT%H:%M:%S", "2015-01-01T00:20:09Z"),
        ("%m/%d/%Y %I:%M %p", "11/12/2015 13:05 PM"),
        ("%m/%d/%Y %I:%M %p", "11/12/2015 01:05"),
        ("%Y-%m-%d", ""),
    ] {
        assert_eq!(written(format, text), None, "{format} {text:?}");
    }
}

#[test]
fn formats_that_name_no_time_are_refused() {
    for (format, part) in [
        ("%Q", "none"),
        ("%Y-%m-%d %H:%M %Z", "not unique"),
        ("%H:%M", "without a date"),
        ("%d/%m", "does not name a day"),
        ("hari", "does not name a day"),
        ("%Y-%m-%d %I:%M", "without %p"),
        ("%Y-%m-%d :%M", "minutes without an hour"),
    ] {
        let sentence = Format::read(format).expect_err(format);
        assert!(sentence.contains(part), "{format}: {sentence}");
    }
}

#[test]
fn local_times_that_come_twice_are_the_first_and_skipped_ones_go_on() {
    let mut zone = Zone::new(America::New_York);
    for (text, expected) in [
        ("2015-03-08T01:59:59", "2015-03-08T06:59:59.000Z"),
        ("2015-03-08T02:30:00", "2015-03-08T07:30:00.000Z"),
        ("2015-03-08T03:30:00", "2015-03-08T07:30:00.000Z"),
        ("2015-11-01T01:30:00", "2015-11-01T05:30:00.000Z"),
        ("2015-11-01T02:30:00", "2015-11-01T07:30:00.000Z"),
        ("2015-07-01T12:00:00", "2015-07-01T16:00:00.000Z"),
        ("2015-07-01T12:00:01", "2015-07-01T16:00:01.000Z"),
    ] {
        assert_eq!(format_instant(zone.instant(local(text))), expected, "{text}");
    }
    let mut samoa = Zone::new(Pacific::Apia);
    assert_eq!(format_instant(samoa.instant(local("2011-12-30T12:00:00"))), "2011-12-30T22:00:00.000Z");
    assert_eq!(Zone::new(UTC).instant(local("1970-01-01T00:00:01")), 1000);
}

proptest! {
    #[test]
    fn the_quick_way_says_what_chrono_says(
        seconds in 0_i64..7_000_000_000, cut in 0_usize..30, digit in any::<char>(),
        format in prop::sample::select(vec![
            "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d%H%M%S", "%F %T", "%d-%m-%Y", "%Y%m%d", "%d%m%Y %I%p",
        ]),
    ) {
        let format = Format::read(format).expect("is a format");
        let slow = Format { pattern: None, ..format.clone() };
        prop_assert!(format.pattern.is_some());
        let at = chrono::DateTime::from_timestamp(seconds, 0).expect("in the calendar").naive_utc();
        let text = at.format_with_items(format.items.iter()).to_string();
        prop_assert_eq!(format.written(&text), slow.written(&text));
        prop_assert!(format.written(&text).is_some());
        // The same with one sign changed or cut off.
        let broken: String = text.chars().enumerate().map(|(place, c)| if place == cut { digit } else { c }).collect();
        prop_assert_eq!(format.written(&broken), slow.written(&broken), "{}", broken);
        let cut_off = &text[..text.len().saturating_sub(cut)];
        prop_assert_eq!(format.written(cut_off), slow.written(cut_off), "{}", cut_off);
    }

    #[test]
    fn a_remembered_day_changes_nothing(seconds in prop::collection::vec(0_i64..2_000_000_000, 1..40)) {
        for tz in [America::New_York, Asia::Jakarta, Pacific::Apia, UTC] {
            let mut zone = Zone::new(tz);
            for second in &seconds {
                let local = chrono::DateTime::from_timestamp(*second, 0).expect("in the calendar").naive_utc();
                let fresh = Zone::new(tz).instant(local);
                prop_assert_eq!(zone.instant(local), fresh);
                prop_assert_eq!(zone.instant(local), fresh);
            }
        }
    }
}

#[test]
fn midnight_is_where_the_rules_put_it() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date");
    let mut zone = Zone::new(Asia::Jakarta);
    assert_eq!(zone.instant(day.and_time(chrono::NaiveTime::MIN)), start_of(day, Asia::Jakarta));
}
