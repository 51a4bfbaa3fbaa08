//! When offices work: the calendars of one revision, each made ready when it is first asked for.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use rules::calendar::{DayOff, DaysOff, Hours, NeverOpen, Pattern, RAMADAN, Ramadan, Week, WorkingCalendar};

use crate::configuration::{CalendarRow, DayOffRow, RamadanRow, Table, WeekRow};
use crate::db::Db;
use crate::error::Error;

/// The calendar of units that name none.
pub const OFFICE: &str = "office";

/// The calendars of one revision of the configuration.
#[derive(Debug)]
pub struct Calendars {
    patterns: BTreeMap<String, Vec<Pattern>>,
    days_off: DaysOff,
    ramadan: Vec<Ramadan>,
    /// A century of days each, so made only for those that are asked.
    ready: Mutex<HashMap<(String, Tz), Arc<WorkingCalendar>>>,
}

impl Default for Calendars {
    /// Those of a store without any: the office of the regulation and the built-in days off.
    fn default() -> Self {
        Self::new(BTreeMap::new(), Vec::new(), Vec::new())
    }
}

impl Calendars {
    fn new(mut patterns: BTreeMap<String, Vec<Pattern>>, days_off: Vec<DayOff>, ramadan: Vec<Ramadan>) -> Self {
        patterns.entry(OFFICE.to_owned()).or_insert_with(|| vec![Pattern::office()]);
        // A month that is given stands in the place of a built-in one that it touches.
        let built_in = RAMADAN.into_iter().filter(|month| !ramadan.iter().any(|given| given.from <= month.to && month.from <= given.to));
        let ramadan = built_in.chain(ramadan.iter().copied()).collect();
        Self { patterns, days_off: DaysOff::new(days_off), ramadan, ready: Mutex::default() }
    }

    /// Those of a revision.
    pub(super) async fn load(db: &Db, revision: i64) -> Result<Self, Error> {
        let mut patterns: BTreeMap<String, Vec<Pattern>> = BTreeMap::new();
        for row in super::rows::<CalendarRow>(db, Table::Calendar, revision).await? {
            let pattern = pattern_of(&row)
                .ok_or_else(|| Error::Inconsistent { table: "configuration", what: format!("calendar {}: hours that are none", row.id) })?;
            patterns.entry(row.id).or_default().push(pattern);
        }
        let days_off = super::rows::<DayOffRow>(db, Table::DayOff, revision).await?.into_iter().map(day_off_of).collect();
        let ramadan = super::rows::<RamadanRow>(db, Table::Ramadan, revision).await?;
        let ramadan = ramadan.into_iter().map(|RamadanRow { from, to }| Ramadan { from, to }).collect();
        Ok(Self::new(patterns, days_off, ramadan))
    }

    /// Whether there is a calendar of that id.
    pub fn knows(&self, id: &str) -> bool {
        self.patterns.contains_key(id)
    }

    /// Ids of all calendars.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.patterns.keys().map(String::as_str)
    }

    /// The calendar of that id in a zone; that of the office for an id that there is not.
    pub fn get(&self, id: &str, zone: Tz) -> Arc<WorkingCalendar> {
        let id = if self.knows(id) { id } else { OFFICE };
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let made =
                self.made(id, zone).or_else(|NeverOpen| WorkingCalendar::new(&[Pattern::office()], &self.days_off, &self.ramadan, zone));
            Arc::new(made.expect("offices work"))
        };
        Arc::clone(ready.entry((id.to_owned(), zone)).or_insert_with(make))
    }

    fn made(&self, id: &str, zone: Tz) -> Result<WorkingCalendar, NeverOpen> {
        WorkingCalendar::new(&self.patterns[id], &self.days_off, &self.ramadan, zone)
    }
}

/// The pattern that a row says; None for hours that are none.
pub fn pattern_of(row: &CalendarRow) -> Option<Pattern> {
    let ramadan = match &row.ramadan {
        Some(week) => Some(week_of(week)?),
        None => None,
    };
    Some(Pattern { valid_from: row.valid_from, week: week_of(&row.week)?, ramadan, works_on_days_off: row.works_on_days_off })
}

fn week_of(row: &WeekRow) -> Option<Week> {
    let mut week = Week::default();
    for (day, hours) in week.iter_mut().zip(row) {
        if let Some(hours) = hours {
            *day = Some(Hours::new(hours.start, hours.end, hours.break_at, hours.break_minutes).ok()?);
        }
    }
    Some(week)
}

fn day_off_of(row: DayOffRow) -> DayOff {
    let DayOffRow { date, kind, name, decree, decreed_on } = row;
    DayOff { date, kind, name, decree, decreed_on }
}
