//! Calendar periods: days, ISO weeks, months, quarters, semesters, years.
//!
//! Owns what a period is, how it is written, and in which longer one it counts.
//! Must never know a clock; a zone only to say at which instants a period
//! begins and ends.

mod every;
mod text;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

pub use every::Every;
pub use text::ParsePeriodError;

use crate::time::{self, Millis};

/// One calendar period, such as 24 November 2026 or week 47 of 2026.
///
/// Ordered by length first and by time within a length, so that the smallest of
/// several is also the shortest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    every: Every,
    first_day: NaiveDate,
}

impl Period {
    /// The period of that length which begins on `first_day`; `None` when none does.
    pub fn new(every: Every, first_day: NaiveDate) -> Option<Self> {
        let period = Self::containing(first_day, every);
        (period.first_day == first_day).then_some(period)
    }

    /// The period of that length in which `date` lies. A year is the calendar year.
    pub fn containing(date: NaiveDate, every: Every) -> Self {
        let first_day = match every {
            Every::Day => date,
            Every::Week => time::plus_days(date, -i64::from(date.weekday().num_days_from_monday())),
            Every::Month | Every::Quarter | Every::Semester | Every::Year => {
                let months = every.months();
                first_of_month(date.year(), date.month0() / months * months)
            }
        };
        Self { every, first_day }
    }

    /// How long it is.
    pub fn every(self) -> Every {
        self.every
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }

    /// Its last day, which still belongs to it.
    pub fn last_day(self) -> NaiveDate {
        match self.every {
            Every::Day => self.first_day,
            Every::Week => time::plus_days(self.first_day, 6),
            _ => time::plus_days(self.moved(1).first_day, -1),
        }
    }

    /// The period of the same length that follows.
    pub fn next(self) -> Self {
        self.moved(1)
    }

    /// The period of the same length before it.
    pub fn previous(self) -> Self {
        self.moved(-1)
    }

    /// The period `n` steps earlier; `back(0)` is the period itself.
    pub fn back(self, n: u32) -> Self {
        self.moved(-i64::from(n))
    }

    /// The period of length `every` in which this one counts: itself when the
    /// lengths are equal; a week counts where its Thursday lies; `None` when
    /// `every` is shorter.
    pub fn home(self, every: Every) -> Option<Self> {
        match every.cmp(&self.every) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(self),
            std::cmp::Ordering::Greater => Some(Self::containing(self.anchor(), every)),
        }
    }

    /// Whether `other` counts in this period, that is, whether this is its
    /// [`home`](Self::home). Every period contains itself.
    pub fn contains(self, other: Self) -> bool {
        other.home(self.every) == Some(self)
    }

    /// The instant at which it begins in `zone`.
    pub fn starts_at(self, zone: Tz) -> Millis {
        time::start_of(self.first_day, zone)
    }

    /// The instant at which it is over in `zone`: the first of the next period.
    pub fn ends_at(self, zone: Tz) -> Millis {
        time::start_of(time::day_after(self.last_day()), zone)
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        time::day_number(self.last_day()) - time::day_number(self.first_day) + 1
    }

    /// The day that decides where it counts: the Thursday of a week, by ISO 8601.
    fn anchor(self) -> NaiveDate {
        match self.every {
            Every::Week => time::plus_days(self.first_day, 3),
            _ => self.first_day,
        }
    }

    fn moved(self, steps: i64) -> Self {
        let first_day = match self.every {
            Every::Day => time::plus_days(self.first_day, steps),
            Every::Week => time::plus_days(self.first_day, steps * 7),
            _ => {
                let months =
                    i64::from(self.first_day.year()) * 12 + i64::from(self.first_day.month0()) + steps * i64::from(self.every.months());
                let year = i32::try_from(months.div_euclid(12)).unwrap_or(i32::MIN);
                let month0 = u32::try_from(months.rem_euclid(12)).expect("a remainder of twelve is small and not negative");
                first_of_month(year, month0)
            }
        };
        // Only the ends of the calendar are not already a first day.
        Self::containing(first_day, self.every)
    }
}

/// The first day of a month; saturates at the ends of the calendar.
fn first_of_month(year: i32, month0: u32) -> NaiveDate {
    let earliest = NaiveDate::MIN.year() + 1;
    let latest = NaiveDate::MAX.year() - 1;
    NaiveDate::from_ymd_opt(year.clamp(earliest, latest), month0 + 1, 1)
        .expect("the year is within the calendar and the month below thirteen")
}

#[cfg(test)]
mod tests;
