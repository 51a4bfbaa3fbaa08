//! The table `cases`: what was opened in each period, and what became of it.

use std::ops::Range;

use rules::period::{Every, Period};
use rules::time::{self, Millis};

use super::class::{self, Tally};
use super::figures::Figures;
use super::grouped::Grouped;
use super::{Args, By, Cases, on_threads, threads};

/// A group and a period in which something was opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The number of the unit or service, or [`super::ALL`].
    pub group: i64,
    /// The period of the opening.
    pub period: Period,
    /// What it comes to.
    pub figures: Figures,
}

/// Computes the table, ordered by the group's number and the period.
pub fn table(cases: &Cases, by: By<'_>, args: &Args) -> Vec<Row> {
    Grouped::new(cases, by, args.zone, args.as_of).table(args.every, args.from, args.to)
}

/// No period of the table.
const OUTSIDE: u32 = u32::MAX;

/// The periods of a table in their order, and for each day the place of its period.
struct Calendar {
    periods: Vec<Period>,
    places: Vec<u32>,
}

impl Grouped {
    /// The table of one kind of period, ordered by the group's number and the period; only
    /// periods that begin at or after `from` and before `to`.
    pub fn table(&self, every: Every, from: Option<Millis>, to: Option<Millis>) -> Vec<Row> {
        let calendar = self.calendar(every, from, to);
        let total: usize = (0..self.groups.len()).map(|group| self.count(group)).sum();
        let parts = self.even_parts(total, threads(total));
        let rows = on_threads(parts, |groups| {
            let mut scratch = Scratch::default();
            let mut rows = Vec::new();
            for group in groups {
                self.rows_of(group, &calendar, &mut scratch, &mut rows);
            }
            rows
        });
        rows.concat()
    }

    fn calendar(&self, every: Every, from: Option<Millis>, to: Option<Millis>) -> Calendar {
        let args = Args { every, zone: self.zone, as_of: 0, from, to };
        let mut calendar = Calendar { periods: Vec::new(), places: Vec::with_capacity(self.days.len()) };
        let Some(first) = self.days.first() else { return calendar };
        let first = time::day_number(time::date_of(first, self.zone));
        let mut period: Option<(Period, bool)> = None;
        for date in (first..).take(self.days.len()).filter_map(time::date_from_number) {
            let current = match period {
                Some((period, shown)) if date <= period.last_day() => (period, shown),
                _ => {
                    let next = Period::containing(date, every);
                    let shown = args.shows(next);
                    if shown {
                        calendar.periods.push(next);
                    }
                    (next, shown)
                }
            };
            calendar.places.push(if current.1 { (calendar.periods.len() - 1) as u32 } else { OUTSIDE });
            period = Some(current);
        }
        calendar
    }

    /// Consecutive groups, cut so that each part has about as many entries.
    fn even_parts(&self, total: usize, parts: usize) -> Vec<Range<usize>> {
        let share = total.div_ceil(parts).max(1);
        let (mut cut, mut first, mut count) = (Vec::with_capacity(parts), 0, 0);
        for group in 0..self.groups.len() {
            count += self.count(group);
            if count >= share {
                cut.push(first..group + 1);
                (first, count) = (group + 1, 0);
            }
        }
        cut.push(first..self.groups.len());
        cut
    }

    /// Counts, scatters the durations by period, and selects from them.
    fn rows_of(&self, group: usize, calendar: &Calendar, scratch: &mut Scratch, rows: &mut Vec<Row>) {
        let (first_day, last_day) = self.span(group);
        let Some(days) = calendar.places.get(first_day as usize..=last_day as usize) else { return };
        let shown = || days.iter().copied().filter(|place| *place != OUTSIDE);
        let (Some(first), Some(last)) = (shown().min(), shown().max()) else { return };
        let periods = (last - first) as usize + 1;
        scratch.tallies.clear();
        scratch.tallies.resize(periods, Tally::default());
        for entry in self.entries(group).flatten() {
            let place = calendar.places[entry.day as usize].wrapping_sub(first);
            if let Some(tally) = scratch.tallies.get_mut(place as usize) {
                tally[usize::from(entry.class & 15)] += 1;
            }
        }
        scratch.ends.clear();
        let mut total = 0;
        for tally in &scratch.tallies {
            scratch.ends.push(total);
            total += class::with_duration(tally);
        }
        scratch.durations.clear();
        scratch.durations.resize(total, 0);
        for entry in self.entries(group).flatten().filter(|entry| class::has_duration(entry.class)) {
            let place = calendar.places[entry.day as usize].wrapping_sub(first);
            if let Some(end) = scratch.ends.get_mut(place as usize) {
                scratch.durations[*end] = entry.duration;
                *end += 1;
            }
        }
        let mut begin = 0;
        for (place, (tally, end)) in scratch.tallies.iter().zip(&scratch.ends).enumerate() {
            let figures = Figures::of(tally, &mut scratch.durations[begin..*end]);
            begin = *end;
            if figures.opened > 0 {
                rows.push(Row { group: self.groups[group], period: calendar.periods[first as usize + place], figures });
            }
        }
    }
}

/// What a thread uses for one group after the other.
#[derive(Default)]
struct Scratch {
    tallies: Vec<Tally>,
    /// Where the durations of each period end, so far.
    ends: Vec<usize>,
    durations: Vec<Millis>,
}
