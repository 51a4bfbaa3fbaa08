//! Some windows of some groups, for live roll-ups: the measures of cases, and when time alone
//! changes them.

use std::collections::HashMap;

use chrono_tz::Tz;
use rules::case::Measure;
use rules::time::{self, Millis};

use super::class::{self, Tally};
use super::figures::Figures;
use super::route::Routes;
use super::{By, Cases, NEVER};
use crate::window::Window;

/// What the cases of one group come to in one window, as of an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Live {
    /// Of the cases opened in the window, as in the table `cases`.
    pub figures: Figures,
    /// Cases open at the end of the window, or as of the instant when that comes first.
    pub open: i64,
    /// Those of them whose target was past by then.
    pub overdue: i64,
    /// The newest opening or end among the cases opened in the window.
    pub data_at: Option<Millis>,
    /// The newest opening or end of any case up to the end of the window; an end before its opening is none.
    pub backlog_data_at: Option<Millis>,
    next: Next,
    backlog_next: Next,
}

/// The next instants after which something is different.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Next {
    /// An opening or an end that lies ahead.
    step: Option<Millis>,
    /// An open case runs over its target.
    due: Option<Millis>,
}

/// One measure of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The value: a share between 0 and 1, hours, or a count; `None` when there is nothing to
    /// measure. A count of 0 is a finding: who asks knows that the group has cases at all.
    pub value: Option<f64>,
    /// What stands above the line of a share.
    pub numerator: Option<f64>,
    /// What stands below the line of a share.
    pub denominator: Option<f64>,
    /// How many cases are in use.
    pub n: i64,
    /// The newest opening or end that it knows.
    pub data_at: Option<Millis>,
    /// The first instant as of which the measure may be another one, if no event comes before.
    pub next_due: Option<Millis>,
}

impl Live {
    /// One of the measures.
    pub fn measure(&self, measure: Measure) -> Measured {
        let figures = &self.figures;
        let share = |above: i64| {
            let below = figures.with_target;
            let value = (below > 0).then(|| above as f64 / below as f64);
            (value, Some((above as f64, below as f64)), below)
        };
        let count = |count: i64, n: i64| (Some(count as f64), None, n);
        let (value, parts, n) = match measure {
            Measure::OnTimeShare => share(figures.with_target - figures.breached),
            Measure::BreachShare => share(figures.breached),
            Measure::Median => (figures.median_h, None, figures.valid_closed),
            Measure::P90 => (figures.p90_h, None, figures.valid_closed),
            Measure::Open => count(self.open, self.open),
            Measure::Overdue => count(self.overdue, self.open),
            Measure::Opened => count(figures.opened, figures.opened),
            Measure::Closed => count(figures.closed, figures.opened),
        };
        let next = if measure.is_of_backlog() { self.backlog_next } else { self.next };
        let is_by_target = measure.is_share() || measure == Measure::Overdue;
        Measured {
            value,
            numerator: parts.map(|(above, _)| above),
            denominator: parts.map(|(_, below)| below),
            n,
            data_at: if measure.is_of_backlog() { self.backlog_data_at } else { self.data_at },
            next_due: [next.step, next.due.filter(|_| is_by_target)].into_iter().flatten().min(),
        }
    }
}

/// Computes these windows of these groups, in the order asked. `cases` must hold every case
/// opened in them and every case open in them; further ones do no harm.
///
/// The group is the number of a unit or service, or [`super::ALL`], as `by` says.
pub fn windows(cases: &Cases, by: By<'_>, zone: Tz, as_of: Millis, asked: &[(i64, Window)]) -> Vec<Live> {
    let routes = Routes::new(cases, by);
    let mut lines = lines(&routes, zone, as_of, asked);
    for row in 0..cases.len() {
        let opened = cases.opened[row];
        let case = Row { opened, ended: cases.ended[row], kind: cases.kind[row], due: cases.due[row] };
        for group in routes.of(row, opened) {
            for line in &mut lines[*group as usize] {
                line.add(&case, as_of);
            }
        }
    }
    let mut results = vec![Live::default(); asked.len()];
    for line in lines.into_iter().flatten() {
        line.finish(&mut results);
    }
    results
}

#[derive(Clone, Copy)]
struct Row {
    opened: Millis,
    ended: Millis,
    kind: u8,
    due: Millis,
}

/// The windows of one group and of one length, in time order, so that what a case touches is
/// a stretch of them.
#[derive(Default)]
struct Line {
    spots: Vec<Spot>,
}

/// A window while it is computed.
struct Spot {
    /// Its place among those asked.
    place: usize,
    starts: Millis,
    ends: Millis,
    /// The instant as of which its backlog is judged: its end, or as-of when that comes first.
    judged: Millis,
    tally: Tally,
    durations: Vec<Millis>,
    live: Live,
    /// Changes of the backlog from the window before to this one.
    open: i64,
    overdue: i64,
}

fn lines(routes: &Routes<'_>, zone: Tz, as_of: Millis, asked: &[(i64, Window)]) -> Vec<Vec<Line>> {
    let mut spots: HashMap<(usize, i64), Vec<Spot>> = HashMap::new();
    for (place, (group, window)) in asked.iter().enumerate() {
        // A group without cases keeps what it has: nothing.
        let Ok(group) = routes.groups.binary_search(group) else { continue };
        let key = window.key(0, 0);
        let ends = window.last_day().succ_opt().map_or(Millis::MAX, |after| time::start_of(after, zone));
        let spot = Spot {
            place,
            starts: time::start_of(window.first_day(), zone),
            ends,
            judged: ends.min(as_of),
            tally: Tally::default(),
            durations: Vec::new(),
            live: Live::default(),
            open: 0,
            overdue: 0,
        };
        spots.entry((group, key.every)).or_default().push(spot);
    }
    let mut lines: Vec<Vec<Line>> = routes.groups.iter().map(|_| Vec::new()).collect();
    for ((group, _), mut spots) in spots {
        spots.sort_by_key(|spot| (spot.starts, spot.place));
        lines[group].push(Line { spots });
    }
    lines
}

impl Line {
    fn add(&mut self, case: &Row, as_of: Millis) {
        self.add_opened(case, as_of);
        self.add_open(case, as_of);
    }

    /// To the windows in which it was opened.
    fn add_opened(&mut self, case: &Row, as_of: Millis) {
        let first = self.spots.partition_point(|spot| spot.ends <= case.opened);
        for spot in self.spots[first..].iter_mut().take_while(|spot| spot.starts <= case.opened) {
            if case.opened > as_of {
                soonest(&mut spot.live.next.step, case.opened);
                continue;
            }
            let class = class::of(case.opened, case.ended, case.kind, case.due, as_of);
            spot.tally[usize::from(class & 15)] += 1;
            if class::has_duration(class) {
                spot.durations.push(case.ended.saturating_sub(case.opened));
            }
            newest(&mut spot.live.data_at, case.opened);
            if case.ended <= as_of {
                newest(&mut spot.live.data_at, case.ended);
            } else {
                case.look_ahead(&mut spot.live.next, as_of, NEVER);
            }
        }
    }

    /// To the windows at whose end it was open, and to those in which time will tell.
    fn add_open(&mut self, case: &Row, as_of: Millis) {
        // What happened by as-of is known at the end of a window that lies after it.
        let place_of = |spots: &[Spot], at: Millis| {
            if at > as_of { spots.len() } else { spots.partition_point(|spot| spot.ends <= at) }
        };
        let comes = place_of(&self.spots, case.opened);
        let goes = place_of(&self.spots, case.ended).max(comes);
        let late = self.spots.partition_point(|spot| spot.judged <= case.due).clamp(comes, goes);
        self.change(comes, |spot| spot.open += 1);
        self.change(goes, |spot| spot.open -= 1);
        self.change(late, |spot| spot.overdue += 1);
        self.change(goes, |spot| spot.overdue -= 1);
        let running = self.spots.partition_point(|spot| spot.ends <= as_of);
        if case.opened > as_of {
            for spot in self.spots[running..].iter_mut().filter(|spot| case.opened < spot.ends) {
                soonest(&mut spot.live.backlog_next.step, case.opened);
            }
            return;
        }
        // An end before the opening tells nothing about what lay on the desk before it.
        for at in [case.opened, case.ended].into_iter().filter(|at| (case.opened..=as_of).contains(at)) {
            self.change(place_of(&self.spots, at), |spot| newest(&mut spot.live.backlog_data_at, at));
        }
        if case.ended > as_of {
            for spot in &mut self.spots[running..] {
                case.look_ahead(&mut spot.live.backlog_next, as_of, spot.ends);
            }
        }
    }

    fn change(&mut self, place: usize, change: impl FnOnce(&mut Spot)) {
        if let Some(spot) = self.spots.get_mut(place) {
            change(spot);
        }
    }

    fn finish(self, results: &mut [Live]) {
        let (mut open, mut overdue, mut data_at) = (0, 0, None);
        for mut spot in self.spots {
            open += spot.open;
            overdue += spot.overdue;
            data_at = data_at.max(spot.live.backlog_data_at);
            let figures = Figures::of(&spot.tally, &mut spot.durations);
            results[spot.place] = Live { figures, open, overdue, backlog_data_at: data_at, ..spot.live };
        }
    }
}

impl Row {
    /// What time alone will change about an open case, before the window's end counts no more.
    fn look_ahead(&self, next: &mut Next, as_of: Millis, ends: Millis) {
        if self.ended < ends {
            soonest(&mut next.step, self.ended);
        }
        // A target is passed one millisecond after it.
        if (as_of..ends.min(self.ended)).contains(&self.due) {
            soonest(&mut next.due, self.due + 1);
        }
    }
}

fn soonest(known: &mut Option<Millis>, at: Millis) {
    *known = Some(known.map_or(at, |known| known.min(at)));
}

fn newest(known: &mut Option<Millis>, at: Millis) {
    *known = (*known).max(Some(at));
}
