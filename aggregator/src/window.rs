//! Windows: the periods and the 28 days that are rolled up, and which parts they hold.
//!
//! Owns no values and no database.

use chrono::{Datelike, Days, NaiveDate};
use rules::period::{Every, Period};
use rules::time::{date_from_number, day_number};
use sql::part::Part;
use sql::rollup::{Key, ROLLING_28D};

/// Days in the rolling window.
const ROLLING_DAYS: u64 = 28;

/// A stretch of time that is rolled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// A calendar period.
    Period(Period),
    /// The 28 days that end with this one.
    Rolling28d(NaiveDate),
}

impl Window {
    /// The window of a stored key; None when it was never one.
    pub fn of_key(key: &Key) -> Option<Window> {
        let first = date_from_number(key.start)?;
        if key.every == ROLLING_28D {
            return first.checked_add_days(Days::new(ROLLING_DAYS - 1)).map(Window::Rolling28d);
        }
        Period::new(Every::from_code(key.every)?, first).map(Window::Period)
    }

    /// Its stored key for an indicator and a unit.
    pub fn key(self, indicator: i64, unit: i64) -> Key {
        let every = match self {
            Window::Period(period) => period.every().code(),
            Window::Rolling28d(_) => ROLLING_28D,
        };
        Key { every, start: day_number(self.first_day()), indicator, unit }
    }

    /// First day.
    pub fn first_day(self) -> NaiveDate {
        match self {
            Window::Period(period) => period.first_day(),
            Window::Rolling28d(last) => last.checked_sub_days(Days::new(ROLLING_DAYS - 1)).unwrap_or(last),
        }
    }

    /// Last day, still in it.
    pub fn last_day(self) -> NaiveDate {
        match self {
            Window::Period(period) => period.last_day(),
            Window::Rolling28d(last) => last,
        }
    }

    /// Whether what was booked for `part` counts in it.
    pub fn holds(self, part: Period) -> bool {
        match self {
            Window::Period(period) => period.contains(part),
            Window::Rolling28d(last) => part.every() == Every::Day && part.first_day() <= last && part.first_day() >= self.first_day(),
        }
    }

    /// Whether a running total booked for `part` is known at its end: the part counts in it, or is over
    /// by then without the window lying inside it, because a period counts in no shorter one. Only in
    /// the same year: running totals begin again each January.
    pub fn knows(self, part: Period) -> bool {
        let over = part.last_day() <= self.last_day();
        let inside = part.first_day() <= self.first_day() && part.last_day() >= self.last_day();
        year_of(part) == self.year() && (self.holds(part) || (over && !inside))
    }

    /// The year it belongs to; a week that of its Thursday.
    pub fn year(self) -> i32 {
        match self {
            Window::Period(period) => year_of(period),
            Window::Rolling28d(last) => last.year(),
        }
    }

    /// The calendar period by whose target it is judged.
    pub fn judged_as(self) -> Period {
        match self {
            Window::Period(period) => period,
            Window::Rolling28d(last) => Period::containing(last, Every::Day),
        }
    }
}

/// The calendar periods in which `part` counts, shortest first.
pub fn homes(part: Period) -> impl Iterator<Item = Period> {
    Every::ALL.iter().filter_map(move |every| part.home(*every))
}

/// The period of a stored part; None when it was never one.
pub fn period_of(part: &Part) -> Option<Period> {
    period(part.grain, part.start)
}

/// The period with this code and first day.
pub fn period(every: i64, start: i64) -> Option<Period> {
    Period::new(Every::from_code(every)?, date_from_number(start)?)
}

/// The year a period belongs to.
pub fn year_of(period: Period) -> i32 {
    period.home(Every::Year).map_or(period.first_day().year(), |year| year.first_day().year())
}

/// Windows of every kind from the one that holds `first` to today, in one year.
pub fn carried(first: NaiveDate, year: i32, today: NaiveDate) -> impl Iterator<Item = Window> {
    Every::ALL.iter().flat_map(move |&every| {
        let begin = Period::containing(first, every);
        std::iter::successors(Some(begin), |period| Some(period.next()))
            .take_while(move |period| period.first_day() <= today && year_of(*period) <= year)
            .filter(move |period| year_of(*period) == year)
            .map(Window::Period)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Period {
        text.parse().expect("a period")
    }

    #[test]
    fn a_running_total_is_known_later_in_its_year_only() {
        let week = Window::Period(p("2026-W53"));
        assert!(week.knows(p("2026-12-31")) && week.knows(p("2026-11")) && week.knows(p("2026-01-01")));
        assert!(!week.knows(p("2027-01-01")), "the new year begins again, also inside week 53");
        assert!(!Window::Period(p("2026-W48")).knows(p("2026-11")), "a month that is not over counts in no week of it");
        assert!(!Window::Period(p("2026-06-30")).knows(p("2026-06")), "nor on its own last day");
        assert!(Window::Period(p("2026-W27")).knows(p("2026-06")), "but in the week in which it ends it is known");
        assert!(Window::Period(p("2026-07-01")).knows(p("2026-06")), "and on every day after");
    }

    #[test]
    fn keys_come_back() {
        let day = p("2026-11-24").first_day();
        for window in [Window::Period(p("2026-W48")), Window::Period(p("2026-S2")), Window::Rolling28d(day)] {
            assert_eq!(Window::of_key(&window.key(3, 4)), Some(window));
        }
    }

    #[test]
    fn the_rolling_window_holds_28_days() {
        let window = Window::Rolling28d(p("2026-11-28").first_day());
        let held = (1..=30).filter(|day| window.holds(p(&format!("2026-11-{day:02}")))).count();
        assert_eq!(held, 28);
        assert!(!window.holds(p("2026-W47")), "a week is no day");
    }
}
