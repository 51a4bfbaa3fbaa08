//! Tables and windows of cases: how many were opened, how long they took, which ran late, what
//! lies on the desk.
//!
//! Owns the arithmetic from case states to figures, exact and the same to the last byte whatever
//! the order of the rows: durations are whole milliseconds until the end, sums are integers, and
//! medians and percentiles come from the cases themselves. Must never know a database, a name or
//! an indicator: units and services are numbers, the caller words them.
//!
//! No polars here: each group needs two quantiles, for which its aggregations take several
//! times as long as counting, scattering the durations by group and selecting from them.

mod backlog;
mod bounds;
mod class;
mod figures;
mod grouped;
mod lineage;
mod live;
mod route;
mod table;

use std::collections::HashMap;

use chrono_tz::Tz;
use rules::case::End;
use rules::period::{Every, Period};
use rules::time::Millis;

pub use backlog::{BacklogRow, backlog};
pub use figures::Figures;
pub use grouped::Grouped;
pub use lineage::Lineages;
pub use live::{Live, Measured, windows};
pub use table::{Row, table};

/// The number of the one group of [`By::All`].
pub const ALL: i64 = 0;

/// An instant that never comes: no end, no target.
const NEVER: Millis = Millis::MAX;

/// A case as far as figures need it. Incomplete cases have no place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The number of its unit.
    pub unit: i64,
    /// The number of its service.
    pub service: i64,
    /// When it was submitted.
    pub opened: Millis,
    /// When and how it ended; `None` while it is open.
    pub end: Option<End>,
    /// Its target.
    pub due: Option<Millis>,
    /// How long it took in working time, for tables by that clock; None when its duration is from opening to end.
    pub net: Option<Millis>,
}

/// Many cases by column.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    units: Numbers,
    services: Numbers,
    opened: Vec<Millis>,
    /// [`NEVER`] for an open case.
    ended: Vec<Millis>,
    /// [`rules::case::EndKind::code`], 0 for an open case.
    kind: Vec<u8>,
    /// [`NEVER`] for a case without target.
    due: Vec<Millis>,
    /// From opening to end, or the working time between; without meaning for an open case.
    duration: Vec<Millis>,
}

/// A column of numbers as places in the list of those that occur.
#[derive(Clone, Debug, Default)]
struct Numbers {
    known: Vec<i64>,
    places: HashMap<i64, u32>,
    column: Vec<u32>,
}

/// By what cases are told apart.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The unit itself.
    Unit,
    /// The unit with everything below it, along the tree at the opening.
    Tree(&'a Lineages),
    /// The service.
    Service,
    /// Nothing: one group, [`ALL`].
    All,
}

/// Which periods a table shows, and as of when.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    /// How long the periods are.
    pub every: Every,
    /// The region's zone, in which they begin.
    pub zone: Tz,
    /// Cases opened later are absent, cases ended later are open.
    pub as_of: Millis,
    /// Only periods that begin at or after this instant; `None` from the first.
    pub from: Option<Millis>,
    /// Only periods that begin before this instant; `None` to the last.
    pub to: Option<Millis>,
}

impl Args {
    /// Whether the table shows that period.
    fn shows(&self, period: Period) -> bool {
        let starts = period.starts_at(self.zone);
        self.from.is_none_or(|from| starts >= from) && self.to.is_none_or(|to| starts < to)
    }
}

impl Cases {
    /// Adds a case.
    pub fn push(&mut self, case: &Case) {
        self.units.push(case.unit);
        self.services.push(case.service);
        self.opened.push(case.opened);
        self.ended.push(case.end.map_or(NEVER, |end| end.at));
        self.kind.push(case.end.map_or(0, |end| end.kind.code() as u8));
        self.due.push(case.due.unwrap_or(NEVER));
        let elapsed = case.end.map_or(NEVER, |end| end.at).saturating_sub(case.opened);
        self.duration.push(case.net.unwrap_or(elapsed));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.opened.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty()
    }
}

impl FromIterator<Case> for Cases {
    fn from_iter<T: IntoIterator<Item = Case>>(cases: T) -> Self {
        let mut columns = Self::default();
        for case in cases {
            columns.push(&case);
        }
        columns
    }
}

impl Numbers {
    fn push(&mut self, number: i64) {
        let place = *self.places.entry(number).or_insert_with(|| {
            self.known.push(number);
            u32::try_from(self.known.len() - 1).expect("fewer units and services than four billion")
        });
        self.column.push(place);
    }
}

/// Below this many rows a second thread costs more than it saves.
const ROWS_FOR_THREADS: usize = 1 << 16;

/// How many threads to use for so many rows.
fn threads(rows: usize) -> usize {
    if rows < ROWS_FOR_THREADS { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

/// Runs `work` on each part, at the same time when there are several, and answers in their order.
fn on_threads<P: Send, R: Send>(parts: Vec<P>, work: impl Fn(P) -> R + Sync) -> Vec<R> {
    if parts.len() < 2 {
        return parts.into_iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        let results = running.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        results.collect()
    })
}

#[cfg(test)]
mod tests;
