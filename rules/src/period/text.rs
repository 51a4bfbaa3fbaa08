//! How a period is written: one form for each length, read strictly.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Every, Period};
use crate::word::serde_as_text;

/// Years that may be written. Anything else is a slip of the pen, not a period.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePeriodError {
    /// It has none of the six forms.
    #[error("{0:?} is not a period; write it like 2026-11-24, 2026-W47, 2026-11, 2026-Q4, 2026-S2 or 2026")]
    Form(String),
    /// It has a form, but there is no such day, week, month, quarter or semester.
    #[error("{0:?} does not exist in the calendar; write a period that does")]
    NotInCalendar(String),
    /// Its year is before 1900 or after 2200.
    #[error("the year of {0:?} is out of range; write one from 1900 to 2200")]
    Year(String),
}

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = Parts::read(text).ok_or_else(|| ParsePeriodError::Form(text.to_owned()))?;
        if !YEARS.contains(&parts.year) {
            return Err(ParsePeriodError::Year(text.to_owned()));
        }
        parts
            .first_day()
            .map(|first_day| Self::containing(first_day, parts.every))
            .ok_or_else(|| ParsePeriodError::NotInCalendar(text.to_owned()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first_day();
        let (year, month0) = (first.year(), first.month0());
        let text = match self.every() {
            Every::Day => format!("{year:04}-{:02}-{:02}", month0 + 1, first.day()),
            Every::Week => {
                let week = first.iso_week();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => format!("{year:04}-{:02}", month0 + 1),
            Every::Quarter => format!("{year:04}-Q{}", month0 / 3 + 1),
            Every::Semester => format!("{year:04}-S{}", month0 / 6 + 1),
            Every::Year => format!("{year:04}"),
        };
        out.pad(&text)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

serde_as_text!(Period);

/// The numbers of a written period, before the calendar was asked about them.
struct Parts {
    every: Every,
    year: i32,
    /// Of the year: week, month, quarter or semester, from 1; 1 for a year.
    ordinal: u32,
    /// Of the month; 1 unless the period is a day.
    day: u32,
}

impl Parts {
    fn read(text: &str) -> Option<Self> {
        let (every, ordinal, day) = match *text.as_bytes() {
            [_, _, _, _] => (Every::Year, 1, 1),
            [_, _, _, _, b'-', ref rest @ ..] => match *rest {
                [b'W', ref week @ ..] => (Every::Week, number(week, 2)?, 1),
                [b'Q', ref quarter @ ..] => (Every::Quarter, number(quarter, 1)?, 1),
                [b'S', ref semester @ ..] => (Every::Semester, number(semester, 1)?, 1),
                [m1, m2] => (Every::Month, number(&[m1, m2], 2)?, 1),
                [m1, m2, b'-', ref day @ ..] => (Every::Day, number(&[m1, m2], 2)?, number(day, 2)?),
                _ => return None,
            },
            _ => return None,
        };
        let year = i32::try_from(number(&text.as_bytes()[..4], 4)?).ok()?;
        Some(Self { every, year, ordinal, day })
    }

    fn first_day(&self) -> Option<NaiveDate> {
        let months = self.every.months();
        match self.every {
            Every::Day => NaiveDate::from_ymd_opt(self.year, self.ordinal, self.day),
            Every::Week => NaiveDate::from_isoywd_opt(self.year, self.ordinal, Weekday::Mon),
            _ => {
                let month = self.ordinal.checked_sub(1)? * months + 1;
                NaiveDate::from_ymd_opt(self.year, month, 1)
            }
        }
    }
}

/// Exactly that many ASCII digits as a number.
fn number(digits: &[u8], length: usize) -> Option<u32> {
    if digits.len() != length {
        return None;
    }
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}
