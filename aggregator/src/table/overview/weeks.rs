//! The weeks of a service, in one walk over its cases.

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::case::EndKind;
use rules::period::{Every, Period};
use rules::time::{Millis, date_of};

use super::{CaseLine, Durations, durations, mean};

/// A week.
#[derive(Clone, Debug, PartialEq)]
pub struct Week {
    /// Which.
    pub period: Period,
    /// Opened in it.
    pub opened: usize,
    /// Closed in it.
    pub closed: usize,
    /// Turned down or taken back in it.
    pub dropped: usize,
    /// Open at its end, or now.
    pub open_at_end: usize,
    /// Of those closed in it.
    pub durations: Durations,
}

/// What was open at the ends of some weeks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backlog {
    /// At the end of the first.
    pub first: usize,
    /// At the end of the last, or now.
    pub last: usize,
    /// Mean over the weeks.
    pub mean: f64,
}

impl Backlog {
    pub(super) fn of(weeks: &[Week]) -> Option<Self> {
        let (first, last) = (weeks.first()?.open_at_end, weeks.last()?.open_at_end);
        let ends: Vec<f64> = weeks.iter().map(|week| week.open_at_end as f64).collect();
        Some(Self { first, last, mean: mean(&ends)? })
    }
}

/// The weeks up to that of `as_of`, at most `most` and none before that of the first case.
pub(super) fn of(lines: &[CaseLine<'_>], zone: Tz, as_of: Millis, most: u32, first_case: Option<NaiveDate>) -> Vec<Week> {
    let current = Period::containing(date_of(as_of, zone), Every::Week);
    let counts = |period: &Period| first_case.is_some_and(|first| period.last_day() >= first);
    let periods: Vec<Period> = (0..most).rev().map(|back| current.back(back)).filter(counts).collect();
    let Some(begins) = periods.first().map(|period| period.starts_at(zone)) else { return Vec::new() };
    let ends: Vec<Millis> = periods.iter().map(|period| period.ends_at(zone).min(as_of.saturating_add(1))).collect();
    // The first week that ends after an instant; of an instant before the first week that is the first.
    let upto = |at: Millis| ends.partition_point(|end| *end <= at);
    let inside = |at: Millis| Some(upto(at)).filter(|place| at >= begins && *place < ends.len());
    let week =
        |period: &Period| Week { period: *period, opened: 0, closed: 0, dropped: 0, open_at_end: 0, durations: Durations::default() };
    let mut weeks: Vec<Week> = periods.iter().map(week).collect();
    let mut spans: Vec<Vec<Millis>> = vec![Vec::new(); weeks.len()];
    // How many more are open at the end of a week than at the end of the one before.
    let mut growth = vec![0_i64; weeks.len() + 1];
    for line in lines {
        let Some(opened) = line.case.state.submitted_at else { continue };
        if let Some(place) = inside(opened) {
            weeks[place].opened += 1;
        }
        let from = upto(opened);
        let to = line.end.map_or(ends.len(), |end| upto(end.at));
        // One that ended before it was opened lay on no desk.
        if from < to {
            growth[from] += 1;
            growth[to] -= 1;
        }
        let Some((end, place)) = line.end.and_then(|end| Some((end, inside(end.at)?))) else { continue };
        if end.kind == EndKind::Closed {
            weeks[place].closed += 1;
        } else {
            weeks[place].dropped += 1;
        }
        if line.is_valid_closed() {
            spans[place].push(end.at - opened);
        }
    }
    let mut open = 0_i64;
    for ((week, spans), growth) in weeks.iter_mut().zip(spans).zip(growth) {
        open += growth;
        week.open_at_end = usize::try_from(open).expect("no case ends in more weeks than it begins in");
        week.durations = durations(spans);
    }
    weeks
}
