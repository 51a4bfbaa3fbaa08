//! Days off by decree.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::word::words;

words! {
    /// Why a day is off.
    pub enum DayOffKind ("kind of a day off") {
        /// A national holiday.
        Holiday = "libur",
        /// Collective leave.
        CollectiveLeave = "cuti_bersama",
        /// A general or local election.
        Election = "election_days",
    }
}

/// A day off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOff {
    /// Which.
    pub date: NaiveDate,
    /// Why.
    pub kind: DayOffKind,
    /// Its name.
    pub name: String,
    /// The decree that says so; may be blank.
    pub decree: String,
    /// The day of that decree.
    pub decreed_on: Option<NaiveDate>,
}

/// The days off of all years for which there is a decree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaysOff {
    days: BTreeMap<NaiveDate, DayOff>,
    years: BTreeSet<i32>,
}

/// 2024 to 2026, with origin and licence in rules/data/README.md.
const BUILT_IN: &str = include_str!("../../data/holidays_id.csv");

impl DaysOff {
    /// Those of 2024 to 2026, and in the place of a year's those that are given for it, when there are any.
    pub fn new(given: impl IntoIterator<Item = DayOff>) -> Self {
        let given: BTreeMap<NaiveDate, DayOff> = given.into_iter().map(|day| (day.date, day)).collect();
        let years: BTreeSet<i32> = given.keys().map(Datelike::year).collect();
        let mut days: BTreeMap<NaiveDate, DayOff> = built_in().map(|day| (day.date, day)).collect();
        days.retain(|date, _| !years.contains(&date.year()));
        days.extend(given);
        Self { years: days.keys().map(Datelike::year).collect(), days }
    }

    /// The day off on a date.
    pub fn on(&self, date: NaiveDate) -> Option<&DayOff> {
        self.days.get(&date)
    }

    /// Whether there is a decree for the year of a date. Without one its working days are weekdays, and say so.
    pub fn is_decreed(&self, date: NaiveDate) -> bool {
        self.years.contains(&date.year())
    }

    /// All of them, by date.
    pub fn iter(&self) -> impl Iterator<Item = &DayOff> {
        self.days.values()
    }
}

fn built_in() -> impl Iterator<Item = DayOff> {
    BUILT_IN.lines().skip(1).map(|line| {
        let mut cells = line.splitn(5, ',');
        let mut cell = || cells.next().expect("five columns");
        DayOff {
            date: cell().parse().expect("a date"),
            kind: cell().parse().expect("a kind"),
            name: cell().to_owned(),
            decree: cell().to_owned(),
            decreed_on: cell().parse().ok(),
        }
    })
}
