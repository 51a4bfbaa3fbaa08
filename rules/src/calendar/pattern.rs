//! The week of a calendar from a date on.

use chrono::{Datelike, NaiveDate, Weekday};

use super::hours::Hours;

/// Hours by weekday, Monday first; `None` for a day that is never worked.
pub type Week = [Option<Hours>; 7];

/// How a calendar divides its weeks from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The first day on which it holds; before the earliest one of a calendar that one holds too.
    pub valid_from: NaiveDate,
    /// The week.
    pub week: Week,
    /// The week in Ramadan; `None` when it is the same.
    pub ramadan: Option<Week>,
    /// Whether the office works on days off: a hospital, a fire brigade.
    pub works_on_days_off: bool,
}

macro_rules! hours {
    ($start:expr, $end:expr, $break_at:expr, $break_minutes:expr) => {
        match Hours::new($start, $end, $break_at, $break_minutes) {
            Ok(hours) => hours,
            Err(_) => unreachable!(),
        }
    };
}

const fn office(monday_thursday: Hours, friday: Hours) -> Week {
    let day = Some(monday_thursday);
    [day, day, day, day, Some(friday), None, None]
}

/// 07.30 to 16.00, Fridays to 16.30: 37 h 30 min.
const NORMAL: Week = office(hours!(450, 960, 720, 60), hours!(450, 990, 690, 90));
/// 08.00 to 15.00, Fridays to 15.30: 32 h 30 min.
const FASTING: Week = office(hours!(480, 900, 720, 30), hours!(480, 930, 690, 60));

impl Pattern {
    /// Offices with a week of five days, by Perpres 21/2023 with breaks at 12.00, Fridays at 11.30.
    pub fn office() -> Self {
        Self {
            valid_from: NaiveDate::from_ymd_opt(2023, 4, 12).expect("a date"),
            week: NORMAL,
            ramadan: Some(FASTING),
            works_on_days_off: false,
        }
    }

    /// The Ramadan that offices with these days have when nobody says otherwise: that of the office for a week from Monday to
    /// Friday, none for any other.
    pub fn usual_ramadan(week: &Week) -> Option<Week> {
        let is_open = |day: usize| week[day].is_some();
        ((0..5).all(is_open) && !is_open(5) && !is_open(6)).then_some(FASTING)
    }

    /// The hours of a weekday.
    pub fn hours(&self, weekday: Weekday, is_ramadan: bool) -> Option<Hours> {
        let week = self.ramadan.as_ref().filter(|_| is_ramadan).unwrap_or(&self.week);
        week[weekday.num_days_from_monday() as usize]
    }

    /// The one that holds on a date, of some in the order of their dates.
    pub(super) fn on(patterns: &[Self], date: NaiveDate) -> &Self {
        let place = patterns.partition_point(|pattern| pattern.valid_from <= date);
        &patterns[place.saturating_sub(1)]
    }

    /// The weekday of a date.
    pub(super) fn on_date(&self, date: NaiveDate, is_ramadan: bool) -> Option<Hours> {
        self.hours(date.weekday(), is_ramadan)
    }
}
