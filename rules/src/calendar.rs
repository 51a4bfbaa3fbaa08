//! When an office works: its hours by weekday, days off by decree, and the time between two instants that counts.
//!
//! Owns working days and working time. Must never know a case, nor where hours and holidays are written down.
//!
//! Base: Perpres 21/2023 (37 h 30 min a week net of breaks; 32 h 30 min in Ramadan); days off by the yearly joint decrees (SKB).
//! The split of the week over its days is the regent's; [`Pattern::office`] is one that adds up.

mod days_off;
mod hours;
mod pattern;
mod ramadan;
mod working;

pub use days_off::{DayOff, DayOffKind, DaysOff};
pub use hours::{Hours, HoursError};
pub use pattern::{Pattern, Week};
pub use ramadan::{RAMADAN, Ramadan};
pub use working::{Closed, FIRST_DAY, LAST_DAY, NeverOpen, WorkingCalendar};

#[cfg(test)]
mod tests;
