//! Which windows a change of a case touches.
//!
//! A share or a duration follows the cases opened in a window, so it changes where the case was or is opened. A count
//! changes from there to today: the case lies on the desk, its unit has the service from then on, and a
//! window without cases counts 0 only after that.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::case::Measure;
use rules::period::{Every, Period};
use rules::time::date_of;
use sql::registry::Registry;

use crate::merge::Moved;
use crate::window::Window;

/// Days of an indicator of a unit: every window that shares one of them is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    /// Number of the indicator.
    pub(crate) indicator: i64,
    /// Number of the unit on which the case is booked.
    pub(crate) unit: i64,
    /// First day.
    pub(crate) first: NaiveDate,
    /// Last day, still in it.
    pub(crate) last: NaiveDate,
}

/// Whether a measure counts cases, so that nothing is a finding: 0.
pub(crate) fn is_count(measure: Measure) -> bool {
    matches!(measure, Measure::Open | Measure::Overdue | Measure::Opened | Measure::Closed)
}

/// The measures that take cases of each service: (indicator, measure).
pub(crate) fn by_service(registry: &Registry) -> HashMap<i64, Vec<(i64, Measure)>> {
    let mut found: HashMap<i64, Vec<(i64, Measure)>> = HashMap::new();
    for indicator in &registry.indicators {
        let Some(computed) = registry.of_cases(indicator.no) else { continue };
        let Some(measure) = computed.measure else { continue };
        for service in computed.services.iter().collect::<BTreeSet<_>>() {
            found.entry(*service).or_default().push((indicator.no, measure));
        }
    }
    found
}

/// What these cases touch, each stretch once.
pub(crate) fn stretches(registry: &Registry, zone: Tz, today: NaiveDate, moved: &[Moved]) -> Vec<Stretch> {
    if moved.is_empty() {
        return Vec::new();
    }
    let measures = by_service(registry);
    let mut days: BTreeSet<Stretch> = BTreeSet::new();
    // Counts reach to today, so of several openings the earliest says it all.
    let mut counts: BTreeMap<(i64, i64), (NaiveDate, NaiveDate)> = BTreeMap::new();
    for moved in moved {
        let Some(measures) = measures.get(&moved.service) else { continue };
        for case in [moved.before, moved.after].into_iter().flatten() {
            let opened = date_of(case.opened, zone);
            for &(indicator, measure) in measures {
                if is_count(measure) {
                    // A case that is opened later than now is waited for from today on.
                    let (first, last) = counts.entry((indicator, case.unit)).or_insert((opened.min(today), today));
                    *first = opened.min(*first);
                    *last = opened.max(*last);
                } else {
                    days.insert(Stretch { indicator, unit: case.unit, first: opened, last: opened });
                }
            }
        }
    }
    days.extend(counts.into_iter().map(|((indicator, unit), (first, last))| Stretch { indicator, unit, first, last }));
    days.into_iter().collect()
}

impl Stretch {
    /// Few periods that together hold its days and no other.
    pub(crate) fn cover(&self) -> Vec<Period> {
        let mut cover = Vec::new();
        let mut first = self.first;
        while first <= self.last {
            let fits = |every: &Every| Period::new(*every, first).filter(|period| period.last_day() <= self.last);
            let Some(period) = [Every::Year, Every::Month, Every::Day].iter().find_map(fits) else { break };
            cover.push(period);
            let Some(next) = period.last_day().succ_opt() else { break };
            first = next;
        }
        cover
    }

    /// Whether a window shares a day with it.
    pub(crate) fn touches(&self, window: &Window) -> bool {
        window.first_day() <= self.last && window.last_day() >= self.first
    }
}

/// The periods of every length that share a day with these days.
pub(crate) fn periods(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = Window> {
    Every::ALL.iter().flat_map(move |&every| {
        std::iter::successors(Some(Period::containing(first, every)), |period| Some(period.next()))
            .take_while(move |period| period.first_day() <= last)
            .map(Window::Period)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_stretch_is_covered_once_by_few_periods() {
        let stretch = Stretch { indicator: 1, unit: 1, first: day("2024-12-30"), last: day("2026-03-02") };
        let cover: Vec<String> = stretch.cover().iter().map(ToString::to_string).collect();
        assert_eq!(cover.join(" "), "2024-12-30 2024-12-31 2025 2026-01 2026-02 2026-03-01 2026-03-02");
    }

    #[test]
    fn the_periods_of_a_day_are_its_day_week_month_quarter_semester_and_year() {
        let periods: Vec<String> = periods(day("2027-01-01"), day("2027-01-01"))
            .filter_map(|window| if let Window::Period(period) = window { Some(period.to_string()) } else { None })
            .collect();
        assert_eq!(periods.join(" "), "2027-01-01 2026-W53 2027-01 2027-Q1 2027-S1 2027");
    }
}
