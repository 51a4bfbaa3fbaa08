//! Cases laid out by group, once for tables of every kind of period.

use std::ops::Range;

use chrono_tz::Tz;
use rules::time::Millis;

use super::bounds::Bounds;
use super::route::Routes;
use super::{By, Cases, class, on_threads, threads};

/// Cases as of an instant, laid out by group.
///
/// The rows are split among threads, each of which lays out its own shard by cell; a group is
/// then the concatenation of the stretches of its cells in every shard.
#[derive(Clone, Debug)]
pub struct Grouped {
    /// The numbers of the groups, ascending.
    pub(super) groups: Vec<i64>,
    /// For each group its cells.
    members: Vec<Vec<u32>>,
    /// The days of openings.
    pub(super) days: Bounds,
    pub(super) zone: Tz,
    shards: Vec<Shard>,
}

/// One case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// From opening to end, or the working time between, in milliseconds; without meaning unless the class has a duration.
    pub(super) duration: Millis,
    /// The place of its day of opening.
    pub(super) day: u32,
    /// See [`class`].
    pub(super) class: u8,
}

#[derive(Clone, Debug)]
struct Shard {
    entries: Vec<Entry>,
    stretches: Vec<Stretch>,
}

/// The entries of a cell in a shard.
#[derive(Clone, Debug)]
struct Stretch {
    place: Range<usize>,
    first_day: u32,
    last_day: u32,
}

impl Grouped {
    /// Lays out the cases that were opened by `as_of`, with their days in `zone`.
    pub fn new(cases: &Cases, by: By<'_>, zone: Tz, as_of: Millis) -> Self {
        let routes = Routes::new(cases, by);
        let opened = || cases.opened.iter().copied().filter(|opened| *opened <= as_of);
        let days = match (opened().min(), opened().max()) {
            (Some(first), Some(last)) => Bounds::days(first, last, zone),
            _ => Bounds::new(Vec::new()),
        };
        let rows = cases.len();
        let size = rows.div_ceil(threads(rows)).max(1);
        let parts: Vec<Range<usize>> = (0..rows).step_by(size).map(|first| first..rows.min(first + size)).collect();
        let shards = on_threads(parts, |part| Shard::new(cases, &routes, &days, as_of, part));
        Self { members: routes.members(), groups: routes.groups, days, zone, shards }
    }

    /// The entries of the group at that place, stretch by stretch.
    pub(super) fn entries(&self, group: usize) -> impl Iterator<Item = &[Entry]> {
        self.stretches(group).map(|(shard, stretch)| &shard.entries[stretch.place.clone()])
    }

    /// How many entries a group has.
    pub(super) fn count(&self, group: usize) -> usize {
        self.stretches(group).map(|(_, stretch)| stretch.place.len()).sum()
    }

    /// The first and the last day of a group's openings; the first after the last when it has none.
    pub(super) fn span(&self, group: usize) -> (u32, u32) {
        self.stretches(group).fold((u32::MAX, 0), |(first, last), (_, stretch)| (first.min(stretch.first_day), last.max(stretch.last_day)))
    }

    fn stretches(&self, group: usize) -> impl Iterator<Item = (&Shard, &Stretch)> {
        let of_shard = move |shard| self.members[group].iter().map(move |cell| (shard, *cell as usize));
        self.shards.iter().flat_map(of_shard).map(|(shard, cell): (&Shard, usize)| (shard, &shard.stretches[cell]))
    }
}

impl Shard {
    fn new(cases: &Cases, routes: &Routes<'_>, days: &Bounds, as_of: Millis, rows: Range<usize>) -> Self {
        let mut counts = vec![0_usize; routes.cells.len()];
        for row in rows.clone() {
            let opened = cases.opened[row];
            if opened <= as_of {
                counts[routes.cell(row, opened)] += 1;
            }
        }
        let mut total = 0;
        let mut stretches = Vec::with_capacity(counts.len());
        for count in counts {
            stretches.push(Stretch { place: total..total, first_day: u32::MAX, last_day: 0 });
            total += count;
        }
        let mut entries = vec![Entry::default(); total];
        for row in rows {
            let opened = cases.opened[row];
            if opened > as_of {
                continue;
            }
            let ended = cases.ended[row];
            let class = class::of(opened, ended, cases.kind[row], cases.due[row], as_of);
            // No day begins before the calendar does, so what lies before it counts on its first.
            let day = days.begun(opened).saturating_sub(1) as u32;
            let entry = Entry { duration: cases.duration[row], day, class };
            let stretch = &mut stretches[routes.cell(row, opened)];
            entries[stretch.place.end] = entry;
            stretch.place.end += 1;
            stretch.first_day = stretch.first_day.min(day);
            stretch.last_day = stretch.last_day.max(day);
        }
        Self { entries, stretches }
    }
}
