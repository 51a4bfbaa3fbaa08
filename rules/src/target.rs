//! What is due at a window.
//!
//! Owns the choice among the targets of one indicator and unit, and the line
//! between two of them. Must never know values, nor whose targets these are: the
//! caller hands in a unit's own ones, or those for every unit.

use chrono::{Datelike, NaiveDate};

use crate::indicator::{Accumulates, RollupTime};
use crate::period::{Every, Period};
use crate::time;

/// One row of `targets.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The number of its indicator.
    pub indicator: i64,
    /// The number of its unit; `None` holds for every unit without its own.
    pub unit: Option<i64>,
    /// The period it is set for.
    pub period: Period,
    /// What is to be reached, in the scale of the indicator's values.
    pub target: f64,
    /// The upper end when the target is a range.
    pub high: Option<f64>,
    /// Where it was agreed, in words.
    pub note: String,
}

/// What a value is rated against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// What is due, in the scale of the indicator's values.
    pub target: f64,
    /// The upper end when a range is due.
    pub high: Option<f64>,
    /// Why this and nothing else.
    pub how: How,
}

/// How it was found what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The target of this period, which is the window or contains it.
    Own(Period),
    /// A running total: the target of this period, which ends with the window.
    EndsThere(Period),
    /// A running total: on the straight line by days between two targets.
    Line {
        /// The last one due before; `None` is zero at the start of the year.
        from: Option<Period>,
        /// The next one due.
        to: Period,
    },
}

/// What is due at `window`, from the targets of one indicator and unit; `None`
/// leaves the window not rated.
///
/// A flow that is summed over time is rated against a target of exactly its own
/// period, for half a month cannot be held against a month. Any other flow takes
/// the shortest target period that contains the window. A running total takes what
/// is due at the window's end, within the year in which the window counts.
pub fn due(targets: &[Target], window: Period, accumulates: Accumulates, rollup_time: RollupTime) -> Option<Due> {
    match (accumulates, rollup_time) {
        (Accumulates::ToDate, _) => due_by_then(targets, window),
        (Accumulates::Flow, RollupTime::Sum) => targets.iter().find(|target| target.period == window).map(own),
        (Accumulates::Flow, _) => {
            targets.iter().filter(|target| target.period.contains(window)).min_by_key(|target| target.period).map(own)
        }
    }
}

fn own(target: &Target) -> Due {
    Due { target: target.target, high: target.high, how: How::Own(target.period) }
}

/// A target on the day on which it is due.
type DueOn<'a> = (i64, &'a Target);

fn due_by_then(targets: &[Target], window: Period) -> Option<Due> {
    let (year, day) = due_day(window);
    let in_year: Vec<DueOn<'_>> = targets
        .iter()
        .map(|target| (due_day(target.period), target))
        .filter(|((due_year, _), _)| *due_year == year)
        .map(|((_, due), target)| (due, target))
        .collect();

    // Several may be due on one day, as a month, a quarter and a year in December:
    // the shortest period was set with that day in mind.
    let next = in_year.iter().filter(|(due, _)| *due >= day).min_by_key(|(due, target)| (*due, target.period))?;
    if next.0 == day {
        let how = How::EndsThere(next.1.period);
        return Some(Due { target: next.1.target, high: next.1.high, how });
    }
    let last = in_year.iter().filter(|(due, _)| *due < day).min_by_key(|(due, target)| (std::cmp::Reverse(*due), target.period));
    Some(on_line(last, next, year, day))
}

fn on_line(last: Option<&DueOn<'_>>, next: &DueOn<'_>, year: i32, day: i64) -> Due {
    let (to_day, to) = *next;
    let (from_day, from) = match last {
        Some((due, target)) => (*due, Some(*target)),
        None => (time::day_number(last_day_of(year - 1)), None),
    };
    let share = (day - from_day) as f64 / (to_day - from_day) as f64;
    let between = |from: f64, to: f64| from + (to - from) * share;

    // A target without an upper end is a range of one point.
    let from_target = from.map_or(0.0, |from| from.target);
    let from_high = from.and_then(|from| from.high);
    let high = (from_high.is_some() || to.high.is_some()).then(|| between(from_high.unwrap_or(from_target), to.high.unwrap_or(to.target)));
    Due { target: between(from_target, to.target), high, how: How::Line { from: from.map(|from| from.period), to: to.period } }
}

/// The year in which a period counts, and the day number on which it is over there:
/// the last week of a year may reach into the next, its running total does not.
fn due_day(period: Period) -> (i32, i64) {
    let year = period.home(Every::Year).expect("no period is longer than a year").first_day().year();
    (year, time::day_number(period.last_day().min(last_day_of(year))))
}

fn last_day_of(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;
