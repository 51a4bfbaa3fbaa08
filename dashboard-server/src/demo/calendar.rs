//! When people and machines are at work: the rhythm of a week, holidays, the rush after them.

use chrono::{Datelike, NaiveDate, Weekday};

use super::holiday;
use super::random::Random;

/// Who is open when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    /// Monday to Friday, not on holidays.
    Office,
    /// Monday to Saturday, not on holidays: outpatients and health centres.
    Clinic,
    /// Every day, little at weekends: what citizens do online.
    Online,
    /// Day and night: wards, fire posts, machines.
    Always,
}

impl Hours {
    /// How busy a day is beside an ordinary one: 0 is closed.
    pub(super) fn weight(self, date: NaiveDate) -> f64 {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let off = holiday::on(date).is_some();
        match self {
            Self::Always => 1.0,
            Self::Online if weekend || off => 0.25,
            Self::Office if weekend || off => 0.0,
            Self::Clinic if off || date.weekday() == Weekday::Sun => 0.0,
            Self::Clinic if weekend => 0.5,
            Self::Office | Self::Clinic | Self::Online => weekday(date.weekday()) * rush(date),
        }
    }

    /// A moment of the day in seconds after midnight.
    pub(super) fn moment(self, random: &mut Random) -> i64 {
        let (from, to) = match self {
            Self::Always => (0.0, 23.95),
            // Some write at night, and a board that is looked at then moves.
            Self::Online if random.chance(0.08) => (0.0, 6.0),
            Self::Online => (6.0, 23.5),
            Self::Clinic => (7.5, 13.5),
            // Noon to one is the break.
            Self::Office if random.chance(0.55) => (7.6, 12.0),
            Self::Office => (13.0, 16.0),
        };
        (random.between(from, to) * 3_600.0) as i64
    }
}

/// Whether offices are open.
pub(super) fn is_working_day(date: NaiveDate) -> bool {
    Hours::Office.weight(date) > 0.0
}

/// The last working day before a date.
pub(super) fn working_day_before(date: NaiveDate) -> NaiveDate {
    let mut day = date;
    loop {
        day = day.pred_opt().unwrap_or(NaiveDate::MIN);
        if is_working_day(day) || day == NaiveDate::MIN {
            return day;
        }
    }
}

/// The working day that is so many after a date, whether that is one or not; the date itself for none.
pub(super) fn working_days_after(date: NaiveDate, days: u32) -> NaiveDate {
    let mut day = date;
    for _ in 0..days {
        day = day.succ_opt().unwrap_or(NaiveDate::MAX);
        while !is_working_day(day) && day != NaiveDate::MAX {
            day = day.succ_opt().unwrap_or(NaiveDate::MAX);
        }
    }
    day
}

/// Mondays are full, Fridays short.
fn weekday(day: Weekday) -> f64 {
    match day {
        Weekday::Mon => 1.2,
        Weekday::Tue => 1.05,
        Weekday::Fri => 0.75,
        _ => 1.0,
    }
}

/// What waited over days off comes at once.
fn rush(date: NaiveDate) -> f64 {
    let yesterday = date.pred_opt().unwrap_or(date);
    if holiday::on(yesterday).is_some() { 1.35 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    #[test]
    fn offices_close_at_weekends_and_on_holidays() {
        assert!(!is_working_day(day(2026, 11, 22)));
        assert!(!is_working_day(day(2026, 12, 24)));
        assert!(is_working_day(day(2026, 11, 24)));
        assert!(Hours::Clinic.weight(day(2026, 11, 21)) > 0.0);
        assert!(Hours::Always.weight(day(2026, 3, 21)) > 0.0);
    }

    #[test]
    fn the_working_day_before_idulfitri_is_far_back() {
        assert_eq!(working_day_before(day(2026, 3, 25)), day(2026, 3, 17));
    }

    #[test]
    fn the_first_working_day_after_receipt_is_day_one() {
        // The worked example of the ministry's clock: five working days over Idulfitri 2025.
        assert_eq!(working_days_after(day(2025, 3, 21), 3), day(2025, 3, 26));
        assert_eq!(working_days_after(day(2025, 3, 21), 5), day(2025, 4, 8));
        assert_eq!(working_days_after(day(2026, 11, 22), 1), day(2026, 11, 23));
    }
}
