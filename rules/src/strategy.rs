//! Random values for property tests.

use chrono::NaiveDate;
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;
use proptest::sample::select;

use crate::period::{Every, Period};
use crate::time;

/// Any date of the years that may be written, short of their last weeks, which may
/// count in the year after.
pub(crate) fn date() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date");
    let last = NaiveDate::from_ymd_opt(2200, 12, 28).expect("a date");
    (time::day_number(first)..=time::day_number(last)).prop_map(|number| time::date_from_number(number).expect("within the calendar"))
}

/// Any length of a period.
pub(crate) fn every() -> impl Strategy<Value = Every> {
    select(Every::ALL)
}

/// Any period that may be written.
pub(crate) fn period() -> impl Strategy<Value = Period> {
    (date(), every()).prop_map(|(date, every)| Period::containing(date, every))
}

/// Any zone of the world, with all its history.
pub(crate) fn zone() -> impl Strategy<Value = Tz> {
    select(&TZ_VARIANTS[..])
}
