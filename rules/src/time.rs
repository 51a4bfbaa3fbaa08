//! Instants, dates and the zone between them.
//!
//! Owns the two numbers that stand for time everywhere: milliseconds since 1970
//! UTC for instants, days since 1970-01-01 for dates. Must never read a clock:
//! the present is handed in as [`Now`].

use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// The clock as an argument: asked each time the present is needed.
pub type Now = Arc<dyn Fn() -> Millis + Send + Sync>;

/// 0001-01-01T00:00:00Z: no calendar here is asked about anything older.
const EARLIEST: Millis = -62_135_596_800_000;
/// 9999-12-31T00:00:00Z: the last day that RFC 3339 can write.
const LATEST: Millis = 253_402_214_400_000;
/// Days from 0001-01-01 (day 1 in chrono) to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_163;

/// The date that a clock on the wall of `zone` shows at that instant.
///
/// Instants outside the years 1 to 9999 are taken as the nearest end.
pub fn date_of(at: Millis, zone: Tz) -> NaiveDate {
    utc(at).with_timezone(&zone).date_naive()
}

/// The instant at which `date` begins in `zone`: local midnight, the earlier one
/// where the clock goes back over it, and the first instant after it where the
/// clock jumps over it.
pub fn start_of(date: NaiveDate, zone: Tz) -> Millis {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight).earliest() {
        Some(instant) => instant.timestamp_millis(),
        None => first_after_gap(midnight.and_utc().timestamp(), zone) * 1000,
    }
}

/// An RFC 3339 instant such as `2026-11-24T16:30:00Z` or `…+07:00`; the offset is
/// required. `None` when it is anything else. Below milliseconds is cut off.
pub fn parse_instant(text: &str) -> Option<Millis> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.timestamp_millis())
}

/// RFC 3339 in UTC with milliseconds: `2026-11-24T16:30:00.000Z`.
pub fn format_instant(at: Millis) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Days since 1970-01-01, negative before.
pub fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - DAYS_BEFORE_1970
}

/// The date of a day number; `None` where the calendar ends.
pub fn date_from_number(number: i64) -> Option<NaiveDate> {
    let from_ce = i32::try_from(number.checked_add(DAYS_BEFORE_1970)?).ok()?;
    NaiveDate::from_num_days_from_ce_opt(from_ce)
}

/// The day after; saturates at the end of the calendar.
pub(crate) fn day_after(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(NaiveDate::MAX)
}

/// `date` and `days` more (negative: fewer); saturates at the ends of the calendar.
pub(crate) fn plus_days(date: NaiveDate, days: i64) -> NaiveDate {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { date.checked_sub_days(count).unwrap_or(NaiveDate::MIN) } else { date.checked_add_days(count).unwrap_or(NaiveDate::MAX) }
}

fn utc(at: Millis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.clamp(EARLIEST, LATEST)).expect("the years 1 to 9999 are within chrono's calendar")
}

/// The first second whose local reading is at or past the wanted one. Found by
/// halving, because gaps of history begin and end at odd seconds and one of them
/// swallowed a whole day.
fn first_after_gap(wanted_local_s: i64, zone: Tz) -> i64 {
    let local_of = |second: i64| {
        let instant = utc(second.saturating_mul(1000)).naive_utc();
        second + i64::from(zone.offset_from_utc_datetime(&instant).fix().local_minus_utc())
    };
    // No offset ever differed from UTC by more than 16 hours; a day is skipped at most.
    let (mut before, mut reached) = (wanted_local_s - 2 * 86_400, wanted_local_s + 2 * 86_400);
    while reached - before > 1 {
        let middle = before + (reached - before) / 2;
        if local_of(middle) >= wanted_local_s {
            reached = middle;
        } else {
            before = middle;
        }
    }
    reached
}

#[cfg(test)]
mod tests;
