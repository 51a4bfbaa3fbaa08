//! What a sample speaks of: an instant, or a period.
//!
//! Owns the two numbers by which it is stored. Must never know what was measured.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;

use crate::period::{Every, ParsePeriodError, Period};
use crate::time::{self, Millis};
use crate::word::serde_as_text;

const DAY_MS: i64 = 86_400_000;

/// 1901-01-01T00:00:00Z. Instants stay a year inside the years of periods, so that
/// the day of each, in every zone, is a period that can be written.
const EARLIEST: Millis = -2_177_452_800_000;
/// 2200-01-01T00:00:00Z, exclusive.
const LATEST: Millis = 7_258_118_400_000;

/// The time of a sample. Instants sort before periods, shorter before longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// A moment, compared as UTC.
    Instant(Millis),
    /// A whole calendar period, in the region's zone.
    Period(Period),
}

/// Why a text is neither an instant nor a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAtError {
    /// It reads as neither.
    #[error(
        "{0:?} is neither an instant with offset, like 2026-11-24T16:30:00+07:00, nor a period, like 2026-11-24, 2026-W47, 2026-11, 2026-Q4, 2026-S2 or 2026"
    )]
    Form(String),
    /// It has the form of a period, but is none.
    #[error(transparent)]
    Period(ParsePeriodError),
    /// It is an instant before 1901 or after 2199.
    #[error("the year of {0:?} is out of range; write an instant from 1901 to 2199")]
    Year(String),
}

impl At {
    /// How fine it is: 0 for an instant, else [`Every::code`].
    pub fn grain_code(self) -> i64 {
        match self {
            Self::Instant(_) => 0,
            Self::Period(period) => period.every().code(),
        }
    }

    /// The number by which it is stored next to its grain: milliseconds since 1970
    /// UTC, for a period those of its first day as if that were in UTC, so that
    /// what is stored does not depend on a zone.
    pub fn stored(self) -> i64 {
        match self {
            Self::Instant(at) => at,
            Self::Period(period) => time::day_number(period.first_day()) * DAY_MS,
        }
    }

    /// Reads back [`grain_code`](Self::grain_code) and [`stored`](Self::stored);
    /// `None` when no such pair was ever written.
    pub fn from_stored(grain: i64, at: i64) -> Option<Self> {
        if grain == 0 {
            return Some(Self::Instant(at));
        }
        if at % DAY_MS != 0 {
            return None;
        }
        let first_day = time::date_from_number(at / DAY_MS)?;
        Period::new(Every::from_code(grain)?, first_day).map(Self::Period)
    }

    /// The shortest period that it belongs to: the day of an instant in `zone`, or
    /// the period itself.
    pub fn part(self, zone: Tz) -> Period {
        match self {
            Self::Instant(at) => Period::containing(time::date_of(at, zone), Every::Day),
            Self::Period(period) => period,
        }
    }

    /// The instant itself, or the first millisecond of the period in `zone`.
    pub fn begins(self, zone: Tz) -> Millis {
        match self {
            Self::Instant(at) => at,
            Self::Period(period) => period.starts_at(zone),
        }
    }

    /// The instant itself, or the last millisecond of the period in `zone`.
    pub fn ends(self, zone: Tz) -> Millis {
        match self {
            Self::Instant(at) => at,
            Self::Period(period) => period.ends_at(zone) - 1,
        }
    }
}

impl FromStr for At {
    type Err = ParseAtError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(at) = time::parse_instant(text) {
            return if (EARLIEST..LATEST).contains(&at) { Ok(Self::Instant(at)) } else { Err(ParseAtError::Year(text.to_owned())) };
        }
        match text.parse() {
            Ok(period) => Ok(Self::Period(period)),
            Err(ParsePeriodError::Form(_)) => Err(ParseAtError::Form(text.to_owned())),
            Err(not_a_period) => Err(ParseAtError::Period(not_a_period)),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(at) => out.pad(&time::format_instant(*at)),
            Self::Period(period) => fmt::Display::fmt(period, out),
        }
    }
}

serde_as_text!(At);

#[cfg(test)]
mod tests {
    use chrono_tz::Asia;
    use proptest::prelude::*;

    use super::*;
    use crate::strategy;

    fn at(text: &str) -> At {
        text.parse().expect("an instant or a period")
    }

    #[test]
    fn instants_and_periods_are_told_apart() {
        assert_eq!(at("1970-01-02T00:00:00Z"), At::Instant(DAY_MS));
        assert_eq!(at("1970-01-02").stored(), DAY_MS);
        assert_eq!(at("1970-01-02").grain_code(), 1);
        assert_eq!(at("2026-11-24T23:30:00+07:00").to_string(), "2026-11-24T16:30:00.000Z");
        assert_eq!(at("2026-W47").to_string(), "2026-W47");
    }

    #[test]
    fn what_is_neither_is_refused_by_name() {
        let refused = |text: &str| text.parse::<At>().expect_err("not a time");
        assert_eq!(refused("2026-11-24T16:30:00"), ParseAtError::Form("2026-11-24T16:30:00".to_owned()));
        assert!(refused("kemarin").to_string().starts_with("\"kemarin\" is neither an instant with offset"));
        assert!(matches!(refused("2025-W53"), ParseAtError::Period(ParsePeriodError::NotInCalendar(_))));
        for text in ["1900-12-31T23:59:59.999Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00Z"] {
            assert_eq!(refused(text), ParseAtError::Year(text.to_owned()));
        }
    }

    #[test]
    fn a_period_lasts_to_its_last_millisecond() {
        let day = at("2026-11-24");
        assert_eq!(time::format_instant(day.begins(Asia::Jakarta)), "2026-11-23T17:00:00.000Z");
        assert_eq!(time::format_instant(day.ends(Asia::Jakarta)), "2026-11-24T16:59:59.999Z");
        let moment = at("2026-11-24T16:59:59.999Z");
        assert_eq!(At::Period(moment.part(Asia::Jakarta)), day);
        assert_eq!(moment.begins(Asia::Jakarta), moment.ends(Asia::Jakarta));
    }

    #[test]
    fn what_was_never_stored_is_not_read() {
        assert_eq!(At::from_stored(1, 1), None);
        assert_eq!(At::from_stored(7, 0), None);
        assert_eq!(At::from_stored(2, 0), None, "1970-01-01 was a Thursday");
    }

    proptest! {
        #[test]
        fn what_is_stored_reads_back(period in strategy::period(), instant in EARLIEST..LATEST) {
            for at in [At::Period(period), At::Instant(instant)] {
                prop_assert_eq!(At::from_stored(at.grain_code(), at.stored()), Some(at));
                prop_assert_eq!(at.to_string().parse(), Ok(at));
            }
        }

        #[test]
        fn the_day_of_an_instant_can_be_written(
            instant in prop_oneof![EARLIEST..LATEST, Just(EARLIEST), Just(LATEST - 1)], zone in strategy::zone(),
        ) {
            let day = At::Instant(instant).part(zone);
            prop_assert_eq!(day.to_string().parse(), Ok(day));
            let week = day.home(Every::Week).expect("not shorter than a day");
            prop_assert_eq!(week.to_string().parse(), Ok(week));
        }
    }
}
