//! How a service stands at a moment: what came in and went out, what lies on the desk and for how long.
//!
//! Pure: from the list of its cases. Durations are gross, by the clock on the wall; those of a week are of the cases closed in
//! it, because cases still open have none.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use rules::case::{EndKind, Step};
use rules::period::{Every, Period};
use rules::quantile::linear;
use rules::time::{Millis, date_of};

use super::list::{CaseLine, State};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: Millis = 86_400_000;

/// First days of the bands of age of what is open; the last has no end.
pub const AGE_BANDS: [i64; 5] = [0, 3, 6, 11, 15];

/// How a service stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Complete cases opened so far.
    pub opened: usize,
    /// Open ones.
    pub open: usize,
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
    /// Place in the list of the oldest open one.
    pub oldest: Option<usize>,
    /// Weeks, oldest first; the last one runs.
    pub weeks: Vec<Week>,
    /// Open cases by age in days: open and overdue ones in each band of [`AGE_BANDS`].
    pub ages: [(usize, usize); AGE_BANDS.len()],
    /// By class, most open ones first; None for cases without one.
    pub classes: Vec<Class>,
    /// Places in the list of open cases with a target ahead, the nearest first.
    pub ahead: Vec<usize>,
}

/// Durations in hours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    /// How many.
    pub n: usize,
    /// Median, linearly interpolated.
    pub median_h: Option<f64>,
    /// 90th percentile, linearly interpolated.
    pub p90_h: Option<f64>,
}

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
pub fn overview(lines: &[CaseLine], zone: Tz, as_of: Millis, weeks: u32) -> Overview {
    let complete = || lines.iter().enumerate().filter_map(|(place, line)| Some((place, line, line.state.submitted_at?)));
    let within = |at: Millis, days: i64| at > as_of - days * DAY_MS && at <= as_of;
    let mut found = Overview::default();
    let mut classes: BTreeMap<Option<&str>, (Class, Vec<Millis>)> = BTreeMap::new();
    let mut recent = Vec::new();
    for (place, line, opened) in complete() {
        let class = line.state.class.as_deref();
        let of_class = classes.entry(class).or_insert_with(|| (Class::named(class), Vec::new()));
        found.opened += 1;
        found.opened_7d += usize::from(within(opened, 7));
        of_class.0.opened_28d += usize::from(within(opened, 28));
        let Some(end) = line.state.end else {
            let is_overdue = line.stands == State::Overdue;
            let days = (as_of - opened).div_euclid(DAY_MS);
            let band = AGE_BANDS.iter().rposition(|first| days >= *first).unwrap_or_default();
            found.open += 1;
            found.overdue += usize::from(is_overdue);
            found.ages[band].0 += 1;
            found.ages[band].1 += usize::from(is_overdue);
            of_class.0.open += 1;
            of_class.0.overdue += usize::from(is_overdue);
            if line.due.is_some_and(|due| due >= as_of) {
                found.ahead.push(place);
            }
            if found.oldest.is_none_or(|oldest| lines[oldest].state.submitted_at.is_some_and(|known| opened < known)) {
                found.oldest = Some(place);
            }
            continue;
        };
        if end.kind == EndKind::Closed {
            found.closed_7d += usize::from(within(end.at, 7));
            if within(end.at, 28) && end.at >= opened {
                recent.push(end.at - opened);
                of_class.1.push(end.at - opened);
            }
        } else {
            found.dropped_7d += usize::from(within(end.at, 7));
        }
    }
    found.ahead.sort_by_key(|place| lines[*place].due);
    found.durations_28d = durations(recent);
    found.classes = classes.into_values().map(|(class, recent)| Class { durations: durations(recent), ..class }).collect();
    found.classes.sort_by(|a, b| (b.open, b.opened_28d, &a.class).cmp(&(a.open, a.opened_28d, &b.class)));
    found.weeks = of_weeks(lines, zone, as_of, weeks);
    found
}

fn of_weeks(lines: &[CaseLine], zone: Tz, as_of: Millis, weeks: u32) -> Vec<Week> {
    let current = Period::containing(date_of(as_of, zone), Every::Week);
    let week = |back: u32| {
        let period = current.back(back);
        let (from, to) = (period.starts_at(zone), period.ends_at(zone).min(as_of.saturating_add(1)));
        let is_in = |at: Millis| at >= from && at < to;
        let complete = || lines.iter().filter_map(|line| Some((line.state.submitted_at?, line.state.end)));
        let closed = |end: &rules::case::End| end.kind == EndKind::Closed;
        let spans = complete().filter_map(|(opened, end)| {
            let end = end.filter(|end| closed(end) && is_in(end.at) && end.at >= opened)?;
            Some(end.at - opened)
        });
        Week {
            period,
            opened: complete().filter(|(opened, _)| is_in(*opened)).count(),
            closed: complete().filter(|(_, end)| end.is_some_and(|end| closed(&end) && is_in(end.at))).count(),
            dropped: complete().filter(|(_, end)| end.is_some_and(|end| !closed(&end) && is_in(end.at))).count(),
            open_at_end: complete().filter(|(opened, end)| *opened < to && end.is_none_or(|end| end.at >= to)).count(),
            durations: durations(spans.collect()),
        }
    };
    (0..weeks).rev().map(week).collect()
}

fn durations(mut spans: Vec<Millis>) -> Durations {
    spans.sort_unstable();
    let hours: Vec<f64> = spans.into_iter().map(|span| span as f64 / HOUR_MS).collect();
    Durations { n: hours.len(), median_h: linear(&hours, 0.5), p90_h: linear(&hours, 0.9) }
}

impl Class {
    fn named(class: Option<&str>) -> Self {
        let class = class.map(str::to_owned);
        Self { class, opened_28d: 0, open: 0, overdue: 0, durations: Durations::default() }
    }
}

impl CaseLine {
    /// The step that it reached last.
    pub fn last_step(&self) -> Option<Step> {
        self.steps.last().map(|(step, _)| *step)
    }
}

#[cfg(test)]
mod tests {
    use rules::case::{CaseState, End};

    use super::*;

    const HOUR: Millis = 3_600_000;

    fn line(opened: Millis, end: Option<(Millis, EndKind)>, due: Option<Millis>, class: Option<&str>, now: Millis) -> CaseLine {
        let end = end.map(|(at, kind)| End { at, kind });
        let stands = match end {
            Some(_) => State::Closed,
            None if due.is_some_and(|due| due < now) => State::Overdue,
            None => State::Open,
        };
        let class = class.map(str::to_owned);
        let state = CaseState {
            unit: 1,
            submitted_at: Some(opened),
            completed_file_at: None,
            end,
            due,
            class,
            channel: None,
            area: None,
            pauses: Vec::new(),
        };
        CaseLine { service: 1, case: opened.to_string(), state, due, stands, steps: Vec::new() }
    }

    #[test]
    fn what_lies_on_the_desk_is_told_by_age_and_target() {
        // Tuesday, 24 November 2026, 12.00 in Jakarta.
        let now = 1_795_496_400_000;
        let day = |back: i64| now - back * DAY_MS;
        let lines = [
            line(day(1), None, Some(now + HOUR), Some("A"), now),
            line(day(4), None, Some(now - 1), Some("A"), now),
            line(day(20), None, None, None, now),
            line(day(10), Some((day(10) + 10 * HOUR, EndKind::Closed)), None, Some("A"), now),
            line(day(3), Some((day(3) + 20 * HOUR, EndKind::Closed)), None, Some("A"), now),
            line(day(2), Some((day(1), EndKind::Withdrawn)), None, Some("A"), now),
        ];
        let found = overview(&lines, chrono_tz::Asia::Jakarta, now, 3);
        assert_eq!((found.opened, found.open, found.overdue), (6, 3, 1));
        assert_eq!((found.opened_7d, found.closed_7d, found.dropped_7d), (4, 1, 1));
        assert_eq!(found.durations_28d, Durations { n: 2, median_h: Some(15.0), p90_h: Some(19.0) });
        assert_eq!(found.ages, [(1, 0), (1, 1), (0, 0), (0, 0), (1, 0)]);
        assert_eq!((found.oldest, found.ahead), (Some(2), vec![0]));
        assert_eq!(found.classes.iter().map(|class| (class.class.as_deref(), class.open)).collect::<Vec<_>>(), [(Some("A"), 2), (None, 1)]);
        let weeks: Vec<_> = found.weeks.iter().map(|week| (week.period.to_string(), week.opened, week.closed, week.open_at_end)).collect();
        let expected = [("2026-W46", 1, 1, 1), ("2026-W47", 3, 1, 3), ("2026-W48", 1, 0, 3)];
        assert_eq!(weeks.iter().map(|(name, a, b, c)| (name.as_str(), *a, *b, *c)).collect::<Vec<_>>(), expected);
    }
}
