//! Services that people ask a work unit for, and the time each may take.
//!
//! Owns the words of `services.csv`: the published standard (maklumat pelayanan; UU 25/2009,
//! PermenPAN-RB 15/2014) and the step that ends a case. Must never know a case.

use crate::case::Step;
use crate::time::Millis;
use crate::word::words;

words! {
    /// In what a standard is counted.
    pub enum StandardUnit ("standard_unit") {
        /// Minutes of the clock.
        Minutes = "minutes",
        /// Hours of the clock.
        Hours = "hours",
        /// Days of the calendar, working or not.
        Days = "days",
        /// Hours in which the office is open, net of breaks.
        WorkingHours = "working_hours",
        /// Days on which the office is open; the first one after receipt is day 1.
        WorkingDays = "working_days",
    }
}

words! {
    /// The step at which the service is done.
    pub enum EndsAt ("ends_at") {
        /// The decision is taken.
        Decided = "decided",
        /// The product is in the hands of who asked for it.
        HandedOver = "handed_over",
        /// The case is closed.
        Closed = "closed",
    }
}

impl EndsAt {
    /// The step that it names.
    pub const fn step(self) -> Step {
        match self {
            Self::Decided => Step::Decided,
            Self::HandedOver => Step::HandedOver,
            Self::Closed => Step::Closed,
        }
    }
}

/// How long a service may take by its published standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standard {
    /// How many of the unit; at least 1.
    pub amount: u32,
    /// In what it is counted.
    pub unit: StandardUnit,
}

impl Standard {
    /// Its length in milliseconds when the clock on the wall counts it (a day is 24 hours);
    /// `None` for a working standard, which only a calendar can count.
    pub fn on_the_clock(self) -> Option<Millis> {
        let unit_ms = match self.unit {
            StandardUnit::Minutes => 60_000,
            StandardUnit::Hours => 3_600_000,
            StandardUnit::Days => 86_400_000,
            StandardUnit::WorkingHours | StandardUnit::WorkingDays => return None,
        };
        Some(Millis::from(self.amount) * unit_ms)
    }
}

/// A service as it stands at one revision of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The number it has inside, stable for ever.
    pub no: i64,
    /// The id it has outside, such as `sip-dokter`.
    pub id: String,
    /// Its name in Indonesian.
    pub name: String,
    /// Its name in English; may be blank.
    pub name_en: String,
    /// How long it may take; `None` when nothing is published.
    pub standard: Option<Standard>,
    /// The step that ends a case of it.
    pub ends_at: EndsAt,
    /// The calendar in which working standards are counted; blank leaves it to the unit.
    pub calendar: String,
    /// Who answers for it.
    pub owner: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_minutes_hours_and_days_only() {
        let standard = |amount, unit| Standard { amount, unit }.on_the_clock();
        assert_eq!(standard(30, StandardUnit::Minutes), Some(1_800_000));
        assert_eq!(standard(24, StandardUnit::Hours), standard(1, StandardUnit::Days));
        assert_eq!(standard(u32::MAX, StandardUnit::Days), Some(4_294_967_295 * 86_400_000), "no amount is too large to be counted");
        assert_eq!(standard(14, StandardUnit::WorkingDays), None);
        assert_eq!(standard(2, StandardUnit::WorkingHours), None);
    }

    #[test]
    fn words_are_those_of_the_contract() {
        let units: Vec<&str> = StandardUnit::ALL.iter().map(|word| word.as_str()).collect();
        assert_eq!(units.join(", "), "minutes, hours, days, working_hours, working_days");
        let ends: Vec<&str> = EndsAt::ALL.iter().map(|word| word.as_str()).collect();
        assert_eq!(ends.join(", "), "decided, handed_over, closed");
        assert!(EndsAt::ALL.iter().all(|ends_at| ends_at.step().as_str() == ends_at.as_str()));
    }
}
