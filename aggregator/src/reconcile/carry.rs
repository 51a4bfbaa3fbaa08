//! Running totals go on into days, weeks and months that begin without an event.

use chrono::NaiveDate;
use rules::indicator::{Accumulates, Indicator};
use rules::period::Every;
use rules::time::{date_from_number, day_number};
use sql::behind::Writes;
use sql::mark::{self, EVERY_UNIT, Mark};
use sql::progress::{self, Counter};

use crate::error::Error;
use crate::roll::Context;
use crate::touch::periods;
use crate::window::Window;

/// Marks every running total when days have begun since the last call, which was for the day `until`; the first call marks them
/// whole.
pub(super) async fn mark(context: &Context, today: NaiveDate, until: i64) -> Result<(), Error> {
    let today = day_number(today);
    if until >= today {
        return Ok(());
    }
    // Nothing that is stored already tells up to when a store was carried on before there was this counter.
    let (grain, start) = if until == 0 { (0, 0) } else { (Every::Day.code(), until + 1) };
    let registry = &context.registry;
    let totals = registry.indicators.iter().filter(|indicator| goes_on(indicator) && registry.of_cases(indicator.no).is_none());
    let marks: Vec<Mark> = totals.map(|indicator| Mark { indicator: indicator.no, unit: EVERY_UNIT, grain, start }).collect();
    let mut writes = Writes::default();
    mark::put(&mut writes, &marks);
    progress::set(&mut writes, Counter::CarriedDay, today);
    writes.commit(&context.db).await?;
    Ok(())
}

fn goes_on(indicator: &Indicator) -> bool {
    indicator.accumulates == Accumulates::ToDate
}

/// The first of the days from which a mark carries on; None for any other mark.
pub(super) fn from(mark: &Mark) -> Option<NaiveDate> {
    (mark.unit == EVERY_UNIT && mark.grain == Every::Day.code()).then(|| date_from_number(mark.start)).flatten()
}

/// The windows that began on one of these days.
pub(super) fn windows(first: NaiveDate, today: NaiveDate) -> Vec<Window> {
    periods(first, today.max(first)).filter(|window| window.first_day() >= first && window.first_day() <= today).collect()
}

/// Up to which day running totals are carried on in the store; `today` before that was ever done.
///
/// # Errors
/// A failed read.
pub(crate) async fn carried_until(db: &sql::Db, today: NaiveDate) -> Result<NaiveDate, Error> {
    let until = progress::get(db, Counter::CarriedDay).await?;
    Ok(date_from_number(until).filter(|_| until != 0).unwrap_or(today))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn what_began_in_the_night_is_the_day_and_at_times_more() {
        let words = |first: &str, today: &str| {
            let windows = windows(day(first), day(today));
            let words =
                windows.into_iter().filter_map(|window| if let Window::Period(period) = window { Some(period.to_string()) } else { None });
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words("2026-11-25", "2026-11-25"), "2026-11-25");
        assert_eq!(words("2026-11-29", "2026-12-01"), "2026-11-29 2026-11-30 2026-12-01 2026-W49 2026-12");
        assert_eq!(words("2027-01-01", "2027-01-01"), "2027-01-01 2027-01 2027-Q1 2027-S1 2027", "week 53 goes on");
    }
}
