//! How a service stands at a moment: what came in and went out, what lies on the desk and for how long.
//!
//! Pure: from the list of its cases. Durations are gross, by the clock on the wall; those of a week are of the cases closed in
//! it, because cases still open have none.

mod routes;
#[cfg(test)]
mod tests;
mod weeks;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::case::EndKind;
use rules::quantile::linear;
use rules::time::{Millis, date_of};

use super::list::{CaseLine, State};

pub use routes::StepTime;
pub use weeks::{Backlog, Week};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: Millis = 86_400_000;

/// First days of the bands of age of what is open; the last has no end.
pub const AGE_BANDS: [i64; 5] = [0, 3, 6, 11, 15];
/// What counts as now for durations, and what it is compared with: the weeks of about a year before.
const RECENT_DAYS: i64 = 28;
const USUAL_DAYS: i64 = 364;
/// Classes that are named as those with most overdue cases.
const MOST_OVERDUE: usize = 3;

/// How a service stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Complete cases opened so far.
    pub opened: usize,
    /// The day on which the first of them was opened.
    pub first_case: Option<NaiveDate>,
    /// Open ones.
    pub open: usize,
    /// Open ones with a target.
    pub with_target: usize,
    /// Open ones past their target.
    pub overdue: usize,
    /// Opened within seven days.
    pub opened_7d: usize,
    /// Closed within seven days.
    pub closed_7d: usize,
    /// Turned down or taken back within seven days.
    pub dropped_7d: usize,
    /// Durations of those closed within 28 days.
    pub durations_28d: Durations,
    /// Durations of those closed within 364 days before that.
    pub durations_before: Durations,
    /// Place in the list of the oldest open one.
    pub oldest: Option<usize>,
    /// Weeks, oldest first; the last one runs. None of before the first case: nothing was counted then, which is not zero.
    pub weeks: Vec<Week>,
    /// The last complete week; None when the first case is of the running one.
    pub last_week: Option<Week>,
    /// What the open ones at the ends of these weeks come to; None without a week.
    pub backlog: Option<Backlog>,
    /// Open cases by age in days: open and overdue ones in each band of [`AGE_BANDS`].
    pub ages: [(usize, usize); AGE_BANDS.len()],
    /// By class, most open ones first; None for cases without one.
    pub classes: Vec<Class>,
    /// The named classes with most overdue cases, and how many; at most three.
    pub overdue_classes: Vec<(String, usize)>,
    /// Where the time of those closed within 28 days went, by the steps of a case.
    pub steps: Vec<StepTime>,
    /// Places in the list of open cases with a target ahead, the nearest first.
    pub ahead: Vec<usize>,
}

/// Durations in hours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    /// How many.
    pub n: usize,
    /// Mean.
    pub mean_h: Option<f64>,
    /// Median, linearly interpolated.
    pub median_h: Option<f64>,
    /// 90th percentile, linearly interpolated.
    pub p90_h: Option<f64>,
}

/// A class of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name.
    pub class: Option<String>,
    /// Opened within 28 days.
    pub opened_28d: usize,
    /// Open.
    pub open: usize,
    /// Open past their target.
    pub overdue: usize,
    /// Of those closed within 28 days.
    pub durations: Durations,
}

/// Sums up the cases of a service, `weeks` back with the running one.
pub fn overview(lines: &[CaseLine<'_>], zone: Tz, as_of: Millis, weeks: u32) -> Overview {
    let within = |at: Millis, days: i64| at > as_of - days * DAY_MS && at <= as_of;
    let mut found = Overview::default();
    let mut classes: BTreeMap<Option<&str>, (Class, Vec<Millis>)> = BTreeMap::new();
    let (mut recent, mut before) = (Vec::new(), Vec::new());
    let mut first = None;
    for (place, line) in lines.iter().enumerate() {
        let Some(opened) = line.case.state.submitted_at else { continue };
        let class = line.case.state.class.as_deref();
        let of_class = classes.entry(class).or_insert_with(|| (Class::named(class), Vec::new()));
        first = Some(first.map_or(opened, |first: Millis| first.min(opened)));
        found.opened += 1;
        found.opened_7d += usize::from(within(opened, 7));
        of_class.0.opened_28d += usize::from(within(opened, RECENT_DAYS));
        let Some(end) = line.end else {
            found.lies_open(lines, place, as_of);
            of_class.0.open += 1;
            of_class.0.overdue += usize::from(line.stands == State::Overdue);
            continue;
        };
        if end.kind == EndKind::Closed {
            found.closed_7d += usize::from(within(end.at, 7));
        } else {
            found.dropped_7d += usize::from(within(end.at, 7));
        }
        if line.is_valid_closed() && within(end.at, RECENT_DAYS) {
            recent.push(line);
            of_class.1.push(end.at - opened);
        } else if line.is_valid_closed() && within(end.at, RECENT_DAYS + USUAL_DAYS) {
            before.push(line);
        }
    }
    found.first_case = first.map(|first| date_of(first, zone));
    found.ahead.sort_by_key(|place| lines[*place].case.due);
    let of = |lines: &[&CaseLine<'_>]| durations(lines.iter().filter_map(|line| line.age(as_of)).collect());
    (found.durations_28d, found.durations_before) = (of(&recent), of(&before));
    found.steps = routes::compared(&recent, &before);
    found.classes = classes.into_values().map(|(class, recent)| Class { durations: durations(recent), ..class }).collect();
    found.overdue_classes = most_overdue(&found.classes);
    found.classes.sort_by(|a, b| (b.open, b.opened_28d, &a.class).cmp(&(a.open, a.opened_28d, &b.class)));
    // The last complete week is told however few are asked for.
    found.weeks = weeks::of(lines, zone, as_of, weeks.max(2), found.first_case);
    found.last_week = found.weeks.iter().nth_back(1).cloned();
    found.weeks.drain(..found.weeks.len().saturating_sub(weeks as usize));
    found.backlog = Backlog::of(&found.weeks);
    found
}

/// Before the classes are put in order, so that equal ones stand by their names.
fn most_overdue(classes: &[Class]) -> Vec<(String, usize)> {
    let mut late: Vec<(String, usize)> =
        classes.iter().filter(|class| class.overdue > 0).filter_map(|class| Some((class.class.clone()?, class.overdue))).collect();
    late.sort_by_key(|(_, overdue)| std::cmp::Reverse(*overdue));
    late.truncate(MOST_OVERDUE);
    late
}

fn durations(mut spans: Vec<Millis>) -> Durations {
    spans.sort_unstable();
    let hours: Vec<f64> = spans.into_iter().map(|span| span as f64 / HOUR_MS).collect();
    Durations { n: hours.len(), mean_h: mean(&hours), median_h: linear(&hours, 0.5), p90_h: linear(&hours, 0.9) }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

impl Overview {
    fn lies_open(&mut self, lines: &[CaseLine<'_>], place: usize, as_of: Millis) {
        let line = &lines[place];
        let opened = |line: &CaseLine<'_>| line.case.state.submitted_at;
        let is_overdue = usize::from(line.stands == State::Overdue);
        let days = line.age(as_of).unwrap_or_default().div_euclid(DAY_MS);
        let band = AGE_BANDS.iter().rposition(|first| days >= *first).unwrap_or_default();
        self.open += 1;
        self.with_target += usize::from(line.case.due.is_some());
        self.overdue += is_overdue;
        self.ages[band].0 += 1;
        self.ages[band].1 += is_overdue;
        if line.case.due.is_some_and(|due| due >= as_of) {
            self.ahead.push(place);
        }
        if self.oldest.is_none_or(|oldest| opened(line) < opened(&lines[oldest])) {
            self.oldest = Some(place);
        }
    }
}

impl Class {
    fn named(class: Option<&str>) -> Self {
        let class = class.map(str::to_owned);
        Self { class, opened_28d: 0, open: 0, overdue: 0, durations: Durations::default() }
    }
}
