//! The table `backlog`: what was closed in each period, and what lay on the desk at its end.

use std::ops::Range;

use rules::case::EndKind;
use rules::period::Period;
use rules::time::{self, Millis};

use super::bounds::Bounds;
use super::route::Routes;
use super::{Args, By, Cases, NEVER, on_threads, threads};

/// A group and a period of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BacklogRow {
    /// The number of the unit or service, or [`super::ALL`].
    pub group: i64,
    /// The period.
    pub period: Period,
    /// Cases closed in it, also those that were closed before they were opened; not those
    /// rejected or withdrawn.
    pub closed_in_period: i64,
    /// Cases opened before its end that had not ended by then in any way.
    pub open_at_period_end: i64,
}

/// Computes the table, ordered by the group's number and the period: a row for every group that
/// has a case and every period of the grid.
///
/// The grid leads from `from` to `to`; without the first from the earliest opening or end,
/// without the last to the period of `as_of`. Memory and rows grow with groups times periods: who
/// takes `from` and `to` from others bounds them.
pub fn backlog(cases: &Cases, by: By<'_>, args: &Args) -> Vec<BacklogRow> {
    let routes = Routes::new(cases, by);
    let periods = grid(cases, args);
    // One stretch more, so that what comes after the grid is told from its last period.
    let after = periods.last().map(|last| last.ends_at(args.zone));
    let bounds = Bounds::new(periods.iter().map(|period| period.starts_at(args.zone)).chain(after).collect());
    let rows = cases.len();
    let size = rows.div_ceil(threads(rows)).max(1);
    let parts: Vec<Range<usize>> = (0..rows).step_by(size).map(|first| first..rows.min(first + size)).collect();
    let shards = on_threads(parts, |part| Flows::new(cases, &routes, &bounds, args.as_of, part));
    let mut table = Vec::with_capacity(routes.groups.len() * periods.len());
    for (place, group) in routes.groups.iter().enumerate() {
        let flows = || shards.iter().map(|shard| &shard.groups[place]);
        if !flows().any(|flow| flow.is_known) {
            continue;
        }
        let sum = |at: usize| flows().map(|flow| flow.periods[at]).fold(Flow::default(), Flow::plus);
        let mut open = sum(0).net;
        for (at, period) in (1..).zip(&periods) {
            let flow = sum(at);
            open += flow.net;
            table.push(BacklogRow { group: *group, period: *period, closed_in_period: flow.closed, open_at_period_end: open });
        }
    }
    table
}

/// The periods of the grid.
fn grid(cases: &Cases, args: &Args) -> Vec<Period> {
    let period = |at: Millis| Period::containing(time::date_of(at, args.zone), args.every);
    // A period that begins at or after the bound; else the next one does.
    let from = |at: Millis| if period(at).starts_at(args.zone) >= at { period(at) } else { period(at).next() };
    let first = match args.from {
        Some(at) => Some(from(at)),
        None => {
            let opened = cases.opened.iter().copied().filter(|opened| *opened <= args.as_of);
            opened.chain(cases.ended.iter().copied().filter(|ended| *ended <= args.as_of)).min().map(period)
        }
    };
    let end = args.to.unwrap_or_else(|| period(args.as_of).ends_at(args.zone));
    std::iter::successors(first, |period| Some(period.next())).take_while(|period| period.starts_at(args.zone) < end).collect()
}

/// What comes and goes in each period; the first is the time before the grid.
struct Flows {
    groups: Vec<GroupFlows>,
}

#[derive(Clone)]
struct GroupFlows {
    is_known: bool,
    periods: Vec<Flow>,
}

#[derive(Clone, Copy, Default)]
struct Flow {
    /// Openings less ends.
    net: i64,
    closed: i64,
}

impl Flow {
    fn plus(self, other: Self) -> Self {
        Self { net: self.net + other.net, closed: self.closed + other.closed }
    }
}

impl Flows {
    fn new(cases: &Cases, routes: &Routes<'_>, bounds: &Bounds, as_of: Millis, rows: Range<usize>) -> Self {
        let empty = GroupFlows { is_known: false, periods: vec![Flow::default(); bounds.len() + 1] };
        let mut flows = Self { groups: vec![empty; routes.groups.len()] };
        for row in rows {
            let opened = cases.opened[row];
            if opened > as_of {
                continue;
            }
            let comes = bounds.begun(opened);
            let ended = if cases.ended[row] > as_of { NEVER } else { cases.ended[row] };
            let is_closed = cases.kind[row] == EndKind::Closed.code() as u8;
            let goes = (ended != NEVER).then(|| bounds.begun(ended));
            for group in routes.of(row, opened) {
                let flows = &mut flows.groups[*group as usize];
                flows.is_known = true;
                flows.periods[comes].net += 1;
                if let Some(goes) = goes {
                    // What ended before it was opened is gone when it comes.
                    flows.periods[goes.max(comes)].net -= 1;
                    flows.periods[goes].closed += i64::from(is_closed);
                }
            }
        }
        flows
    }
}
